"""Limits as owners set, change, raise and remove them; and what is locked for them."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import TrailEvent, User
from studio.models import Limit, LimitRaise, Notice, Project
from studio.models.clock import db_now
from studio.services import limits, lyrics, requests, standings, sung
from tests.conftest import Order
from tests.factories import PRICE
from tests.services.test_limits import DAY, WARN, Put
from tests.services.test_limits import put as put


def test_the_same_limit_set_again_gives_way(put: Put, member: User) -> None:
    put(10, user=member)
    put(20, user=member)
    put(30, user=member, action=WARN)
    assert sorted(Limit.objects.values_list("credits", flat=True)) == [20, 30]


def test_changing_and_removing_is_in_the_trail_without_names(
    put: Put, owner: User, member: User, project: Project
) -> None:
    limit = put(10, user=member)
    limits.change(limit.pk, 20, by=owner)
    limits.remove(limit.pk, by=owner)
    put(5, project=project)
    lines = TrailEvent.objects.filter(what=TrailEvent.What.LIMIT).order_by("pk")
    told = [(line.facts["done"], line.facts["scope"], line.facts["credits"], line.subject) for line in lines]
    assert told == [
        ("set", "person", 10, member),
        ("changed", "person", 20, member),
        ("removed", "person", 20, member),
        ("set", "project", 5, None),
    ]
    assert {line.actor for line in lines} == {owner}
    assert "Mara" not in str([line.facts for line in lines])


def test_what_is_gone_can_t_be_changed(put: Put, owner: User) -> None:
    limit = put(10)
    limits.remove(limit.pk, by=owner)
    for verb in (lambda: limits.change(limit.pk, 1, by=owner), lambda: limits.remove(limit.pk, by=owner)):
        with pytest.raises(limits.Gone):
            verb()


def test_a_raise_holds_for_its_day_alone(put: Put, order: Order, owner: User, member: User) -> None:
    limit = put(PRICE, user=member)
    today = standings.spans_at(db_now())[DAY].first
    LimitRaise.objects.create(limit=limit, period=today - timedelta(days=1), credits=50, created_by=owner)
    order()
    with pytest.raises(limits.Blocked):
        order()
    LimitRaise.objects.create(limit=limit, period=today, credits=PRICE, created_by=owner)
    order()
    with pytest.raises(limits.Blocked, match="20 of 20"):
        order()


def test_a_limit_that_goes_answers_who_asked_for_more_of_it(put: Put, owner: User, member: User) -> None:
    limit = put(0, user=member)
    asked = requests.ask(by=member, credits_wanted=10, reason="More", limit=limit)
    limits.remove(limit.pk, by=owner)
    asked.refresh_from_db()
    assert (asked.status, asked.answer, asked.answered_by) == ("granted", limits.LIFTED, owner)
    assert asked.entry is asked.limit is None
    assert Notice.objects.filter(kind=Notice.Kind.ANSWERED, user=member).exists()


# -- Locks ----------------------------------------------------------------------------------------


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks no rows")
def test_the_project_is_locked_before_the_sheet_and_the_team_last(
    put: Put, project: Project, member: User
) -> None:
    """Else who sings from a sheet and who changes it for an order of their own wait in a circle."""
    put(100, project=project)
    put(100)
    sheet = lyrics.create_sheet(project=project, by=member, title="Blue", text="One line")
    song = {"provider": "sandbox", "operation": "create_music", "form_key": uuid.uuid4()}
    words = {"lyrics": "Another line", "sound": "folk"}
    with CaptureQueriesContext(connection) as asked:
        sung.order(sheet.revisions.get(), by=member, parent=None, project=project, params=words, **song)
    locks = [query["sql"].split('FROM "')[1].split('"')[0] for query in asked if "FOR " in query["sql"][-40:]]
    order = [lock for lock in dict.fromkeys(locks) if lock.startswith("studio_")]
    assert order[:4] == ["studio_creditaccount", "studio_project", "studio_lyricsheet", "studio_team"]


def test_without_a_block_nobody_waits_for_the_team(put: Put, order: Order, project: Project) -> None:
    put(100, action=WARN)
    put(100, project=project, action=WARN)
    with CaptureQueriesContext(connection) as asked:
        order()
    assert not [query for query in asked if "_team" in query["sql"] and "FOR " in query["sql"]]
