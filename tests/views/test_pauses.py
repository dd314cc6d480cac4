"""The switch that pauses all spending, as owners and everybody else meet it."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import Project, Task, Team
from studio.services import pauses
from tests.conftest import Order

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def shown(client: Client, name: str, *args: object) -> str:
    return client.get(reverse(name, args=args)).content.decode()


def test_an_owner_pauses_and_lets_it_go_on(olga: Client, order: Order) -> None:
    order()
    page = olga.post(reverse("pause"), {"reason": "The bill <b>is late"}, follow=True).content.decode()
    assert "has paused all spending" in page
    assert "The bill &lt;b&gt;is late" in page
    assert "The service wants a pause" not in page
    assert Team.get().paused_at
    page = olga.post(reverse("resume"), follow=True).content.decode()
    assert "Orders go again." in page
    assert Team.get().paused_at is None
    assert "is not paused" in olga.post(reverse("resume"), follow=True).content.decode()


def test_it_takes_a_reason(olga: Client) -> None:
    answer = olga.post(reverse("pause"), {"reason": "x" * 201})
    assert (answer.status_code, Team.get().paused_at) == (422, None)
    assert "x" * 201 in answer.content.decode()
    assert "Say why" in olga.post(reverse("pause"), {"reason": " "}).content.decode()


def test_owners_see_it_on_every_page(olga: Client, owner: User, member: User) -> None:
    pauses.pause(by=owner, reason="a")
    for name in ("library", "tasks"):
        assert "has paused all spending. <a" in shown(olga, name)
    assert shown(olga, "queue").count("has paused all spending") == 1
    olga.force_login(member)
    assert "has paused" not in shown(olga, "library")
    page = shown(olga, "queue")
    assert "Olga Owner has paused all spending" in page
    assert reverse("resume") not in page


def test_what_was_typed_is_kept(mara: Client, project: Project, owner: User) -> None:
    pauses.pause(by=owner, reason="The bill is late")
    page = reverse("new_song", args=[project.pk])
    form = mara.get(page).context["form"]
    filled = {each.name: each.value() for each in form if each.value() is not None}
    answer = mara.post(page, {**filled, "sound": "quiet folk with a harp"})
    assert answer.status_code == 422
    for words in ("Olga Owner has paused all spending: The bill is late.", "quiet folk with a harp"):
        assert words in answer.content.decode()
    assert Task.objects.count() == 0


def test_what_waits_says_so(mara: Client, order: Order, owner: User) -> None:
    task = order()[0]
    before = shown(mara, "task", task.pk)
    pauses.pause(by=owner)
    words = "Spending is paused by Olga Owner; your credits are kept."
    assert (words in before, words in shown(mara, "task", task.pk)) == (False, True)


@pytest.mark.parametrize("name", ["pause", "resume"])
def test_only_owners_have_the_switch(
    client: Client, member: User, manager: User, owner: User, name: str
) -> None:
    if name == "resume":
        pauses.pause(by=owner)
    for person in (member, manager):
        client.force_login(person)
        assert client.post(reverse(name), {"reason": "x"}).status_code == 403
    assert (Team.get().paused_at is None) == (name == "pause")
