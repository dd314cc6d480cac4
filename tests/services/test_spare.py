"""Work that nobody paid for: a little at a time, rung for in turn, and never all workers."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django_q.models import OrmQ

from accounts.models import User
from studio.models import Conversion, Import, Project
from studio.services import conversions, imports, intake
from tests.factories import again, earlier
from tests.songs import song

Bring = Callable[[], Import]


@pytest.fixture
def bring(project: Project, member: User) -> Bring:
    """A file that has come whole."""

    def do() -> Import:
        row = imports.begin(project=project, by=member, filename="a.wav", size=1)
        imports.append(row, 0, b"x")
        return again(row)

    return do


@pytest.fixture
def converting(project: Project) -> list[Conversion]:
    """Two are at work, and a third waits."""
    conversions.ask_all([(song(project, title).pk, "mp3") for title in "ABC"])
    OrmQ.objects.all().delete()
    for pk in Conversion.objects.order_by("pk").values_list("pk", flat=True)[:2]:
        Conversion.objects.filter(pk=pk).update(claims=1)
    rows = list(Conversion.objects.order_by("pk"))
    for row in rows[:2]:
        earlier(row, due_at=-timedelta(seconds=30))
    return rows


def rung() -> list[int]:
    """What a bell was rung for since the last look."""
    found = [job.task["args"][0] for job in OrmQ.objects.order_by("id")]
    OrmQ.objects.all().delete()
    return found


def test_one_file_is_looked_through_at_once(bring: Bring) -> None:
    row = bring()
    assert rung() == [row.pk]


def test_of_many_files_two_are_rung_for_and_the_others_in_their_turn(bring: Bring) -> None:
    rows = [bring() for _ in range(5)]
    keys = [row.pk for row in rows]
    assert rung() == keys[:2]
    works = [intake.claim(pk) for pk in keys[:2]]
    assert all(works)
    for _ in range(3):
        for row in rows[2:]:
            earlier(row, due_at=timedelta(seconds=60))
        imports.look_after()
    assert rung() == []
    Import.objects.filter(pk=keys[0]).update(status=Import.Status.DONE, due_at=None)
    for _ in range(3):
        imports.look_after()
    assert rung() == keys[2:3]


def test_bells_that_come_too_early_begin_nothing(bring: Bring) -> None:
    rows = [bring() for _ in range(3)]
    assert [bool(intake.claim(row.pk)) for row in rows] == [True, True, False]
    assert again(rows[2]).claims == 0
    Import.objects.filter(pk=rows[0].pk).delete()
    assert intake.claim(rows[2].pk)


def test_bells_that_wait_for_a_worker_are_not_rung_again_at_once(bring: Bring) -> None:
    """All workers are busy: nothing is claimed."""
    rows = [bring() for _ in range(5)]
    rung()
    for _ in range(3):
        imports.look_after()
    assert rung() == []
    for row in rows:
        earlier(row, due_at=timedelta(seconds=11))
    imports.look_after()
    assert len(rung()) == 2


def test_a_storage_that_is_away_keeps_no_place(bring: Bring) -> None:
    rows = [bring() for _ in range(3)]
    for row in rows[:2]:
        intake.claim(row.pk)
        intake.later(row.pk)
    rung()
    imports.look_after()
    assert rung() == [rows[2].pk]


def test_while_others_are_at_work_there_is_room_for_one(bring: Bring, converting: list[Conversion]) -> None:
    first, second = bring(), bring()
    assert rung() == [first.pk]
    assert intake.claim(first.pk)
    assert intake.claim(second.pk) is None
    Conversion.objects.filter(pk=converting[0].pk).delete()
    conversions.ring_due()
    imports.look_after()
    assert rung() == [], "one of each is at work"
    Import.objects.filter(pk=first.pk).delete()
    imports.look_after()
    assert rung() == [second.pk]


def test_what_is_asked_for_by_hand_waits_its_turn(converting: list[Conversion]) -> None:
    clip = converting[0].clip
    clip.assets.create(kind="master", name="a.m4a", content_type="audio/mp4", size=1, sha256="x")
    conversions.ask(clip, "flac")
    asked = Conversion.objects.get(kind="flac")
    assert (rung(), conversions.claim(asked.pk)) == ([], None)
    Conversion.objects.exclude(pk=asked.pk).delete()
    conversions.ring_due()
    assert rung() == [asked.pk]
