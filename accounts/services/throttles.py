"""Who tries too often: counted in the database, where all web processes see it, and before the try is made.

A window begins with its first try. A try that is refused counts nowhere, so that it makes nobody wait longer.
"""

from __future__ import annotations

import hashlib
import math
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import origin
from accounts.models import Throttle, TrailEvent, User

FORGET_AFTER = timedelta(days=1)  # longer than any window
FORGET_ONE_IN, FORGET_AT_ONCE = 100, 1000
KNOWN_FOR = timedelta(days=30)
FIFTEEN_MINUTES, HOUR = timedelta(minutes=15), timedelta(hours=1)


@dataclass(frozen=True)
class Limit:
    name: str
    tries: int
    window: timedelta


# Of one account from one address; of one account from everywhere; from one address.
PAIR = Limit("pair", 5, FIFTEEN_MINUTES)
ACCOUNT = Limit("account", 20, FIFTEEN_MINUTES)
ADDRESS = Limit("address", 100, HOUR)
CODE = Limit("code", 5, FIFTEEN_MINUTES)
MAIL_TO = Limit("mail_to", 3, HOUR)
MAIL_FROM = Limit("mail_from", 20, HOUR)

Asked = tuple[Limit, str]


class TooMany(Exception):
    """The try must not be made. `wait` is how long it takes until one may be."""

    def __init__(self, limit: Limit, key: str, until: datetime) -> None:
        self.limit, self.key = limit, key
        self.wait = max(until - timezone.now(), timedelta(seconds=1))
        super().__init__(f"Too many tries for now. Try again in {in_words(self.wait)}.")


def in_words(wait: timedelta) -> str:
    minutes = math.ceil(wait / timedelta(minutes=1))
    return "a minute" if minutes == 1 else f"{minutes} minutes"


def before_password(user: User | None, written: str) -> list[Asked]:
    """Count a try of a password, before it is tried. Raises TooMany. Gives what `after_password` takes.

    `written` is the e-mail address that came; nobody may have it, which must make no difference.
    """
    who, place = f"user {user.pk}" if user else f"nobody {written.lower()}", origin.network(origin.address())
    asked = [(PAIR, f"{who} {place}"), (ADDRESS, place)]
    # Whoever tries this account from elsewhere does not lock out its person, who comes from where they live.
    if not _has_been_here(user, place):
        asked.append((ACCOUNT, who))
    take(asked, about=user, purpose="password")
    return asked


def after_password(asked: list[Asked]) -> None:
    """The password was right: nothing is left of the account's tries from here, and it was none elsewhere."""
    for limit, what in asked:
        row = Throttle.objects.filter(key=_key(limit, what))
        if limit is PAIR:
            row.update(count=0)
        else:
            row.filter(count__gt=0).update(count=F("count") - 1)


def before_code(user: User) -> None:
    """Count a try of a second factor. Raises TooMany."""
    take([(CODE, f"user {user.pk}")], about=user, purpose="code")


def after_code(user: User) -> None:
    Throttle.objects.filter(key=_key(CODE, f"user {user.pk}")).update(count=0)


def before_reset(written: str) -> None:
    """Count a mail with a link to choose a new password, whoever it is for. Raises TooMany."""
    place = origin.network(origin.address())
    take([(MAIL_TO, written.lower()), (MAIL_FROM, place)], about=None, purpose="reset")


def take(asked: list[Asked], *, about: User | None, purpose: str) -> None:
    """Count one try at each of these, or at none of them and raise TooMany."""
    try:
        with transaction.atomic():
            for limit, what in asked:  # always in the same order, as locks are
                _count(limit, _key(limit, what))
    except TooMany as refused:
        _tell_once(refused, about, purpose)
        raise
    if random.randrange(FORGET_ONE_IN) == 0:  # cheap, and nothing hangs on when
        forget()


@transaction.atomic
def forget() -> None:
    """What was counted in windows that are long over. Rows that somebody counts in just now stay."""
    old = Throttle.objects.filter(since__lte=timezone.now() - FORGET_AFTER)
    free = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:FORGET_AT_ONCE])
    old.filter(pk__in=free).delete()


def _count(limit: Limit, key: str) -> None:
    """Right for as many at once as there are: the row is made or locked first, and then it decides."""
    now, row = timezone.now(), Throttle.objects.filter(key=key)
    Throttle.objects.bulk_create(
        [Throttle(key=key, since=now)], update_conflicts=True, update_fields=["key"], unique_fields=["key"]
    )
    row.filter(since__lte=now - limit.window).update(since=now, count=0)
    if not row.filter(count__lt=limit.tries).update(count=F("count") + 1):
        raise TooMany(limit, key, row.get().since + limit.window)


@transaction.atomic
def _tell_once(refused: TooMany, about: User | None, purpose: str) -> None:
    """The first refusal of a window stands in the trail: the count goes one beyond the limit, once."""
    full = Throttle.objects.filter(key=refused.key, count=refused.limit.tries)
    if full.update(count=F("count") + 1):
        limit = refused.limit.name
        TrailEvent.objects.write(TrailEvent.What.THROTTLED, about=about, purpose=purpose, limit=limit)


def _key(limit: Limit, what: str) -> str:
    return hashlib.sha256(f"{limit.name} {what}".encode()).hexdigest()


def _has_been_here(user: User | None, place: str) -> bool:
    """Whether this person came in from this place lately. Asks as much for nobody, which takes as long."""
    came_in = TrailEvent.objects.filter(
        actor=user.pk if user else 0,
        what__in=[TrailEvent.What.SIGNED_IN, TrailEvent.What.JOINED],
        at__gt=timezone.now() - KNOWN_FOR,
        address__isnull=False,
    )
    addresses = came_in.order_by().values_list("address", flat=True).distinct()
    return place in {origin.network(address) for address in addresses}
