"""Monthly allowances: each month comes once, by the rules and roles of that month."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Role, TrailEvent, User
from studio.models import CreditEntry
from studio.services import allowance_rules, credits, team
from tests.conftest import Order, person
from tests.services.months import APR, FEB, JAN, MAR, Clock, Rule, clock, mara, monthly, rule, run

__all__ = ["clock", "mara", "rule"]

Kind, What = CreditEntry.Kind, TrailEvent.What


# -- Once ------------------------------------------------------------------------------------------


def test_a_rule_of_this_month_grants_at_the_next_run_and_only_once(mara: User, rule: Rule) -> None:
    rule()
    for _ in range(3):
        run()
    assert monthly(mara) == [("allowance", "Jan", 100)]
    entry = credits.statement(mara)[0]
    assert (entry.reason, entry.actor, entry.period) == ("January 2027", None, JAN)


def test_a_rule_of_the_next_month_grants_nothing_yet(mara: User, rule: Rule, clock: Clock) -> None:
    rule(next_month=True)
    run()
    assert monthly(mara) == []
    clock.go_to(FEB)
    run()
    assert monthly(mara) == [("allowance", "Feb", 100)]


def test_only_the_role_s_people_are_given_something(mara: User, owner: User, guest: User, rule: Rule) -> None:
    rule()
    run()
    assert (credits.balance(mara), credits.balance(owner), credits.balance(guest)) == (100, 1000, 0)


def test_three_silent_months_are_made_up_for_in_their_order(mara: User, rule: Rule, clock: Clock) -> None:
    rule()
    run()
    clock.go_to(APR, 20)
    run()
    assert monthly(mara) == [
        ("allowance", "Jan", 100),
        ("allowance", "Feb", 100),
        ("expire", "Jan", -100),
        ("allowance", "Mar", 100),
        ("expire", "Feb", -100),
        ("allowance", "Apr", 100),
        ("expire", "Mar", -100),
    ]
    assert credits.balance(mara) == 100


def test_what_was_spent_in_a_silent_month_is_that_month_s(
    mara: User, rule: Rule, clock: Clock, order: Order
) -> None:
    """As if the job had run in time: 100 of January go, 30 of February's are spent, 70 go."""
    rule()
    run()
    clock.go_to(FEB, 10)
    order(takes=3)
    clock.go_to(MAR, 2)
    run()
    assert monthly(mara)[1:] == [
        ("allowance", "Feb", 100),
        ("expire", "Jan", -100),
        ("allowance", "Mar", 100),
        ("expire", "Feb", -70),
    ]
    assert credits.balance(mara) == 100


def test_a_clock_that_goes_back_brings_nothing_twice(mara: User, rule: Rule, clock: Clock) -> None:
    rule()
    clock.go_to(MAR)
    run()
    had = monthly(mara)
    for month in (FEB, JAN, MAR):
        clock.go_to(month, 15)
        run()
    assert monthly(mara) == had
    clock.go_to(APR)
    run()
    assert monthly(mara) == [*had, ("allowance", "Apr", 100), ("expire", "Mar", -100)]


