"""Claiming a copy, trying it again, and writing what was copied into the library."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django_q.models import OrmQ

from accounts.models import User
from studio.models import Asset, Clip, Task
from studio.music_api.types import PollResult, PollState
from studio.services import audit, clips, credits, media, polls, results, tasks
from tests.conftest import Order
from tests.factories import accepted, again, ago, bring_to, earlier, song, until

Status, Kind = Task.Status, Asset.Kind
SECOND = timedelta(seconds=1)
SOUND = results.Sound(duration=2.0, loudness=-14.2, true_peak=-1.1, peaks=bytes(600))


@pytest.fixture
def archiving(order: Order) -> Task:
    return bring_to(order()[0], Status.ARCHIVING)


def claim(task: Task) -> list[results.Work]:
    """Claim as soon as it is due, however long that is."""
    earlier(task, archive_after=SECOND)
    return clips.claim_archive(task.pk)


def late(order: Order) -> Task:
    """A song that came after its refund."""
    task = order()[0]
    accepted(task)
    tasks.fail(task.pk, "Given up.", house="loss")
    polls.record([(task.pk, song())])
    return again(task)


def ledger(task: Task) -> list[str]:
    return [entry.kind for entry in task.credit_entries.order_by("pk")]


# -- Claiming -------------------------------------------------------------------------------------


def test_a_claim_is_counted_and_keeps_others_away(archiving: Task) -> None:
    [work] = clips.claim_archive(archiving.pk)
    assert (work.task_id, work.number, work.item.clip_id) == (archiving.pk, 1, "clip-1")
    assert again(archiving).claims == 1
    assert clips.LEASE - SECOND < until(again(archiving).archive_after) <= clips.LEASE
    assert clips.claim_archive(archiving.pk) == []


@pytest.mark.parametrize("status", sorted(set(Status.values) - {Status.ARCHIVING}))
def test_only_a_stored_answer_is_copied(status: str, order: Order) -> None:
    task = bring_to(order()[0], status)
    assert clips.claim_archive(task.pk) == []


def test_what_is_copied_for_each_item(order: Order, settings: Any) -> None:
    settings.PROVIDERS = {"sandbox": ("http://127.0.0.1:8100", "key")}
    task = order()[0]
    accepted(task)
    first = song("clip-1", wav_url="https://m.example/a.wav", image_url="https://m.example/a.jpg")
    polls.record([(task.pk, PollResult(PollState.SUCCESS, first.items + song("clip-2").items))])
    one, two = clips.claim_archive(task.pk)
    assert [(s.kind, s.needed) for s in one.sources] == [("master", True), ("wav", False), ("cover", False)]
    assert [(s.kind, s.needed) for s in two.sources] == [("master", True)]
    assert (one.number, two.number) == (1, 2)
    assert one.origins == ("http://127.0.0.1:8100",)


def test_media_hosts_of_the_settings_come_before_the_provider_s(archiving: Task, settings: Any) -> None:
    settings.MEDIA_HOSTS = ("cdn.example",)
    assert claim(archiving)[0].hosts == ("cdn.example",)


def test_a_copy_does_not_need_the_provider_to_be_on(archiving: Task, settings: Any) -> None:
    settings.PROVIDERS = {}
    assert claim(archiving)[0].origins == ()


def test_a_lease_is_renewed_while_it_lasts(archiving: Task) -> None:
    claim(archiving)
    earlier(archiving, archive_after=-SECOND)
    clips.renew(archiving.pk)
    assert until(again(archiving).archive_after) > clips.LEASE - SECOND


@pytest.mark.parametrize("after", [SECOND, None])
def test_a_lease_that_is_over_is_not_renewed(after: timedelta | None, archiving: Task) -> None:
    when = ago(after) if after else None
    Task.objects.update(archive_after=when)
    clips.renew(archiving.pk)
    assert again(archiving).archive_after == when


def test_a_song_that_stops_its_worker_three_times_is_set_aside(archiving: Task, member: User) -> None:
    assert [len(claim(archiving)) for _ in range(4)] == [1, 1, 1, 0]
    task = again(archiving)
    assert (task.status, task.parked, task.archive_after) == (Status.FAILED, True, None)
    assert ledger(task) == ["charge", "spend", "refund", "loss"]
    assert credits.balance(member) == 100
    assert clips.due_archives() == []


def test_a_late_song_that_stops_its_worker_is_set_aside_without_a_second_refund(order: Order) -> None:
    task = late(order)
    entries = ledger(task)
    assert [len(claim(task)) for _ in range(4)] == [1, 1, 1, 0]
    assert (again(task).parked, ledger(task)) == (True, entries)


# -- Trying again ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failures", "wait"), [(0, 10), (1, 20), (2, 40), (3, 80), (8, 2560), (9, 3600), (40, 3600)]
)
def test_each_try_waits_longer_up_to_an_hour(failures: int, wait: int, archiving: Task) -> None:
    claim(archiving)
    Task.objects.update(poll_failures=failures)
    clips.retry_archive(archiving.pk, "Not there.")
    task = again(archiving)
    assert (wait - 1) * SECOND < until(task.archive_after) <= wait * SECOND
    assert (task.poll_failures, task.claims, task.status) == (failures + 1, 0, Status.ARCHIVING)


def test_the_person_reads_why_it_takes_longer(archiving: Task) -> None:
    version = archiving.version
    clips.retry_archive(archiving.pk, "The server does not answer.")
    task = again(archiving)
    assert task.reason == "The audio can't be copied yet: The server does not answer. It is tried again."
    assert task.version == version + 1


def test_a_refunded_song_keeps_the_words_of_its_refund(order: Order) -> None:
    task = late(order)
    clips.retry_archive(task.pk, "The server does not answer.")
    assert again(task).reason == "Given up."
    assert until(again(task).archive_after) > timedelta(0)


def test_after_three_days_without_the_audio_the_credits_come_back(archiving: Task, member: User) -> None:
    earlier(archiving, submitted_at=timedelta(hours=73))
    clips.retry_archive(archiving.pk, "Not there.")
    task = again(archiving)
    assert (task.status, task.archive_after) == (Status.FAILED, None)
    assert ledger(task) == ["charge", "spend", "refund", "loss"]
    assert audit.audit() == {}


def test_after_three_days_a_late_song_is_let_go(order: Order) -> None:
    task = late(order)
    earlier(task, submitted_at=timedelta(hours=73))
    clips.retry_archive(task.pk, "Not there.")
    assert (again(task).archive_after, again(task).reason) == (None, "Given up.")


def test_a_try_of_somebody_who_was_overtaken_changes_nothing(archiving: Task) -> None:
    clips.finish(archiving.pk)
    clips.retry_archive(archiving.pk, "Not there.")
    assert (again(archiving).status, again(archiving).archive_after) == (Status.DONE, None)


def test_fresh_addresses_replace_the_old_ones_while_they_are_needed(archiving: Task) -> None:
    fresh = song(audio_url="https://media.example/fresh.m4a")
    clips.refresh_answer(archiving.pk, fresh)
    assert claim(archiving)[0].item == fresh.items[0]
    clips.finish(archiving.pk)
    clips.refresh_answer(archiving.pk, song())
    assert again(archiving).answer == fresh.as_dict()


def test_a_copy_that_nobody_woke_for_is_rung_for_once(archiving: Task) -> None:
    OrmQ.objects.all().delete()
    Task.objects.update(archive_after=ago(SECOND), woken_at=ago(9 * SECOND))
    clips.ring_due_archives()
    assert not OrmQ.objects.exists()
    Task.objects.update(woken_at=ago(11 * SECOND))
    clips.ring_due_archives()
    clips.ring_due_archives()
    assert [row.func() for row in OrmQ.objects.all()] == [polls.ARCHIVE_JOB]


# -- Into the library -----------------------------------------------------------------------------


def copy(kind: str = Kind.MASTER, content: bytes = b"audio", extension: str = "m4a") -> results.Copy:
    path = media.incoming(f"copy-{kind}")
    path.write_bytes(content)
    return results.Copy(kind, path, "audio/mp4", extension, len(content), hashlib.sha256(content).hexdigest())


def kept(task: Task, **fields: Any) -> Clip:
    work = results.Work(task.pk, 1, song(**fields).items[0], None, (), (), (), "", 0)
    return results.keep(work, [copy()], SOUND)


def test_a_clip_is_written_with_its_files(archiving: Task) -> None:
    clip = kept(archiving)
    asset = clip.assets.get()
    digest = hashlib.sha256(b"audio").hexdigest()
    assert asset.name == f"clips/{archiving.pk}/1-master-{digest[:16]}.m4a"
    assert (asset.size, asset.sha256, asset.content_type) == (5, digest, "audio/mp4")
    assert media.path_of(asset.name).read_bytes() == b"audio"
    assert list(Path(settings.MEDIA_ROOT, "incoming").iterdir()) == []
    assert (clip.duration, clip.loudness, clip.true_peak, len(clip.peaks)) == (2.0, -14.2, -1.1, 600)
    assert (clip.project, clip.created_by) == (archiving.project, archiving.created_by)


def test_keeping_twice_is_keeping_once(archiving: Task) -> None:
    assert kept(archiving) == kept(archiving)
    assert (Clip.objects.count(), Asset.objects.count(), audit.audit_files()) == (1, 1, {})


@pytest.mark.parametrize(
    ("typed", "told", "title"),
    [
        ({"title": "Rain"}, {"title": "Sun"}, "Rain"),
        ({}, {"title": "Sun"}, "Sun"),
        ({"lyrics": "[Verse]\nWalk on"}, {}, "Walk on"),
        ({"lyrics": "[Verse]"}, {}, "folk"),
        ({"sound": ""}, {}, "Untitled"),
        ({}, {"title": "x" * 200}, "x" * 200),
    ],
)
def test_a_clip_is_called_by_what_was_typed_first(
    typed: dict[str, str], told: dict[str, str], title: str, archiving: Task
) -> None:
    Task.objects.update(params={"sound": "folk", **typed})
    assert kept(again(archiving), **told).title == title


def test_a_clip_knows_where_it_comes_from(archiving: Task) -> None:
    Task.objects.update(params={"sound": "folk", "mv": "FUZZ-2.0", "seed": "7", "lyrics": "La"})
    clip = kept(again(archiving))
    assert (clip.sound, clip.lyrics, clip.model, clip.seed) == ("folk", "La", "FUZZ-2.0", "7")


def test_what_the_provider_made_of_it_comes_first(archiving: Task) -> None:
    clip = kept(archiving, lyrics="Lo", model="FUZZ-9", seed="8")
    assert (clip.lyrics, clip.model, clip.seed, clip.upstream_id) == ("Lo", "FUZZ-9", "8", "clip-1")


def test_whatever_a_provider_may_answer_has_room(archiving: Task) -> None:
    """As long as the decoder lets it through; PostgreSQL would raise at a shorter column."""
    clip = kept(
        archiving, clip_id="x" * 128, title="t" * 200, model="m" * 80, seed="9" * 40, sound="s" * 5000
    )
    clip.refresh_from_db()
    assert (clip.upstream_id, clip.model) == ("x" * 128, "m" * 60)


def test_a_task_is_done_when_its_clips_are_kept(archiving: Task) -> None:
    clips.retry_archive(archiving.pk, "Not there.")
    kept(archiving)
    clips.finish(archiving.pk)
    task = again(archiving)
    assert (task.status, task.reason, task.archive_after) == (Status.DONE, "", None)
    assert audit.audit() == {}


def test_a_late_song_is_delivered_and_stays_refunded(order: Order, member: User) -> None:
    task = late(order)
    clip = kept(task)
    clips.finish(task.pk)
    now = again(task)
    assert (now.status, now.archive_after, now.reason) == (Status.FAILED, None, "Given up.")
    assert now.version == task.version + 1
    assert list(Clip.objects.visible_to(member)) == [clip]
    assert (credits.balance(member), audit.audit()) == (100, {})
