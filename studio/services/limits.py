"""How much may be spent in a day or a month: what would pass it, and who sets it.

No order passes a block. It holds its person's account already; where a block of the project or the team
exists it locks that row as well, so that who spends from the same sum goes one after the other. And a limit
is only set while no order is on its way: each order has ended before it, or sees it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from accounts.models import TrailEvent, User
from studio.errors import Refusal
from studio.models import CreditAccount, CreditRequest, Limit, Project, Team
from studio.models.clock import db_now
from studio.services import notices, requests
from studio.services.standings import State, is_of_team, states_of

NAMED = 3  # owners, at most, who are told to be able to lift a limit
LIFTED = "The limit was lifted."

Action = Limit.Action


class Gone(Refusal):
    """Somebody has removed the limit meanwhile."""


class Blocked(Refusal):
    """The order would pass a limit."""

    def __init__(self, state: State, cost: int, by: User) -> None:
        super().__init__(why_blocked(state, cost).strip())
        self.state, self.by = state, by


# -- Orders ---------------------------------------------------------------------------------------


def hold(project: Project) -> None:
    """For who locks sheets before the order is placed: the project comes first where it has a block.

    Part of the caller's transaction, which holds the person's account.
    """
    if Limit.objects.filter(project=project, action=Action.BLOCK).exists():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)


def check_order(by: User, project: Project, cost: int, at: datetime) -> list[State]:
    """The limits that an order of this cost reaches without being stopped. Raises Blocked.

    Part of the order's transaction, which holds the person's account. `at` is the moment its tasks tell.
    """
    found = list(_upon(by, project)) if cost else []
    _lock(found, project)
    states = states_of(found, at)
    if over := [state for state in states if state.blocks and state.used + cost > state.allowed]:
        raise Blocked(min(over, key=_tightest), cost, by)
    after = [replace(state, used=state.used + cost) for state in states]
    return [state for state in after if state.used >= state.allowed]


def tell(reached: Iterable[State], by: User) -> None:
    """Let the owners and the person know."""
    for state in reached:
        notices.limit_reached(state.limit, by, state.used, state.allowed)


def state_for(user: User, project: Project) -> list[State]:
    """All limits that the person's orders in this project count for."""
    return states_of(list(_upon(user, project)))


def tightest(states: Iterable[State], cost: int) -> State | None:
    """The block that stops an order of this cost, if one does: that with the least left, for longest."""
    over = [state for state in states if state.blocks and state.used + cost > state.allowed]
    return min(over, key=_tightest, default=None)


def why_blocked(state: State, cost: int) -> str:
    """Which limit it is, how much is used, when it ends and who can lift it."""
    ends = state.span.ends
    more = f"only {state.left} more" if state.left else "nothing more"
    until = f"until {ends:%-d %B}, {ends:%-H:%M} ({ends.tzname()})"
    return f"{state.sentence} This costs {cost}, and {more} can be spent {until}. {_who_lifts()}"


def _upon(user: User, project: Project) -> QuerySet[Limit]:
    whose = Q(user=user) | Q(project=project) | Q(user=None, project=None)
    return Limit.objects.filter(whose).select_related("user", "project").order_by("pk")


def _lock(found: Sequence[Limit], project: Project) -> None:
    blocks = [limit for limit in found if limit.action == Action.BLOCK]
    if any(limit.project_id for limit in blocks):
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    if any(is_of_team(limit) for limit in blocks):
        Team.objects.select_for_update(no_key=True).get(pk=Team.get().pk)


def _tightest(state: State) -> tuple[int, float]:
    return state.left, -state.span.ends.timestamp()


def _who_lifts() -> str:
    names = [str(owner) for owner in notices.owners().order_by("name", "pk")[: NAMED + 1]]
    if len(names) > NAMED:
        names[NAMED:] = ["another owner"]
    return f"{' or '.join(filter(None, [', '.join(names[:-1]), *names[-1:]]))} can lift it." if names else ""


# -- Owners ---------------------------------------------------------------------------------------


def everywhere() -> list[State]:
    """All limits: of the team, of people, of projects."""
    found = Limit.objects.select_related("user", "project")
    kinds = sorted(
        found,
        key=lambda limit: (
            bool(limit.project_id),
            bool(limit.user_id),
            str(limit.project or limit.user or ""),
            limit.period,
            limit.action,
        ),
    )
    return states_of(kinds)


def of_project(project: Project) -> list[State]:
    """The limits of the project itself."""
    return states_of(list(Limit.objects.filter(project=project).select_related("project")))


def of_people(users: Iterable[User], also: Iterable[Limit] = ()) -> list[State]:
    """The limits of these people, and of what else is named."""
    chosen = Q(user__in=users) | Q(pk__in=[limit.pk for limit in also])
    return states_of(list(Limit.objects.filter(chosen).select_related("user", "project")))


@transaction.atomic
def put(
    *,
    by: User,
    credits: int,
    period: str,
    action: str,
    user: User | None = None,
    project: Project | None = None,
) -> Limit:
    """Set a limit for a person, for a project, or (neither) for the team; the same one before gives way."""
    _wait_for_orders()
    limit, made = Limit.objects.update_or_create(
        user=user,
        project=project,
        period=period,
        action=action,
        defaults={"credits": credits, "created_by": by},
    )
    _write(limit, by, "set" if made else "changed")
    return limit


@transaction.atomic
def change(limit_id: int, credits: int, *, by: User) -> Limit:
    """Give a limit another height. Raises Gone."""
    _wait_for_orders()
    limit = _get(limit_id)
    limit.credits, limit.created_by = credits, by
    limit.save(update_fields=["credits", "created_by"])
    _write(limit, by, "changed")
    return limit


@transaction.atomic
def remove(limit_id: int, *, by: User) -> Limit:
    """Take a limit away; who had asked for more of it may spend now, and hears so. Raises Gone."""
    limit = _get(limit_id)
    waiting = CreditRequest.objects.filter(limit=limit, status=CreditRequest.Status.OPEN)
    requests.hold_people(limit=limit, status=CreditRequest.Status.OPEN)
    answer = {"status": CreditRequest.Status.GRANTED, "answered_by": by, "answered_at": db_now()}
    for request in waiting.select_for_update(of=("self",)).select_related("user").order_by("pk"):
        CreditRequest.objects.filter(pk=request.pk).update(**answer, answer=LIFTED)
        request.refresh_from_db()
        notices.answered(request)
    _write(limit, by, "removed")
    limit.delete()
    return limit


def _get(limit_id: int) -> Limit:
    limit = Limit.objects.select_for_update().filter(pk=limit_id).first()
    if limit is None:
        raise Gone("Somebody has removed this limit meanwhile.")
    return limit


def _wait_for_orders() -> None:
    """Until no order is on its way; the next ones wait for us. Each holds an account from before it reads the
    limits until its end. All rows would not do: that of who has just joined might be missing.
    """
    if connection.vendor == "postgresql":  # SQLite has one writer at a time
        with connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{CreditAccount._meta.db_table}" IN EXCLUSIVE MODE')


def _write(limit: Limit, by: User, done: str) -> None:
    scope = "project" if limit.project_id else "person" if limit.user_id else "team"
    facts = {"done": done, "scope": scope, "credits": limit.credits, "period": limit.period}
    facts |= {"action": limit.action, "limit": limit.pk}
    if limit.project_id:
        facts["project"] = limit.project_id
    TrailEvent.objects.write(TrailEvent.What.LIMIT, by=by, about=limit.user, **facts)
