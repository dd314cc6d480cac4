"""The queue: what everybody sees of it; for owners what is in doubt, set aside, and what can be done."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from studio.models import Attempt, Project, ProviderState, Task
from studio.models.clock import db_now
from studio.music_api.errors import NeedsAttention, OutOfCredits
from studio.music_api.providers import PROVIDERS
from studio.services import attempts, audit, credits, proofs, providers, queue, tasks
from tests.canaries import API_KEY
from tests.conftest import Order, person
from tests.factories import accepted, again, bring_to, earlier, lost, unknown

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
Status = Task.Status


@pytest.fixture
def olga(client: Client, owner: User, settings: Any) -> Client:
    settings.PROVIDERS = {"sandbox": ("http://127.0.0.1:1", API_KEY)}
    client.force_login(owner)
    return client


def page(client: Client) -> str:
    answer = client.get(reverse("queue"))
    assert answer.status_code == 200
    return answer.content.decode()


def do(client: Client, name: str, task: Task) -> str:
    """Press a button; what the next page says."""
    return client.post(reverse(name, args=[task.pk]), follow=True).content.decode()


# -- What waits -----------------------------------------------------------------------------------


def test_an_empty_queue(olga: Client) -> None:
    shown = page(olga)
    for words in ("Nobody waits.", "No order is in doubt.", "Nothing was set aside."):
        assert words in shown
    assert "Given up lately" not in shown


def test_orders_stand_in_the_line_with_their_place(olga: Client, order: Order) -> None:
    for title in ("Rain", "Snow"):
        order(params={"sound": "folk", "title": title})
    shown = page(olga)
    assert shown.index("Rain") < shown.index("Snow")
    assert '<td class="number figure">1</td>' in shown
    assert '<td class="number figure">2</td>' in shown
    assert "Nothing is sent" not in shown
    assert "All places" not in shown


def test_one_on_hold_has_a_reason_and_no_place(olga: Client, order: Order) -> None:
    bring_to(order()[0], Status.HELD)
    order()
    shown = page(olga)
    assert '<td class="number figure">on hold</td>' in shown
    assert '<td class="number figure">1</td>' in shown
    assert "Buy credits there: the orders go on by themselves as soon as the balance is 10 or more" in shown


def is_refused(task: Task) -> None:
    providers.hold("sandbox", "The provider does not let the studio in.")


def waits_for_a_person(task: Task) -> None:
    providers.needs_attention("sandbox", "Post the cookie anew.")


def is_busy(task: Task) -> None:
    providers.pause("sandbox", retry_after=60, busy=True)


def is_full(task: Task) -> None:
    accepted(task)
    ProviderState.objects.update(in_flight_limit=1)


def lost_an_answer(task: Task) -> None:
    unknown(task)


def is_off(task: Task) -> None:
    Task.objects.update(provider="musicapi")


def is_not_known_any_more(task: Task) -> None:
    Task.objects.update(provider="a-former-one")


def paused_between_two(task: Task) -> None:
    accepted(task)


WHY = {
    is_refused: "Look at the key: the provider is asked again and again",
    waits_for_a_person: "Post the cookie anew. Nothing is sent until you say that it is done.",
    is_busy: "The service is busy or can’t be reached. The next order is tried again at",
    is_full: "All places there are taken.",
    lost_an_answer: "Nothing is sent right now: an order’s answer was lost",
    is_off: "This provider is switched off. Set its key",
    is_not_known_any_more: "This provider is switched off. The studio no longer knows it",
    paused_between_two: "The service wants a pause between two orders.",
}


@pytest.mark.parametrize("reason", WHY, ids=lambda reason: reason.__name__)
def test_it_says_why_a_line_waits(
    olga: Client, order: Order, reason: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if reason is paused_between_two:
        monkeypatch.setitem(PROVIDERS, "sandbox", replace(PROVIDERS["sandbox"], min_interval_s=60))
    first = order()[0]
    order()
    reason(first)
    shown = page(olga)
    assert [words for words in WHY.values() if words in shown] == [WHY[reason]]


def test_attention_is_given_where_it_is_asked_for(olga: Client, order: Order) -> None:
    order()
    attempt = attempts.claim_next("sandbox")
    assert attempt
    attempts.record_failure(attempt.pk, NeedsAttention("Post the cookie anew."))
    assert reverse("provider_attended", args=["sandbox"]) in page(olga)


# -- What is in doubt -----------------------------------------------------------------------------


def test_an_order_in_doubt_says_what_to_look_for(olga: Client, order: Order) -> None:
    attempt = unknown(order(params={"sound": "folk", "title": "Rain", "seed": "4711"})[0])
    shown = page(olga)
    assert attempt.decide_at
    for words in ("Rain", "<code>4711</code>", attempt.decide_at.strftime("%H:%M UTC"), "10 credits back"):
        assert words in shown
    assert shown.count('name="upstream_id"') == 1


def test_a_charge_that_was_proved_is_told_there_and_on_the_card(olga: Client, order: Order) -> None:
    attempt = unknown(order()[0])
    assert attempt.decide_at
    decided = attempt.decide_at.strftime("%H:%M UTC")
    lost_answer, taken = "but its answer did not arrive", "The provider has taken the order, but not told us"
    for known, other in ((lost_answer, taken), (taken, lost_answer)):
        for address in (reverse("queue"), reverse("task", args=[attempt.task_id])):
            shown = olga.get(address).content.decode()
            assert (known in shown, other in shown, shown.count("not sent twice")) == (True, False, 1)
            assert decided in shown
        proofs.prove_accepted(attempt.pk)
    assert "You are not charged twice." in shown


def test_each_button_says_what_it_is_for(olga: Client, order: Order) -> None:
    unknown(order(params={"sound": "folk", "title": "Rain"})[0])
    shown = page(olga)
    for name in ("This is the song: Rain", "Give up · 10 credits back: Rain"):
        assert f'aria-label="{name}"' in shown


@pytest.mark.parametrize("is_owner", [True, False])
def test_a_bad_id_leads_back_to_where_the_field_is(
    olga: Client, order: Order, member: User, is_owner: bool
) -> None:
    attempt = unknown(order()[0])
    if not is_owner:
        olga.force_login(member)
    enter = reverse("task_enter_id", args=[attempt.task_id])
    assert olga.post(enter, {"upstream_id": ""}).status_code == 422
    attempts.give_up(attempt.task, by=member)
    answer = olga.post(enter, {"upstream_id": ""}, follow=True)
    back = reverse("queue") if is_owner else reverse("task", args=[attempt.task_id])
    assert answer.redirect_chain == [(back, 302)]
    assert "Enter the id." in answer.content.decode()


def test_the_id_is_entered_there(olga: Client, order: Order) -> None:
    attempt = unknown(order()[0])
    olga.post(reverse("task_enter_id", args=[attempt.task_id]), {"upstream_id": "song-7"})
    assert Attempt.objects.get().hinted_id == "song-7"
    assert "<code>song-7</code>" in page(olga)


def test_an_owner_gives_up_for_somebody(olga: Client, order: Order, member: User) -> None:
    attempt = unknown(order()[0])
    olga.post(reverse("task_give_up", args=[attempt.task_id]))
    assert (again(attempt).status, credits.balance(member)) == ("lost", 100)
    assert "No order is in doubt." in page(olga)


def test_what_was_given_up_lately_may_still_be_found(olga: Client, order: Order) -> None:
    attempt = lost(order(params={"sound": "folk", "title": "Rain"})[0])
    shown = page(olga)
    assert "Given up lately" in shown
    assert shown.count('name="upstream_id"') == 1
    earlier(attempt, sent_at=timedelta(days=4))
    assert "Given up lately" not in page(olga)


# -- Who, and at what cost ------------------------------------------------------------------------


@pytest.mark.parametrize("linked", ["providers", "tasks", "credits"])
def test_owners_find_it(olga: Client, linked: str) -> None:
    assert f'href="{reverse("queue")}"' in olga.get(reverse(linked)).content.decode()
    assert f'href="{reverse("providers")}"' in page(olga)


def many(project: Project, count: int) -> None:
    """So many orders of each kind, each with an attempt."""
    for status, fields in (
        (Status.QUEUED, {}),
        (Status.UNKNOWN, {}),
        (Status.FAILED, {"ended_at": db_now()}),
        (Status.FAILED, {"ended_at": db_now(), "parked": True, "answer": {}}),
    ):
        one: dict[str, Any] = {"project": project, "created_by": project.owner, "provider": "sandbox"}
        one |= {"operation": "create_music", "params": {"title": "Rain", "seed": "4"}, "price": 10, **fields}
        rows = [Task(form_key=uuid.uuid4(), status=status, **one) for _ in range(count)]
        made = Task.objects.bulk_create(rows)
        kind = Attempt.Status.UNKNOWN if status == Status.UNKNOWN else Attempt.Status.LOST
        now = db_now()
        times = {"sent_at": now, "lease_until": now, "decide_at": now}
        Attempt.objects.bulk_create(
            Attempt(task=task, provider="sandbox", token=uuid.uuid4().hex, status=kind, **times)
            for task in made
        )


def test_two_hundred_rows_cost_as_many_queries_as_ten(olga: Client, project: Project, owner: User) -> None:
    page(olga)  # makes the provider's row
    stranger = person("sven@example.org", "member", "Sven Stranger")
    counts = []
    for count in (10, 190):
        many(project, count)
        with CaptureQueriesContext(connection) as captured:
            shown = page(olga)
        counts.append(len(captured))
        olga.force_login(stranger)
        with CaptureQueriesContext(connection) as captured:
            assert f"<td>{count if count < 50 else queue.SHOWN} takes</td>" in page(olga)
        counts.append(len(captured))
        olga.force_login(owner)
    assert counts[:2] == counts[2:]
    assert shown.count("And 150 more.") == 3  # that wait, that are in doubt, and that were set aside
    assert shown.count("And 350 more.") == 1  # that were given up
    assert len(shown) < 500_000


def test_an_order_on_hold_is_released_as_before(olga: Client, order: Order) -> None:
    """Looking at the queue changes nothing."""
    task = order()[0]
    attempts.record_failure(attempts_sent(), OutOfCredits("No credits left."))
    before = list(Task.objects.values())
    page(olga)
    assert list(Task.objects.values()) == before
    tasks.cancel(again(task), by=task.created_by)
    assert audit.audit() == {}


def attempts_sent() -> int:
    attempt = attempts.claim_next("sandbox")
    assert attempt
    return attempt.pk
