"""What a provider's answers teach us: pauses, holds, its limit, what it no longer offers."""

from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from accounts.models import TrailEvent
from studio.models import Attempt, ProviderState
from studio.models.clock import db_now
from studio.music_api.providers import PROVIDERS, Provider
from studio.music_api.providers import Operation as Operation

RECHECK = timedelta(seconds=30)
MAX_PAUSE_S = 300
LONGEST_PAUSE = timedelta(hours=1)
KEY_REFUSED = "The key was refused: "  # how the outcome of such an attempt begins
NO_LONGER_KNOWN = Provider(
    name="",
    label="",
    base_url="",
    operations=(),
    models=(),
    default_model="",
    concurrency=1,
    min_interval_s=0,
    media_hosts=(),
)


def enabled() -> dict[str, Provider]:
    """The providers that are switched on, by name, in the order a person is offered them."""
    return {name: PROVIDERS[name] for name in settings.PROVIDERS}


def known() -> list[Provider]:
    """All that the studio can talk to, also those that are switched off."""
    return list(PROVIDERS.values())


def offering(operation: str) -> dict[str, Provider]:
    """Those of them that have the operation, in the same order."""
    return {name: provider for name, provider in enabled().items() if provider.offers(operation)}


def named(name: str) -> Provider:
    """A provider as it describes itself, also one that is switched off: its songs stay in the library.

    One that the studio does not know any more has its bare name and sells nothing.
    """
    return PROVIDERS.get(name) or replace(NO_LONGER_KNOWN, name=name, label=name)


def described(name: str, operation: str, *, on_a_clip: bool = False) -> Operation | None:
    """An operation as this provider sells it, else as another one does; None when nobody sells it any more.

    `on_a_clip`: only one that works on a clip, for there are two kinds of download.
    """
    sellers = [PROVIDERS[name], *PROVIDERS.values()] if name in PROVIDERS else PROVIDERS.values()
    offers = (each for seller in sellers for each in seller.operations if each.name == operation)
    return next((each for each in offers if each.works_on_a_clip or not on_a_clip), None)


def state_of(name: str) -> ProviderState:
    """The provider's row; made on first use."""
    defaults = {"in_flight_limit": named(name).concurrency}
    return ProviderState.objects.get_or_create(name=name, defaults=defaults)[0]


def states() -> list[tuple[Provider, ProviderState]]:
    """Every provider that is switched on, with what we have learned of it."""
    return [(provider, state_of(name)) for name, provider in enabled().items()]


def lock(name: str) -> ProviderState:
    """The provider's row, locked for this transaction: claims of one provider go one after the other."""
    return ProviderState.objects.select_for_update().get(pk=state_of(name).pk)


def is_offered(name: str, operation: str) -> str:
    """Why this provider does not offer the operation now, or ""."""
    provider = enabled().get(name)
    if provider is None:
        return f"{PROVIDERS[name].label} is switched off." if name in PROVIDERS else "It is switched off."
    if not provider.offers(operation):
        return f"{provider.label} does not offer this."
    state = state_of(name)
    if operation in state.retired:
        return f"{provider.label} no longer offers this."
    return state.attention


@transaction.atomic
def pause(name: str, *, retry_after: float | None, busy: bool) -> float:
    """Send nothing for a while: 2 s doubled with each failure in a row, at most 5 minutes. Gives the seconds.

    `busy` (a 429) also halves how many orders we keep in flight there. A provider that can't be reached is
    asked for its balance meanwhile, and the pause ends when it answers.
    """
    state, now = lock(name), db_now()
    state.failures += 1
    wait = retry_after if retry_after is not None else 2.0 * 2 ** min(state.failures - 1, 8)
    wait = min(max(wait, 1.0), MAX_PAUSE_S)
    state.paused_until = now + timedelta(seconds=wait)
    if busy:
        state.in_flight_limit = max(1, state.in_flight_limit // 2)
        state.unreachable = False
    else:
        state.unreachable = True
        state.check_after = min(state.check_after or now, now + RECHECK)
    state.save()
    return wait


@transaction.atomic
def accepted(name: str) -> None:
    """An order was accepted: no pause, and one more in flight up to the provider's own limit."""
    state = lock(name)
    state.failures, state.paused_until, state.unreachable = 0, None, False
    state.in_flight_limit = min(state.in_flight_limit + 1, named(name).concurrency)
    state.save(update_fields=["failures", "paused_until", "unreachable", "in_flight_limit"])


@transaction.atomic
def hold(
    name: str, reason: str, needed_credits: int = 0, *, pause: timedelta | None = None, for_key: bool = False
) -> None:
    """Send nothing until a free balance call succeeds and shows at least `needed_credits`, nor before the
    `pause` is over; without one the pause that there is goes on. `for_key`: it refused the studio's key."""
    state, now = lock(name), db_now()
    # Once for each hold: one that waits for credits needs some, one for the key needs none.
    if for_key and (state.needed_credits or not state.hold):
        TrailEvent.objects.write(TrailEvent.What.KEY_REFUSED, provider=name)
    state.hold, state.needed_credits = reason, needed_credits
    state.check_after = now + RECHECK
    if pause is not None:
        state.paused_until, state.unreachable = now + pause, False
    state.save(update_fields=["hold", "needed_credits", "check_after", "paused_until", "unreachable"])


def hold_for_key(name: str, reason: str) -> None:
    """Hold a provider that refused an order for its key.

    It may do so while it shows its balance: then the balance ends each hold, and only pauses that grow keep
    the next order from being refused at once.
    """
    sent = Attempt.objects.filter(provider=name)
    last = sent.filter(status=Attempt.Status.ACCEPTED).aggregate(last=Max("pk"))["last"] or 0
    times = sent.filter(pk__gt=last, outcome__startswith=KEY_REFUSED).count()
    if times < 2:
        hold(name, reason, pause=timedelta(0), for_key=True)
        return
    told = (
        f"The provider shows its balance, but has refused the studio's orders {times} times in a row. An "
        "owner has to look at the account there. Orders are tried again after a pause that grows to an hour."
    )
    pause = min(RECHECK * 2 ** min(times - 1, 10), LONGEST_PAUSE)
    hold(name, told, pause=pause, for_key=True)


@transaction.atomic
def retire(name: str, operation: str) -> None:
    """The provider answered 410: the operation is offered no longer."""
    state = lock(name)
    if operation not in state.retired:
        state.retired = [*state.retired, operation]
        state.save(update_fields=["retired"])


@transaction.atomic
def offer_again(name: str, operation: str) -> None:
    """An owner has learned that the operation is back; if it is not, the next 410 switches it off again."""
    state = lock(name)
    state.retired = [each for each in state.retired if each != operation]
    state.save(update_fields=["retired"])


@transaction.atomic
def needs_attention(name: str, what: str) -> None:
    """Mark a provider that works only after a person has been there; "" takes the mark away."""
    state = lock(name)
    state.attention = what
    state.save(update_fields=["attention"])
