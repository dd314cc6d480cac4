"""The owners' page of limits, and what a limit does to the forms that order something."""

import uuid
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from studio.models import Clip, Limit, Notice, Project, Task
from studio.services import credits, limits
from tests.conftest import Order, person

As = Callable[[User | None], Client]
NEW = {"whose": "team", "credits": "100", "period": "day", "action": "block"}


@pytest.fixture
def olga(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def block(owner: User, member: User) -> Callable[..., Limit]:
    def block(height: int, **changes: Any) -> Limit:
        given: dict[str, Any] = {"period": "day", "action": "block", "user": member}
        return limits.put(by=owner, credits=height, **{**given, **changes})

    return block


Block = Callable[..., Limit]


def text(answer: Any) -> str:
    return " ".join(unescape(answer.content.decode()).split())


# -- Owners ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("whose", ["team", "user", "project"])
def test_a_limit_is_set_changed_and_removed(whose: str, olga: Client, member: User, project: Project) -> None:
    key = {"team": "team", "user": f"user-{member.pk}", "project": f"project-{project.pk}"}[whose]
    assert olga.post(reverse("limits"), {**NEW, "whose": key}).status_code == 302
    limit = Limit.objects.get()
    assert (limit.user, limit.project, limit.credits) == (
        member if whose == "user" else None,
        project if whose == "project" else None,
        100,
    )
    assert "0 of 100 used today" in text(olga.get(reverse("limits")))
    assert olga.post(reverse("limit_change", args=[limit.pk]), {"credits": "7"}).status_code == 302
    limit.refresh_from_db()
    assert limit.credits == 7
    assert olga.post(reverse("limit_remove", args=[limit.pk])).status_code == 302
    assert not Limit.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"credits": ""}, "Say how many credits."),
        ({"credits": "-1"}, "At least 0"),
        ({"credits": "99999999999999999999"}, "At most 10000000"),
        ({"credits": "many"}, "Enter a whole number."),
        ({"whose": "user-999"}, "This is gone: choose again."),
        ({"period": "year"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_the_rest_is_kept(
    changes: dict[str, str], said: str, olga: Client
) -> None:
    answer = olga.post(reverse("limits"), {**NEW, "action": "warn", **changes})
    assert answer.status_code == 422
    assert said in text(answer)
    assert '<option value="warn" selected>' in text(answer)
    assert not Limit.objects.exists()


def test_a_wrong_change_is_shown_in_its_line(olga: Client, block: Block) -> None:
    limit = block(10)
    answer = olga.post(reverse("limit_change", args=[limit.pk]), {"credits": "x1"})
    assert answer.status_code == 422
    assert 'value="x1"' in text(answer)
    limit.refresh_from_db()
    assert limit.credits == 10


def test_a_limit_that_is_not_there_is_not_found(olga: Client) -> None:
    assert olga.post(reverse("limit_change", args=[9]), {"credits": "1"}).status_code == 404
    assert olga.post(reverse("limit_remove", args=[9])).status_code == 404


def test_names_are_text(olga: Client, owner: User) -> None:
    bad = "<script>x</script>"
    limits.put(by=owner, credits=1, period="day", action="block", user=person("b@x.org", "member", bad))
    assert bad not in olga.get(reverse("limits")).content.decode()


def test_the_page_asks_as_often_for_many(olga: Client, block: Block) -> None:
    block(1)
    with CaptureQueriesContext(connection) as few:
        olga.get(reverse("limits"))
    for number in range(5):
        block(1, user=person(f"p{number}@example.org", "member", f"P{number}"))
    with CaptureQueriesContext(connection) as many:
        olga.get(reverse("limits"))
    assert len(few) == len(many)


# -- Forms ----------------------------------------------------------------------------------------


def test_a_button_is_off_and_says_why(mara: Client, project: Project, block: Block) -> None:
    limit = block(5)
    page = text(mara.get(reverse("new_song", args=[project.pk])))
    assert 'aria-describedby="why-not-create"' in page
    assert "You have spent 0 of 5 credits today." in page
    assert "Olga Owner can lift it." in page
    assert f"{reverse('credit_ask')}?limit={limit.pk}" in page
    assert "data-create" not in page


def test_an_order_that_is_sent_all_the_same_keeps_what_was_typed(
    mara: Client, project: Project, member: User, block: Block, owner: User
) -> None:
    block(15)
    sent = {"form_key": str(uuid.uuid4()), "sound": "quiet harbour folk", "takes": "2"}
    answer = mara.post(reverse("new_song", args=[project.pk]), sent)
    assert answer.status_code == 422
    assert "This costs 20, and only 15 more can be spent until" in text(answer)
    assert "quiet harbour folk" in text(answer)
    assert (Task.objects.count(), credits.balance(member)) == (0, 100)
    assert Notice.objects.filter(kind=Notice.Kind.LIMIT, user=owner).count() == 1


def test_takes_that_are_too_many_are_said_before(
    mara: Client, project: Project, block: Block, order: Order
) -> None:
    block(25)
    order(takes=1)
    page = text(mara.get(reverse("new_song", args=[project.pk])))
    assert 'data-left="15"' in page
    assert "80 will remain" in page


def test_a_warning_is_shown_and_lets_pass(mara: Client, project: Project, block: Block) -> None:
    block(10, action="warn")
    page = text(mara.get(reverse("new_song", args=[project.pk])))
    assert "You have spent 0 of 10 credits today." in page
    sent = {"form_key": str(uuid.uuid4()), "sound": "quiet folk", "takes": "1"}
    assert mara.post(reverse("new_song", args=[project.pk]), sent).status_code == 302


@pytest.mark.parametrize("form", ["clip_order", "upload", "project_lyrics"])
def test_every_form_that_costs_says_it(form: str, mara: Client, clip: Clip, block: Block) -> None:
    args = {"clip_order": [clip.pk, "cover_music"]}.get(form, [clip.project_id])
    block(0)
    page = text(mara.get(reverse(form, args=args)))
    assert "nothing more can be spent until" in page
    # A page of its own: the form that the link stands in swaps itself.
    assert 'hx-target="#page" hx-select="#page" hx-push-url="true">Ask for more</a>' in page


def test_forms_know_a_limit_of_the_project_and_not_of_others(
    mara: Client, project: Project, block: Block, editor: User
) -> None:
    block(0, user=editor)
    assert "data-create" in text(mara.get(reverse("new_song", args=[project.pk])))
    block(0, user=None, project=project)
    assert f"In {project}, 0 of 0 credits are spent today." in text(
        mara.get(reverse("new_song", args=[project.pk]))
    )


def test_who_has_too_little_is_led_to_the_owners(mara: Client, project: Project, member: User) -> None:
    credits.adjust(member, -95, reason="for the test")
    page = text(mara.get(reverse("new_song", args=[project.pk])))
    assert f'href="{reverse("credit_ask")}"' in page
