"""The poller of every open page: cheap as long as nothing happens."""

import uuid
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from studio.models import Project, ProjectMember, ProviderState, Task
from studio.services import credits, providers
from studio.views import live
from tests.conftest import Order
from tests.factories import bring_to


def test_where_nothing_is_new_little_is_read(client: Client, member: User, order: Order) -> None:
    """The session, the person, what moves, the cards' signatures and the balance."""
    tasks = [bring_to(order()[0], Task.Status.DONE) for _ in range(3)]
    client.force_login(member)
    seen = ",".join(f"{task.pk}.{task.version}.0.0.1" for task in tasks)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(reverse("live"), {"seen": seen, "project": tasks[0].project_id, "balance": 70})
    assert (answer.status_code, len(queries)) == (204, 6)


def test_a_place_in_the_line_that_changed_is_news(client: Client, member: User, order: Order) -> None:
    first, second = order(takes=2)
    client.force_login(member)
    query = {"seen": f"{first.pk}.0.1.0.1,{second.pk}.0.2.0.1", "project": first.project_id, "balance": 80}
    assert client.get(reverse("live"), query).status_code == 204
    bring_to(first, Task.Status.RUNNING)
    text = client.get(reverse("live"), query).content.decode()
    assert f'data-signature="{second.pk}.0.1.0.1"' in text


def test_a_reason_to_wait_is_news(client: Client, member: User, order: Order) -> None:
    [task] = order()
    client.force_login(member)
    query = {"seen": f"{task.pk}.0.1.0.1", "project": task.project_id, "balance": 90}
    assert client.get(reverse("live"), query).status_code == 204
    providers.hold("sandbox", "The provider is away.")
    assert ProviderState.objects.get().hold in client.get(reverse("live"), query).content.decode()


def test_another_reason_of_the_same_length_is_news(client: Client, member: User, order: Order) -> None:
    [task] = order()
    client.force_login(member)
    providers.hold("sandbox", "It is away.")
    seen = signature(client, task)
    query = {"seen": seen, "project": task.project_id, "balance": 90}
    assert client.get(reverse("live"), query).status_code == 204
    providers.hold("sandbox", "It is later")
    assert signature(client, task) != seen
    assert "It is later" in client.get(reverse("live"), query).content.decode()


def test_what_a_person_may_do_is_news(client: Client, editor: User, order: Order) -> None:
    [task] = order()
    client.force_login(editor)
    query = {"seen": signature(client, task), "project": task.project_id, "balance": balance(client)}
    assert client.get(reverse("live"), query).status_code == 204
    ProjectMember.objects.filter(user=editor).update(access=ProjectMember.Access.VIEWER)
    shown = client.get(reverse("live"), query).content.decode()
    assert f'data-signature="{signature(client, task)}"' in shown
    assert reverse("task_cancel", args=[task.pk]) not in shown


def test_a_long_page_hears_of_what_a_colleague_orders(client: Client, member: User, project: Project) -> None:
    """As many cards as a page tells of, with older ones that move below them: only the new ones come."""
    client.force_login(member)
    rows = place(project, live.MAX_CARDS + 5)
    seen = ",".join(f"{task.pk}.0.0.0.1" for task in rows[5:])
    query = {"seen": seen, "project": project.pk, "balance": balance(client)}
    assert client.get(reverse("live"), query).status_code == 204
    new = place(project, 3)
    shown = client.get(reverse("live"), query).content.decode()
    assert [f'id="task-{task.pk}"' in shown for task in new] == [True] * 3
    assert shown.count("data-signature") == 3


def place(project: Project, count: int) -> list[Task]:
    one: dict[str, Any] = {"project": project, "created_by": project.owner, "provider": "sandbox"}
    one |= {
        "operation": "create_music",
        "params": {"title": "Rain"},
        "price": 10,
        "status": Task.Status.RUNNING,
    }
    return Task.objects.bulk_create(Task(form_key=uuid.uuid4(), **one) for _ in range(count))


def signature(client: Client, task: Task) -> str:
    """As the card on the task's own page has it."""
    card = client.get(reverse("task", args=[task.pk])).context["card"]
    return str(card.signature)


def balance(client: Client) -> int:
    return credits.balance(User.objects.get(pk=client.session["_auth_user_id"]))
