"""What people are told: once for each cause, in the cause's own transaction, as they have chosen.

Credits are always told in the page, and by mail unless the person would rather not. Of a finished order the
page tells by itself: a row is written only for who wants a mail or a notification of the browser. Comments
and approvals are told in the page at once, and by mail together with those of the next minutes.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import Role, User
from studio.models import (
    Clip,
    Comment,
    CreditAccount,
    CreditRequest,
    Guest,
    Limit,
    Notice,
    NoticeChoice,
    ProviderState,
    Task,
    Team,
)
from studio.models.clock import db_now

LOW = 0.2  # of what there was at a provider, where the owners have not set another threshold
GATHERED = timedelta(minutes=10)  # what is said about songs meanwhile goes in one mail

Kind, Status = Notice.Kind, Task.Status
OF_SONGS = (Kind.COMMENTED, Kind.APPROVED)


# -- What happened --------------------------------------------------------------------------------


def finished(task: Task) -> None:
    """A take has ended. Who wants to know is told when it was the last one of its order.

    The person is locked, so that of two takes which end at once one sees that it is the last; and not their
    choice, which goes with them when they delete their account.
    """
    told = Q(notice_choice__mail_finished=True) | Q(notice_choice__browser_finished=True)
    chosen = User.objects.filter(told, pk=task.created_by_id)
    if not chosen.select_for_update(no_key=True, of=("self",)).values_list("pk").first():
        return
    takes = list(Task.objects.filter(created_by=task.created_by_id, form_key=task.form_key).order_by("take"))
    ready = [take for take in takes if take.status == Status.DONE]
    failed = [take for take in takes if take.status == Status.FAILED]
    if any(take.is_moving for take in takes) or not (ready or failed):
        return
    facts = {"task": (ready or failed)[0].pk, "ready": len(ready), "failed": len(failed)}
    _tell([task.created_by], Kind.FINISHED, f"order-{task.form_key}", facts)


def low_person(user: User, spent: int) -> None:
    """These credits have just been taken from the person: tell them when few are left since. For who holds
    their account. Nothing is said again before there was more."""
    if not spent:
        return
    team = Team.objects.filter(pk=1).first() or Team()
    account = CreditAccount.objects.filter(user=user).first()
    if account is None or not account.balance < team.low_person <= account.balance + spent:
        return
    last = account.entries.order_by("-pk").values_list("pk", flat=True).first()
    _tell([user], Kind.LOW_PERSON, f"low-{last}", {"balance": account.balance})


def low_provider(state: ProviderState, before: int | None) -> None:
    """The provider's balance was read: tell the owners when it has just become low. For who holds the row."""
    threshold = low_at(state, low_by_owners())
    if state.balance is None or state.balance > threshold or (before is not None and before <= threshold):
        return
    key = f"provider-{state.name}-{state.balance_at:%Y%m%d%H%M%S%f}"
    _tell(owners(), Kind.LOW_PROVIDER, key, {"provider": state.name, "balance": state.balance})


def low_by_owners() -> int:
    """The owners' own threshold for providers; 0 when they have set none."""
    return Team.objects.filter(pk=1).values_list("low_provider", flat=True).first() or 0


def low_at(state: ProviderState, set_by_owners: int) -> int:
    """A balance of so many credits, or fewer, is low: what the owners say, else a fifth of what there was."""
    return set_by_owners or int(LOW * state.balance_high)


def limit_reached(limit: Limit, by: User, used: int, allowed: int) -> None:
    """An order of this person has come to a limit: the owners and the person hear of it once a period, and
    once more when it was raised and is reached again. `allowed` is its height with what it was raised by."""
    team = Team.objects.filter(pk=1).first() or Team()
    day = db_now().astimezone(zone_named(team.time_zone)).date()
    period = day.replace(day=1) if limit.period == Limit.Period.MONTH else day
    facts = {
        "limit": limit.pk,
        "credits": allowed,
        "period": limit.period,
        "action": limit.action,
        "used": used,
        "user": limit.user_id,
        "project": limit.project_id,
    }
    key = f"limit-{limit.pk}-{period}-{allowed}-{limit.action}"
    _tell([*owners(), by], Kind.LIMIT, key, facts)


def asked(request: CreditRequest) -> None:
    """Somebody asks for more: the owners hear of it."""
    facts = {"user": request.user_id, "credits": request.credits, "reason": request.reason}
    _tell(owners(), Kind.ASKED, f"asked-{request.pk}", facts)


def answered(request: CreditRequest) -> None:
    """An owner has answered: who asked hears of it."""
    given = request.entry.amount if request.entry else 0
    given = request.limit_raise.credits if request.limit_raise else given
    facts = {"credits": given or request.credits, "status": request.status, "answer": request.answer}
    _tell([request.user], Kind.ANSWERED, f"answered-{request.pk}", facts)


