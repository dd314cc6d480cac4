"""The rows behind other formats: claimed once, counted before the work, given up, rung for again."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django_q.models import OrmQ

from studio import archive, jobs
from studio.models import Asset, Clip, Conversion
from studio.services import conversions, media, quotas
from tests.factories import again, earlier
from tests.views.conftest import clip  # noqa: F401  a finished song with real files


@pytest.fixture
def row(clip: Clip) -> Conversion:  # noqa: F811
    OrmQ.objects.all().delete()
    conversions.ask(clip, "mp3")
    return Conversion.objects.get()


def test_it_is_taken_once_at_a_time(row: Conversion) -> None:
    work = conversions.claim(row.pk)
    assert work is not None
    assert (work.kind, work.clip_id) == ("mp3", row.clip_id)
    assert conversions.claim(row.pk) is None
    assert again(row).claims == 1


def test_it_is_made_from_what_has_lost_least(row: Conversion) -> None:
    work = conversions.claim(row.pk)
    assert work is not None
    assert work.name == Asset.objects.get(clip=row.clip, kind="wav").name


def test_a_wav_is_made_from_the_master(clip: Clip) -> None:  # noqa: F811
    clip.assets.filter(kind="wav").delete()
    conversions.ask(Clip.objects.get(pk=clip.pk), "wav")
    work = conversions.claim(Conversion.objects.get().pk)
    assert work is not None
    assert work.name == Asset.objects.get(clip=clip, kind="master").name


def test_what_stops_its_worker_three_times_is_given_up(row: Conversion) -> None:
    for _ in range(conversions.TRIES):
        assert conversions.claim(row.pk)
        earlier(row, due_at=timedelta(minutes=1))
    assert conversions.claim(row.pk) is None
    assert again(row).problem == "It could not be made on this machine."
    assert conversions.claim(row.pk) is None


def test_asking_again_begins_anew_after_it_was_given_up(row: Conversion) -> None:
    conversions.claim(row.pk)
    conversions.give_up(row.pk, "No room.")
    conversions.ask(row.clip, "mp3")
    fresh = again(row)
    assert (fresh.problem, fresh.claims) == ("", 0)
    assert conversions.claim(row.pk)


def test_a_bell_that_was_lost_is_rung_again(row: Conversion) -> None:
    OrmQ.objects.all().delete()
    conversions.ring_due()
    assert not OrmQ.objects.exists(), "its own bell may still be on the way"
    earlier(row, due_at=timedelta(seconds=11))
    conversions.ring_due()
    assert [job.task["args"] for job in OrmQ.objects.all()] == [(row.pk,)]


def test_a_file_of_the_providers_does_not_stand_in_for_ours(clip: Clip) -> None:  # noqa: F811
    facts: dict[str, Any] = {"content_type": "audio/mpeg", "size": 1, "sha256": "x"}
    Asset.objects.create(clip=clip, kind="mp3", label="from the provider", name="a.mp3", **facts)
    assert conversions.missing(Clip.objects.get(pk=clip.pk)) == ["mp3", "flac"]
    Asset.objects.create(clip=clip, kind="mp3", name="b.mp3", **facts)
    assert conversions.missing(Clip.objects.get(pk=clip.pk)) == ["flac"]


def test_the_job_may_run_twice_and_for_nothing(row: Conversion) -> None:
    jobs.convert(row.pk)
    jobs.convert(row.pk)
    jobs.convert(10**9)
    assert Asset.objects.filter(clip=row.clip, kind="mp3").count() == 1


def test_after_a_crash_between_file_and_row_the_file_is_kept_once(row: Conversion) -> None:
    jobs.convert(row.pk)
    first = Asset.objects.get(clip=row.clip, kind="mp3")
    Conversion.objects.create(clip=row.clip, kind="mp3", due_at=row.due_at)
    jobs.convert(Conversion.objects.get().pk)
    assert Asset.objects.get(clip=row.clip, kind="mp3").name == first.name
    assert not Conversion.objects.exists()


def test_it_is_rung_for_again_every_ten_seconds_only(row: Conversion) -> None:
    OrmQ.objects.all().delete()
    earlier(row, due_at=timedelta(seconds=11))
    for _ in range(3):
        conversions.ring_due()
    assert OrmQ.objects.count() == 1


def test_what_the_master_is_already_is_not_made_of_it(clip: Clip) -> None:  # noqa: F811
    clip.assets.filter(kind="master").update(name="clips/1/song.mp3")
    assert "mp3" not in conversions.missing(Clip.objects.get(pk=clip.pk))


# -- Room, and time ---------------------------------------------------------------------------------


def test_nothing_is_rung_for_while_the_storage_is_full(row: Conversion, monkeypatch: Any) -> None:
    OrmQ.objects.all().delete()
    earlier(row, due_at=timedelta(seconds=11))
    with monkeypatch.context() as patch:
        patch.setattr(media, "WATERMARK", 10**18)
        conversions.ring_due()
        assert not OrmQ.objects.exists()
    conversions.ring_due()
    assert OrmQ.objects.count() == 1


def test_a_project_that_filled_up_since_it_was_asked_for_gets_no_file(row: Conversion) -> None:
    quotas.set_limit(row.clip.project, 0)
    jobs.convert(row.pk)
    assert again(row).problem.startswith("This project's storage is full: ")
    assert not Asset.objects.filter(clip=row.clip, kind="mp3").exists()
    quotas.set_limit(row.clip.project, None)
    conversions.ask(row.clip, "mp3")
    assert conversions.claim(row.pk)


def test_a_long_recording_has_its_time(row: Conversion, monkeypatch: Any) -> None:
    assert OrmQ.objects.get().task["timeout"] == 900
    given = []

    def fail(*_: Any, timeout: float) -> None:
        given.append(timeout)
        raise OSError

    monkeypatch.setattr(archive, "encode", fail)
    for seconds in (100, 7200):
        Clip.objects.filter(pk=row.clip_id).update(duration=seconds)
        conversions.ask(row.clip, "mp3")
        jobs.convert(row.pk)
    assert given == [120, 360]


@pytest.mark.django_db(transaction=True)
def test_its_lease_is_renewed_while_the_work_goes_on(row: Conversion, monkeypatch: Any) -> None:
    monkeypatch.setattr(conversions, "LEASE", timedelta(seconds=0.3))
    seen = []

    def slow(work: conversions.Work) -> None:
        for _ in range(3):
            time.sleep(0.2)
            seen.append(conversions.claim(row.pk))

    monkeypatch.setattr(archive, "convert", slow)
    jobs.convert(row.pk)
    assert (seen, again(row).claims) == ([None] * 3, 1)
    earlier(row, due_at=timedelta(seconds=1))
    conversions.renew(row.pk)
    assert conversions.claim(row.pk), "a lease that ran out is not renewed"
