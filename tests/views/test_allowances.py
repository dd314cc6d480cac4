"""Allowances and the settings of the team, as their owners see them."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import TrailEvent, User
from studio.models import Allowance, Team
from studio.services import team
from tests.views.test_bulk import said
from tests.views.test_credits import text

FIELDS = {"whom": "member", "credits": "100", "since": "next"}


def begin(as_: Any, owner: User, **fields: str) -> Any:
    return as_(owner).post(reverse("allowances"), {**FIELDS, **fields})


def test_a_rule_is_made_shown_and_ended(as_: Any, owner: User) -> None:
    answer = begin(as_, owner)
    next_month = team.month_after(team.calendar().this_month())
    assert said(answer) == [f"Each member gets 100 credits a month from {next_month:%B %Y} on."]
    rule = Allowance.objects.get()
    assert (rule.role, rule.credits, rule.carry_over, rule.since) == ("member", 100, False, next_month)
    assert "Each member What is left goes at the end of the month" in text(
        as_(owner).get(reverse("allowances"))
    )
    answer = as_(owner).post(reverse("allowance_end", args=[rule.pk]))
    assert answer["Location"] == reverse("allowances")
    assert "Nobody has an allowance yet" in text(as_(owner).get(reverse("allowances")))
    told = TrailEvent.objects.filter(what="allowance", actor=owner)
    assert [line.facts["action"] for line in told.order_by("pk")] == ["begun", "ended"]


def test_a_rule_of_one_person(as_: Any, owner: User, member: User) -> None:
    answer = begin(as_, owner, whom=f"person:{member.pk}", carry_over="on", since="this")
    assert said(answer)[0].startswith("Mara Member gets 100 credits a month")
    rule = Allowance.objects.get()
    assert (rule.user, rule.role, rule.carry_over) == (member, "", True)
    assert "Mara Member What is left is kept" in text(as_(owner).get(reverse("allowances")))


def test_this_month_is_refused_where_a_rule_holds(as_: Any, owner: User, member: User) -> None:
    begin(as_, owner, since="this")
    answer = begin(as_, owner, credits="200", since="this")
    assert answer.status_code == 422
    assert "A rule holds for this month already." in answer.content.decode()
    assert 'value="200"' in answer.content.decode()
    answer = begin(as_, owner, whom=f"person:{member.pk}", since="this")
    assert "This month Mara Member has the allowance of the role." in answer.content.decode()
    assert Allowance.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"whom": ""}, "Choose who gets it."),
        ({"whom": "guest"}, "Choose one of the list."),
        ({"whom": "person:999999"}, "Choose one of the list."),
        ({"credits": ""}, "Say how many."),
        ({"credits": "0"}, "At least 1."),
        ({"credits": "100001"}, "At most 100000."),
        ({"since": ""}, "Choose when it begins."),
    ],
)
def test_what_is_wrong_is_said(fields: dict[str, str], words: str, as_: Any, owner: User) -> None:
    answer = begin(as_, owner, **fields)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Allowance.objects.exists()


def test_the_list_has_no_guests(as_: Any, owner: User, guest: User) -> None:
    assert begin(as_, owner, whom=f"person:{guest.pk}").status_code == 422


# -- Settings of the team -------------------------------------------------------------------------


def test_an_owner_changes_the_settings(as_: Any, owner: User) -> None:
    given = {"time_zone": "Europe/Berlin", "low_person": "15", "low_provider": "200"}
    assert said(as_(owner).post(reverse("team_settings"), given)) == ["The settings are saved."]
    now = Team.get()
    assert (now.time_zone, now.low_person, now.low_provider) == ("Europe/Berlin", 15, 200)
    assert said(as_(owner).post(reverse("team_settings"), given))[-1] == "Nothing was changed."
    [line] = TrailEvent.objects.filter(what="team")
    assert line.facts["low_person"] == {"old": 20, "new": 15}
    page = as_(owner).get(reverse("team_settings")).content.decode()
    assert '<option value="Europe/Berlin" selected>' in page


@pytest.mark.parametrize(
    "wrong", [{"time_zone": "Nowhere/At_All"}, {"low_person": "-1"}, {"low_provider": "x"}]
)
def test_nonsense_is_refused_and_kept(wrong: dict[str, str], as_: Any, owner: User) -> None:
    given = {"time_zone": "UTC", "low_person": "15", "low_provider": "0", **wrong}
    answer = as_(owner).post(reverse("team_settings"), given)
    assert answer.status_code == 422
    assert {name: answer.context["form"][name].value() for name in given} == given
    assert Team.get().low_person == 20
