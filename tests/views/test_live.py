"""The poller of every open page: cheap as long as nothing happens."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from studio.models import ProviderState, Task
from studio.services import providers
from tests.conftest import Order
from tests.factories import bring_to


def test_where_nothing_is_new_little_is_read(client: Client, member: User, order: Order) -> None:
    """The session, the person, the cards' signatures and the balance."""
    tasks = [bring_to(order()[0], Task.Status.DONE) for _ in range(3)]
    client.force_login(member)
    seen = ",".join(f"{task.pk}.{task.version}.0.0" for task in tasks)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(reverse("live"), {"seen": seen, "project": tasks[0].project_id, "balance": 70})
    assert (answer.status_code, len(queries)) == (204, 4)


def test_a_place_in_the_line_that_changed_is_news(client: Client, member: User, order: Order) -> None:
    first, second = order(takes=2)
    client.force_login(member)
    query = {"seen": f"{first.pk}.0.1.0,{second.pk}.0.2.0", "project": first.project_id, "balance": 80}
    assert client.get(reverse("live"), query).status_code == 204
    bring_to(first, Task.Status.RUNNING)
    text = client.get(reverse("live"), query).content.decode()
    assert f'data-signature="{second.pk}.0.1.0"' in text


def test_a_reason_to_wait_is_news(client: Client, member: User, order: Order) -> None:
    [task] = order()
    client.force_login(member)
    query = {"seen": f"{task.pk}.0.1.0", "project": task.project_id, "balance": 90}
    assert client.get(reverse("live"), query).status_code == 204
    providers.hold("sandbox", "The provider is away.")
    assert ProviderState.objects.get().hold in client.get(reverse("live"), query).content.decode()
