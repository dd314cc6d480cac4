"""The queue as members see it: their own orders in full, of others how many."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.conftest import Order
from tests.factories import unknown
from tests.views.test_queue import WHY, is_off, is_refused, page, waits_for_a_person
from tests.views.test_queue import olga as olga

pytestmark = pytest.mark.django_db


@pytest.fixture
def edda(olga: Client, editor: User) -> Client:
    olga.force_login(editor)
    return olga


def test_others_see_how_many_and_nothing_else(edda: Client, order: Order) -> None:
    assert f'href="{reverse("queue")}"' in edda.get(reverse("tasks")).content.decode()
    unknown(order(params={"sound": "folk", "title": "Rain"})[0])
    order(takes=2, params={"sound": "folk", "title": "Snow"})
    shown = page(edda)
    assert "<td>2 takes</td>\n      <td>Mara Member</td>" in shown
    assert '<td class="number figure">1–2</td>' in shown
    assert "<td>1 take</td>\n      <td>Mara Member</td>" in shown  # at work
    for hidden in ("Rain", "Snow", "In doubt", "Set aside", "upstream_id", reverse("pause"), "mara@"):
        assert hidden not in shown


def test_ones_own_are_there_in_full(edda: Client, order: Order, editor: User) -> None:
    order(params={"sound": "folk", "title": "Rain"})
    task = order(by=editor, params={"sound": "folk", "title": "Snow"})[0]
    shown = page(edda)
    assert f'<a href="{reverse("task", args=[task.pk])}">Snow</a>' in shown
    assert "Rain" not in shown


@pytest.mark.parametrize("reason", [is_refused, waits_for_a_person, is_off])
def test_others_are_not_told_what_owners_must_do(edda: Client, order: Order, reason: Any) -> None:
    reason(order()[0])
    shown = page(edda)
    assert "The owners know; the orders and their credits are kept." in shown
    assert not [words for words in WHY.values() if words in shown]
