"""The rules of allowances: who gets how much every month.

Rules hold for whole months, and of one role or person never two for the same month. They end and are never
changed, so that what a month was to bring can be told years later, as the job that is late has to.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import F, Q, QuerySet

from accounts.models import Role, TrailEvent, User
from studio.errors import Refusal
from studio.models import Allowance
from studio.services import allowance_runs, team
from studio.services.standing import Standing
from studio.services.team import Calendar, month_after

ROLES = (Role.MEMBER, Role.MANAGER, Role.OWNER)  # guests spend nothing


class HadAlready(Refusal):
    """A rule holds for this month: another can only follow it."""

    field = "since"


@transaction.atomic
def begin(
    *, role: str = "", user: User | None = None, credits: int, carry_over: bool, next_month: bool, by: User
) -> Allowance:
    """A rule for everybody of a role, or for one person instead. It takes the place of the one before.

    The same again changes nothing. Raises HadAlready when it is to hold for a month that has a rule.
    """
    team.lock()  # two owners at once go one after the other, and no allowance is being granted
    this = team.calendar().this_month()
    since = month_after(this) if next_month else this
    same = Allowance.objects.filter(role=role, user=user)
    if known := same.filter(until=None, since=since, credits=credits, carry_over=carry_over).first():
        return known
    if not next_month:
        _refuse_a_second(same, role, user, this)
    same.filter(until=None, since__lte=since).update(until=since)
    same.filter(until=None).update(until=F("since"))  # planned for later, and never held
    rule = Allowance.objects.create(
        role=role, user=user, credits=credits, carry_over=carry_over, since=since, created_by=by
    )
    _tell(rule, by, action="begun", since=since.isoformat())
    if not next_month:
        allowance_runs.ring()
    return rule


def _refuse_a_second(same: QuerySet[Allowance], role: str, user: User | None, month: date) -> None:
    now = Q(since__lte=month) & (Q(until=None) | Q(until__gt=month))
    if same.filter(now).exists():
        raise HadAlready("A rule holds for this month already. The new one can begin with the next.")
    if user and Allowance.objects.filter(now, role=user.role, user=None).exists():
        raise HadAlready(f"This month {user} has the allowance of the role. Begin with the next one.")


@transaction.atomic
def end(rule: Allowance, *, by: User) -> None:
    """Let the rule end with this month; one that is only planned never begins. Twice is once."""
    team.lock()
    after = month_after(team.calendar().this_month())
    until = max(rule.since, after)  # of one that is only planned: its own first month
    if Allowance.objects.filter(pk=rule.pk, until=None).update(until=until):
        _tell(rule, by, action="ended", until=until.isoformat())


def _tell(rule: Allowance, by: User, **facts: str) -> None:
    facts |= {"role": rule.role} if rule.role else {}
    kept = {"rule": rule.pk, "credits": rule.credits, "carry_over": rule.carry_over}
    TrailEvent.objects.write(TrailEvent.What.ALLOWANCE, by=by, about=rule.user, **kept, **facts)


def standing_rules() -> list[Allowance]:
    """Rules that hold now or will: of roles first, then of people."""
    this = team.calendar().this_month()
    open_ = Allowance.objects.filter(Q(until=None) | Q(until__gt=this)).exclude(until=F("since"))
    return sorted(open_.select_related("user", "created_by"), key=_in_order)


def ended() -> QuerySet[Allowance]:
    """Rules that held once, the newest first."""
    past = Allowance.objects.filter(until__lte=team.calendar().this_month(), until__gt=F("since"))
    return past.select_related("user", "created_by").order_by("-until", "-pk")


def _in_order(rule: Allowance) -> tuple[bool, int, str, date]:
    place = [*ROLES, Role.GUEST, ""].index(rule.role)
    return bool(rule.user_id), place, str(rule.user), rule.since


def rule_for(
    rules: Sequence[Allowance], person: Standing, month: date, calendar: Calendar
) -> Allowance | None:
    """The rule by which the person gets this month's allowance; None for none.

    It is the first that applied to them: at the start of the month, or once they were in the team, or once
    the rule was made, whichever came last. So a role that changes in mid-month counts from the next month on,
    and who was away for a whole month gets nothing for it. A person's own rule goes before the role's.
    """
    start, end = calendar.start(month), calendar.start(month_after(month))
    found = []
    for rule in rules:
        began = person.there_from(max(start, rule.created_at), end) if _holds(rule, month) else None
        if began and (rule.user_id == person.user.pk or rule.role == person.role_at(began)):
            found.append((began, rule.user_id is None, rule.pk, rule))
    first = min(found)[-1] if found else None
    return first if first and first.credits else None


def _holds(rule: Allowance, month: date) -> bool:
    return rule.since <= month and (rule.until is None or month < rule.until)
