"""Credits as people see them: one's own, and those of others for who looks after the team."""

import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role, TrailEvent, User
from studio.models import Project
from studio.services import allowance_rules, allowances, credits, projects, team
from tests.conftest import Order
from tests.views.test_bulk import said

KEY = "11111111-2222-4333-8444-555555555555"


def page_of(user: User) -> str:
    return reverse("person_credits", args=[user.pk])


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def give(client: Client, user: User, **fields: Any) -> Any:
    given = {"credits": "50", "reason": "For the album", "form_key": KEY, "grant": ""}
    return client.post(page_of(user), {**given, **fields})


def correct(client: Client, user: User, **fields: Any) -> Any:
    given = {"credits": "-30", "reason": "Counted twice", "form_key": KEY, "adjust": ""}
    return client.post(page_of(user), {**given, **fields})


# -- One's own -------------------------------------------------------------------------------------


def test_one_s_own_page_tells_of_every_line_with_its_task(mara: Client, order: Order, member: User) -> None:
    task = order(params={"sound": "quiet folk", "title": "Blue night"})[0]
    page = mara.get(reverse("credits"))
    assert f'href="{reverse("task", args=[task.pk])}">Blue night</a>' in page.content.decode()
    assert (page.context["has"], page.context["at_work"], page.context["spent"]) == (90, 10, 10)
    assert "You have no monthly allowance." in text(page)


def test_it_tells_of_the_allowance(mara: Client, order: Order, member: User, owner: User) -> None:
    allowance_rules.begin(role=Role.MEMBER, credits=60, carry_over=False, next_month=False, by=owner)
    allowances.settle(member, team.calendar().this_month())
    order()
    page = text(mara.get(reverse("credits")))
    assert "This month 60 credits" in page
    assert "Left of it 50 credits, which go on 1 " in page
    assert "what is left of them goes when the month ends" in page


def test_a_guest_reads_that_guests_spend_nothing(as_: Any, guest: User) -> None:
    page = text(as_(guest).get(reverse("credits")))
    assert "Guests listen and comment; they spend no credits." in page
    assert "Ask for more" not in page.partition("Statement")[0]


def test_earlier_lines_follow_page_by_page(mara: Client, member: User) -> None:
    for n in range(150):
        credits.grant(member, 1, reason=f"no {n}")
    first = mara.get(reverse("credits"))
    rest = mara.get(reverse("credits"), {"before": first.context["earlier"]})
    shown = [line.entry.reason for page in (first, rest) for line in page.context["lines"]]
    assert shown == [*(f"no {n}" for n in reversed(range(150))), "for the test"]
    assert rest.context["earlier"] is None
    last = rest.context["lines"][-1].entry.pk
    assert "This is where the statement begins" in text(mara.get(reverse("credits"), {"before": last}))


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30])
def test_nonsense_in_the_address_is_the_newest_page(mara: Client, before: str) -> None:
    assert len(mara.get(reverse("credits"), {"before": before}).context["lines"]) == 1


# -- Somebody's ------------------------------------------------------------------------------------


def test_an_owner_grants_with_a_reason(as_: Any, owner: User, member: User) -> None:
    answer = give(as_(owner), member)
    assert answer["Location"] == page_of(member)
    assert said(answer) == ["Mara Member has 50 credits more."]
    entry = credits.statement(member)[0]
    assert (entry.kind, entry.amount, entry.reason, entry.actor) == ("grant", 50, "For the album", owner)
    line = TrailEvent.objects.get(what="grant", actor=owner)
    assert (line.subject, line.facts["credits"], line.facts["entry"]) == (member, 50, entry.pk)
    assert line.address == "127.0.0.1"


@pytest.mark.parametrize("send", [give, correct])
def test_the_same_form_counts_once(send: Any, as_: Any, owner: User, member: User) -> None:
    send(as_(owner), member)
    has = credits.balance(member)
    answer = send(as_(owner), member)
    assert "in the books already" in said(answer)[-1]
    assert credits.balance(member) == has
    send(as_(owner), member, form_key=str(uuid.uuid4()))
    assert credits.balance(member) != has


def test_each_drawing_of_the_page_has_a_key_of_its_own(as_: Any, owner: User, member: User) -> None:
    pages = [as_(owner).get(page_of(member)).content.decode() for _ in range(2)]
    keys = [re.findall(r'name="form_key" value="([^"]+)"', page) for page in pages]
    assert len({*keys[0], *keys[1]}) == 4


