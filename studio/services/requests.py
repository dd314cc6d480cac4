"""Asking for more: a person with a reason, an owner who answers, once.

Rows are locked in one order, so that nobody waits in a circle: the account, the limit, the person, the
request. The person comes before it as where they delete their account.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, Sum

from accounts.models import TrailEvent, User
from studio.errors import Refusal
from studio.models import CreditAccount, CreditRequest, Limit, LimitRaise, Task
from studio.models.clock import db_now
from studio.services import credits, notices
from studio.services.standings import RETURNED, spans_at

Status = CreditRequest.Status


class AskedAlready(Refusal):
    """One request of a person is open at a time."""


class Answered(Refusal):
    """It is not open any more, or not about the same thing."""


# -- Who asks -------------------------------------------------------------------------------------


def open_of(user: User) -> CreditRequest | None:
    """The request of theirs that waits for an answer."""
    return _told(CreditRequest.objects.filter(user=user, status=Status.OPEN)).first()


def earlier_of(user: User) -> QuerySet[CreditRequest]:
    """What they asked for before, newest first."""
    return _told(CreditRequest.objects.filter(user=user).exclude(status=Status.OPEN))


@transaction.atomic
def ask(*, by: User, credits_wanted: int, reason: str, limit: Limit | None = None) -> CreditRequest:
    """Ask the owners for credits, or for more of a limit. Raises AskedAlready."""
    credits.lock(by)  # two windows at once go one after the other
    if limit:  # who removes it answers what is asked of it: before this, or after
        limit = Limit.objects.select_for_update(no_key=True).filter(pk=limit.pk).first()
        if limit is None:
            raise Answered("This limit was removed meanwhile: order on.")
    if CreditRequest.objects.filter(user=by, status=Status.OPEN).exists():
        raise AskedAlready("You have asked already. Withdraw that first, or wait for the answer.")
    request = CreditRequest.objects.create(user=by, credits=credits_wanted, reason=reason, limit=limit)
    _write(request, by, "asked", request.credits)
    notices.asked(request)
    return request


@transaction.atomic
def withdraw(*, by: User) -> bool:
    """Take one's own open request back; False when there is none, or it was answered first."""
    request = CreditRequest.objects.filter(user=by, status=Status.OPEN).first()
    if request is None or not _answer(request.pk, Status.WITHDRAWN, by=by):
        return False
    _write(request, by, "withdrawn", request.credits)
    return True


# -- Owners ---------------------------------------------------------------------------------------


def waiting() -> QuerySet[CreditRequest]:
    """What waits for an answer, the oldest first."""
    return _told(CreditRequest.objects.filter(status=Status.OPEN)).order_by("pk")


def answered() -> QuerySet[CreditRequest]:
    """What was answered or withdrawn, newest first."""
    return _told(CreditRequest.objects.exclude(status=Status.OPEN))


def balances_of(users: Sequence[User]) -> dict[int, int]:
    """What each can spend now."""
    return dict(CreditAccount.objects.filter(user__in=users).values_list("user", "balance"))


def spent_of(users: Sequence[User]) -> dict[int, int]:
    """What each has ordered this month that has not come back."""
    now = spans_at(db_now())[Limit.Period.MONTH]
    rows = Task.objects.filter(created_by__in=users, created_at__gte=now.begins).exclude(status__in=RETURNED)
    return dict(rows.order_by().values_list("created_by").annotate(sum=Sum("price")))


@transaction.atomic
def grant(request_id: int, *, by: User, amount: int, limit_id: int | None, word: str = "") -> CreditRequest:
    """Say yes: so many credits, or so much more of the limit for its day or month at hand. Raises Answered.

    `limit_id` is what the owner saw it to be about: a limit that was removed since turns into no grant.
    """
    if limit_id is None:
        credits.lock_all(CreditRequest.objects.filter(pk=request_id).values_list("user", flat=True))
    else:
        Limit.objects.select_for_update(no_key=True).filter(pk=limit_id).first()
    if not _answer(request_id, Status.GRANTED, by=by, limit=limit_id, answer=word):
        raise _too_late(request_id)
    request = _told(CreditRequest.objects.filter(pk=request_id)).get()
    if request.limit:
        request.limit_raise = _raise(request.limit, amount, by=by)
    else:
        reason = f"Asked for: {request.reason}"
        request.entry = credits.grant(request.user, amount, reason=reason, by=by)
    request.save(update_fields=["limit_raise", "entry"])
    _write(request, by, "granted", amount)
    notices.answered(request)
    return request


@transaction.atomic
def decline(request_id: int, *, by: User, word: str = "") -> CreditRequest:
    """Say no, with a word or without. Raises Answered."""
    if not _answer(request_id, Status.DECLINED, by=by, answer=word):
        raise _too_late(request_id)
    request = _told(CreditRequest.objects.filter(pk=request_id)).get()
    _write(request, by, "declined", request.credits)
    notices.answered(request)
    return request


def _answer(request_id: int, status: str, *, by: User, answer: str = "", **only: Any) -> bool:
    """Of several answers at once one finds it open: what an answer gives comes after this, or not at all."""
    hold_people(pk=request_id)
    still = CreditRequest.objects.filter(pk=request_id, status=Status.OPEN, **only)
    return bool(still.update(status=status, answered_at=db_now(), answered_by=by, answer=answer[:200]))


def hold_people(**which: Any) -> None:
    """Lock who made these requests: what is told of the answers points to them."""
    asked = CreditRequest.objects.filter(**which).values("user")
    list(User.objects.select_for_update(no_key=True).filter(pk__in=asked).order_by("pk").values_list("pk"))


def _raise(limit: Limit, amount: int, *, by: User) -> LimitRaise:
    first = spans_at(db_now())[limit.period].first
    return LimitRaise.objects.create(limit=limit, period=first, credits=amount, created_by=by)


def _too_late(request_id: int) -> Answered:
    request = _told(CreditRequest.objects.filter(pk=request_id)).first()
    if request is None or request.status == Status.OPEN:
        return Answered("Its limit was removed or changed meanwhile. Nothing was granted.")
    if request.status == Status.WITHDRAWN:
        return Answered(f"{request.user} has withdrawn this request. Nothing was granted.")
    done = "granted" if request.status == Status.GRANTED else "declined"
    return Answered(f"{request.answered_by} has {done} this already. Nothing was done twice.")


def _told(rows: QuerySet[CreditRequest]) -> QuerySet[CreditRequest]:
    """With all that a line tells."""
    return rows.select_related("user", "answered_by", "limit__user", "limit__project", "entry", "limit_raise")


def _write(request: CreditRequest, by: User, done: str, amount: int) -> None:
    facts: dict[str, Any] = {"done": done, "credits": amount, "request": request.pk}
    if request.limit_id:
        facts["limit"] = request.limit_id
    TrailEvent.objects.write(TrailEvent.What.REQUEST, by=by, about=request.user, **facts)
