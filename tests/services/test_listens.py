"""Counts of how songs are heard through links."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from studio.models import Clip, ListenDay, Project, Share
from studio.services import listens
from studio.services.listens import Day, Heard
from tests.factories import again
from tests.sharing import shared
from tests.songs import song
from tests.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def clip(project: Project) -> Clip:
    return song(project, duration=100.0)


@pytest.fixture
def share(clip: Clip, member: User) -> Share:
    return shared(clip, member)[0]


def test_plays_ends_and_how_far_it_was_heard(share: Share, clip: Clip) -> None:
    for event, at in (("play", 0), ("at", 40), ("at", 30), ("play", 50.5), ("end", 3), ("at", 7)):
        listens.note(share, clip, event, at)
    assert listens.songs(share) == {clip.pk: Heard(2, 1, 100)}
    assert listens.total(share) == Heard(2, 1)
    assert listens.days(share) == [Day(timezone.now().date(), 2, 1)]
    assert ListenDay.objects.count() == 1
    assert again(clip).plays == 0  # those are the team's


@pytest.mark.parametrize(
    ("at", "furthest"), [(99.5, 99.5), (101, 100), (1e300, 100), (-1, 0), (math.nan, 0), (math.inf, 0)]
)
def test_a_second_that_the_song_does_not_have(share: Share, clip: Clip, at: float, furthest: float) -> None:
    listens.note(share, clip, "at", at)
    assert listens.songs(share)[clip.pk] == Heard(0, 0, furthest)


def test_nothing_else_is_counted(share: Share, clip: Clip) -> None:
    with pytest.raises(ValueError, match="unknown event"):
        listens.note(share, clip, "pause", 1)
    assert not ListenDay.objects.exists()


def test_days_and_songs_and_links_apart(
    share: Share, clip: Clip, member: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, another = song(project), shared(clip, member)[0]
    first = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)
    with timezone.override("Asia/Tokyo"):  # whoever looks: days are those of UTC
        for moment, heard in ((first, clip), (first, other), (first + timedelta(minutes=2), clip)):
            monkeypatch.setattr(timezone, "now", lambda moment=moment: moment)
            listens.note(share, heard, "play")
    listens.note(another, clip, "end")
    assert listens.days(share) == [Day(datetime(2026, 3, 2).date(), 1, 0), Day(first.date(), 2, 0)]
    assert listens.days(share, 1) == listens.days(share)[:1]
    assert listens.songs(share) == {clip.pk: Heard(2, 0, 0), other.pk: Heard(1, 0, 0)}
    assert listens.total(another) == Heard(0, 1)
    assert listens.total(shared(clip, member)[0]) == Heard()


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_are_fifty(share: Share, clip: Clip) -> None:
    left = iter(range(50))

    def heard() -> None:
        number = next(left)
        listens.note(share, clip, "end" if number % 5 == 0 else "play", number)

    assert at_once(heard, 50) == [None] * 50
    assert listens.songs(share) == {clip.pk: Heard(40, 10, 100)}