def test_a_correction_goes_both_ways_but_not_below_zero(as_: Any, owner: User, member: User) -> None:
    assert said(correct(as_(owner), member)) == ["The balance of Mara Member is corrected by \u221230."]
    answer = correct(as_(owner), member, credits="-71", form_key=str(uuid.uuid4()))
    assert answer.status_code == 422
    assert "Mara Member has 70. More can&#x27;t be taken away." in answer.content.decode()
    assert 'value="-71"' in answer.content.decode()
    assert credits.balance(member) == 70


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"credits": ""}, "Say how many."),
        ({"credits": "0"}, "At least 1"),
        ({"credits": "100001"}, "At most 100000"),
        ({"credits": "many"}, "A whole number"),
        ({"reason": " "}, "Say why"),
        ({"reason": "a\0b"}, "invisible control character"),
        ({"form_key": "x"}, "This form has lost its number."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_lost(
    fields: dict[str, str], words: str, as_: Any, owner: User, member: User
) -> None:
    answer = give(as_(owner), member, **fields)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    kept = {"credits": "50", "reason": "For the album", **fields}
    shown = answer.context["grant"]
    assert {name: shown[name].value() for name in kept} == kept
    assert credits.balance(member) == 100


def test_a_reason_is_shown_as_text(as_: Any, owner: User, member: User) -> None:
    give(as_(owner), member, reason="<script>alert(1)</script>")
    page = as_(owner).get(page_of(member)).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_manager_sees_lines_without_the_words_of_other_projects(
    as_: Any, manager: User, owner: User, member: User, order: Order, project: Project
) -> None:
    order(params={"sound": "quiet folk", "title": "Blue night"})
    Project.objects.update(name="Secret opera")
    page = as_(manager).get(page_of(member))
    assert "Charged for New song" in text(page)
    assert "Blue night" not in page.content.decode()
    assert "quiet folk" not in page.content.decode()
    assert reverse("project", args=[project.pk]) not in page.content.decode()
    assert f"Closed project {project.pk}" in text(page)
    assert "Secret opera" not in text(page)
    assert "Secret opera" in text(as_(owner).get(page_of(member)))
    assert "Only owners grant credits and correct balances." in text(page)
    projects.set_member(project, manager, "viewer")
    assert "Blue night" in text(as_(manager).get(page_of(member)))


def test_nobody_else_sees_or_changes_them(as_: Any, manager: User, editor: User, member: User) -> None:
    assert as_(editor).get(page_of(member)).status_code == 403
    assert as_(editor).get(page_of(editor)).status_code == 403
    for verb in (give, correct):
        assert verb(as_(manager), member).status_code == 403
        assert verb(as_(editor), editor).status_code == 403
    assert as_(manager).get(reverse("person_credits", args=[10**9])).status_code == 404
    assert credits.balance(member) == 100


def test_many_lines_cost_as_many_queries_as_few(
    as_: Any, manager: User, member: User, order: Order, editor: User
) -> None:
    client = as_(manager)
    client.get(page_of(member))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page_of(member)).status_code == 200
        return len(captured)

    few = queries()
    for _ in range(4):
        order(takes=2)
    for n in range(120):
        credits.grant(member, 1, reason=f"no {n}", by=editor)
    assert queries() <= few + 3  # where there are orders, their projects and what they may be called


# -- Ways ------------------------------------------------------------------------------------------


def test_from_a_person_to_their_credits_and_back(as_: Any, manager: User, member: User) -> None:
    client, about, credits_of = (
        as_(manager),
        reverse("person", args=[member.pk]),
        reverse("person_credits", args=[member.pk]),
    )
    assert f'href="{credits_of}"' in client.get(about).content.decode()
    page = client.get(credits_of).content.decode()
    assert f'href="{about}"' in page
    assert (
        f'href="{reverse("home")}?new"' in page
    )  # that a manager grants nothing has nothing to do with songs
    client = as_(member)
    assert "/credits/people/" not in client.get(reverse("person", args=[manager.pk])).content.decode()


@pytest.mark.parametrize(
    ("name", "room"),
    [
        *(
            ("credits", "credits"),
            ("credit_ask", "credits"),
            ("spending", "spending"),
            ("balances", "spending"),
        ),
        *(
            ("credit_lines", "spending"),
            ("limits", "limits"),
            ("allowances", "allowances"),
            ("trail", "trail"),
        ),
        *(("credit_requests", "credit_requests"), ("team_settings", "team_settings"), ("people", "people")),
    ],
)
def test_every_page_of_the_team_shows_its_rooms(name: str, room: str, as_: Any, owner: User) -> None:
    page = as_(owner).get(reverse(name)).content.decode()
    current = "page" if name == room else "true"
    assert f'<a class="chip" href="{reverse(room)}" aria-current="{current}">' in page
    assert f'<a href="{reverse("people")}" aria-current="true">' in page  # in the rail
    assert "Team" in page.partition('aria-label="Where you are"')[2].partition("</nav>")[0]