def test_who_joins_has_the_month_s_allowance_at_once(
    rule: Rule, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule()
    monkeypatch.setattr(User._meta.get_field("date_joined"), "default", lambda: clock.now)
    new = person("new@example.org", Role.MEMBER, "New")
    assert monthly(new) == [("allowance", "Jan", 100)]


def test_nothing_is_granted_for_months_before_somebody_joined(mara: User, rule: Rule, clock: Clock) -> None:
    rule()
    clock.go_to(MAR, 5)
    User.objects.filter(pk=mara.pk).update(date_joined=clock.now)
    run()
    assert monthly(mara) == [("allowance", "Mar", 100)]


# -- Rules and roles that change ------------------------------------------------------------------


def change_role(user: User, role: str) -> None:
    TrailEvent.objects.write(What.ROLE, about=user, old=user.role, new=role)
    User.objects.filter(pk=user.pk).update(role=role)
    user.role = role


def test_a_role_that_changes_counts_from_the_next_month(mara: User, rule: Rule, clock: Clock) -> None:
    rule()
    rule(role=Role.MANAGER, credits=300)
    run()
    change_role(mara, Role.MANAGER)
    run()
    clock.go_to(FEB)
    run()
    assert monthly(mara) == [("allowance", "Jan", 100), ("allowance", "Feb", 300), ("expire", "Jan", -100)]


def test_a_late_run_knows_the_role_of_that_month(mara: User, rule: Rule, clock: Clock) -> None:
    rule()
    clock.go_to(FEB, 10)
    change_role(mara, Role.GUEST)
    clock.go_to(APR)
    run()
    assert monthly(mara) == [
        ("allowance", "Jan", 100),
        ("allowance", "Feb", 100),
        ("expire", "Jan", -100),
        ("expire", "Feb", -100),
    ]


def test_a_person_s_own_rule_takes_the_place_of_the_role_s(
    mara: User, editor: User, rule: Rule, clock: Clock
) -> None:
    rule(credits=50, next_month=True)
    rule(user=mara, credits=70)
    rule(user=editor, credits=0)
    run()
    clock.go_to(FEB)
    run()
    assert monthly(mara) == [("allowance", "Jan", 70), ("allowance", "Feb", 70), ("expire", "Jan", -70)]
    assert monthly(editor) == []


def test_a_rule_that_ended_lets_its_last_month_expire(
    mara: User, rule: Rule, clock: Clock, owner: User, order: Order
) -> None:
    ends = rule()
    run()
    order(takes=2)
    allowance_rules.end(ends, by=owner)
    for month in (FEB, MAR):
        clock.go_to(month)
        run()
    assert monthly(mara) == [("allowance", "Jan", 100), ("expire", "Jan", -80)]


def test_what_carries_over_stays_and_what_came_before_does_not(mara: User, rule: Rule, clock: Clock) -> None:
    rule()
    rule(carry_over=True, next_month=True)
    clock.go_to(MAR)
    run()
    assert monthly(mara) == [
        ("allowance", "Jan", 100),
        ("allowance", "Feb", 100),
        ("expire", "Jan", -100),
        ("allowance", "Mar", 100),
    ]
    assert credits.balance(mara) == 200


def leave(user: User) -> None:
    TrailEvent.objects.write(What.DEACTIVATED, about=user)
    User.objects.filter(pk=user.pk).update(is_active=False)


def let_in(user: User) -> None:
    TrailEvent.objects.write(What.REACTIVATED, about=user)
    User.objects.filter(pk=user.pk).update(is_active=True, deactivated_at=None)


def test_a_month_that_somebody_was_away_for_brings_nothing(mara: User, rule: Rule, clock: Clock) -> None:
    """Away from the middle of January to the middle of March, and the run is late."""
    rule(carry_over=True)
    clock.go_to(JAN, 15)
    leave(mara)
    clock.go_to(MAR, 15)
    let_in(mara)
    clock.go_to(APR)
    run()
    assert monthly(mara) == [(Kind.ALLOWANCE, month, 100) for month in ("Jan", "Mar", "Apr")]


def test_who_was_let_out_by_hand_gets_nothing(mara: User, rule: Rule, clock: Clock) -> None:
    User.objects.filter(pk=mara.pk).update(is_active=False, deactivated_at=clock.now - timedelta(days=11))
    rule()
    run()
    assert monthly(mara) == []


def test_months_begin_where_the_team_is(mara: User, rule: Rule, clock: Clock, owner: User) -> None:
    team.change(by=owner, time_zone="Pacific/Auckland")
    clock.now = datetime(2027, 1, 31, 10, 59, tzinfo=UTC)
    rule()
    run()
    assert monthly(mara) == [("allowance", "Jan", 100)]
    clock.now = datetime(2027, 1, 31, 11, 0, tzinfo=UTC)
    run()
    assert monthly(mara)[1] == ("allowance", "Feb", 100)