def commented(comment: Comment) -> None:
    """Somebody said something about a song, or answered. Called in the transaction that writes it.

    Told are whose song it is, who made the link if a guest spoke, whoever said something before in the same
    thread, and whom it is assigned to: those who see the project, and never who said it.
    """
    head = comment.parent or comment
    spoken = Comment.objects.filter(Q(pk=head.pk) | Q(parent=head.pk)).values_list("created_by", flat=True)
    keys = {comment.clip.created_by_id, head.assigned_to_id, *spoken}
    if comment.guest:
        keys.add(comment.guest.share.created_by_id)
    facts = {"comment": comment.pk, "clip": comment.clip_id}
    people = _seeing(comment.clip, keys - {comment.created_by_id})
    _tell(people, Kind.COMMENTED, f"comment-{comment.pk}", facts)


def approved(clip: Clip, *, by: User | None = None, guest: Guest | None = None) -> None:
    """A member or a guest approved this take: whose song it is hears of it, and who made the guest's link.
    Called in the transaction that approves it. Who takes it back and approves again tells nothing new."""
    keys: set[int | None] = {clip.created_by_id}
    if guest:
        keys.add(guest.share.created_by_id)
    who = f"guest-{guest.pk}" if guest else f"user-{by.pk if by else 0}"
    facts = {"clip": clip.pk, "guest": guest.pk if guest else None, "user": by.pk if by else None}
    people = _seeing(clip, keys - {by.pk if by else None})
    _tell(people, Kind.APPROVED, f"approved-{clip.pk}-{who}", facts)


def _seeing(clip: Clip, keys: set[int | None]) -> Iterable[User]:
    return clip.project.audience().filter(pk__in=[key for key in keys if key])


# -- What the person reads and wants ---------------------------------------------------------------


def of(user: User) -> QuerySet[Notice]:
    """The person's notices, the newest first."""
    return Notice.objects.filter(user=user).order_by("-pk")


def read(user: User, up_to: int) -> None:
    """The person has seen the newest of these, so the older ones are no news either."""
    of(user).filter(pk__lte=up_to, read_at=None).update(read_at=db_now())


def choice_of(user: User) -> NoticeChoice:
    return NoticeChoice.objects.filter(user=user).first() or NoticeChoice(user=user)


@transaction.atomic
def choose(user: User, **choices: Any) -> None:
    """How the person is told from now on. Mails that they do not want any more are not sent."""
    choice, _ = NoticeChoice.objects.update_or_create(user=user, defaults=choices)
    due = of(user).filter(mail_at__isnull=False)
    if not choice.mail_finished:
        due.filter(kind=Kind.FINISHED).update(mail_at=None)
    if not choice.mail_comments:
        due.filter(kind__in=OF_SONGS).update(mail_at=None)
    if not choice.mail_credits:
        due.exclude(kind__in=(Kind.FINISHED, *OF_SONGS)).update(mail_at=None)


# -- Rows ------------------------------------------------------------------------------------------


def owners() -> QuerySet[User]:
    return User.objects.filter(role=Role.OWNER, is_active=True, deactivated_at=None)


def _tell(people: Iterable[User], kind: str, key: str, facts: dict[str, Any]) -> None:
    """One row for each; whoever was told this before is not told again."""
    ids = sorted(
        {person.pk for person in people}
    )  # in one order: two who tell the same wait, not in a circle
    due = _mail_times(ids, kind)
    Notice.objects.bulk_create(
        (Notice(user_id=pk, kind=kind, key=key, facts=facts, mail_at=due.get(pk)) for pk in ids),
        ignore_conflicts=True,
    )


def _mail_times(ids: list[int], kind: str) -> dict[int, datetime]:
    """When each who wants it by mail gets it: now, or what is said of songs together with what waits."""
    choices = NoticeChoice.objects.in_bulk(ids)
    wanting = [pk for pk in ids if _by_mail(choices.get(pk), kind)]
    now = db_now()
    if kind not in OF_SONGS:
        return dict.fromkeys(wanting, now)
    # A mail that was tried already waits for its own next try.
    waiting = Notice.objects.filter(user__in=wanting, kind__in=OF_SONGS, mail_at__gt=now, mail_tries=0)
    known = dict(waiting.order_by("-mail_at").values_list("user", "mail_at"))
    return {pk: known.get(pk) or now + GATHERED for pk in wanting}


def _by_mail(choice: NoticeChoice | None, kind: str) -> bool:
    choice = choice or NoticeChoice()
    if kind in OF_SONGS:
        return choice.mail_comments
    return choice.mail_finished if kind == Kind.FINISHED else choice.mail_credits


def zone_named(name: str) -> ZoneInfo:
    """The zone, or UTC where there is none of this name."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError):
        return ZoneInfo("UTC")
