"""The bin: there and back, stacks that always have one in front, and what goes for good."""

import os
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django_q.models import OrmQ
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from studio import jobs
from studio.models import Asset, Clip, PlaylistEntry, Project, SearchText, Task, Upload
from studio.models.search import matching
from studio.services import audit, bin, bulk, library, media, playlists, takes
from studio.services.library import Filters
from studio.sweep import Sweep
from tests.conftest import Order
from tests.factories import again, ago, bring_to
from tests.songs import song
from tests.threads import at_once

MONTH = bin.KEPT_FOR + timedelta(minutes=1)


def stored(clip: Clip, name: str, kind: str = "master") -> str:
    """A file of the clip's that is really there."""
    path = media.incoming("new")
    path.write_bytes(b"sound")
    media.keep(path, name)
    facts: dict[str, Any] = {"content_type": "audio/mp4", "size": 5, "sha256": "0" * 64}
    Asset.objects.create(clip=clip, kind=kind, name=name, **facts)
    return name


def long_there(*clips: Clip) -> None:
    Clip.objects.filter(pk__in=[clip.pk for clip in clips]).update(binned_at=ago(MONTH))


# -- There and back --------------------------------------------------------------------------------


def test_what_is_in_the_bin_is_not_in_the_library_and_comes_back(project: Project, member: User) -> None:
    one, two = song(project, "A"), song(project, "B")
    assert bin.put([one.pk], by=member).count == 1
    assert bin.put([one.pk, two.pk], by=member).count == 1  # the other lies there already
    assert set(bin.lying(member)) == {one, two}
    assert not library.found(member, Filters()).exists()
    assert bin.restore([one.pk, 10**9]) == 1
    assert bin.restore([one.pk]) == 0
    assert [*library.found(member, Filters())] == [one]
    assert (again(one).binned_by, again(two).binned_by) == (None, member)


def test_what_was_put_there_in_one_go_is_taken_back_in_one_go(
    project: Project, member: User, editor: User
) -> None:
    before, *both = (song(project, title) for title in "ABC")
    bin.put([before.pk], by=member)
    act = bin.put([clip.pk for clip in both], by=member)
    assert set(bin.of_act(member, act.moment)) == set(both)
    assert not bin.of_act(editor, act.moment).exists()


def test_places_in_the_bin_are_found_again(project: Project, member: User) -> None:
    clips = [song(project, str(n)) for n in range(5)]
    bin.put([clip.pk for clip in clips], by=member)  # all at the same moment
    rows = list(bin.lying(member))
    following = bin.beyond(bin.place_of(rows[1]))
    assert following is not None
    assert list(bin.lying(member).filter(following)) == rows[2:]
    for nonsense in ("", "x", "1~", "~1", "-1~2", "٣~1", "9" * 40 + "~1", "1~" + "9" * 40, "\0"):
        assert bin.beyond(nonsense) is None


STEPS = st.lists(
    st.tuples(st.sampled_from(["bin", "restore", "pick", "move", "alone"]), st.integers(0, 3)), max_size=12
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_every_stack_with_kept_takes_has_one_in_front(
    project: Project, member: User, owner: User, steps: list[tuple[str, int]]
) -> None:
    Clip.objects.all().delete()
    stack, homes = uuid.uuid4(), [project, Project.objects.get(owner=owner)]
    heard = {"duration": 1.0, "loudness": -14.0, "true_peak": -1.0, "peaks": b""}
    common = {"project": project, "created_by": member, "stack": stack, **heard}
    clips = Clip.objects.bulk_create([Clip(title=str(n), is_front=n == 0, **common) for n in range(4)])
    for step, number in steps:
        clip = again(clips[number])
        home = homes[clip.project == project]
        match step:
            case "bin":
                bin.put([clip.pk], by=member)
            case "restore":
                bin.restore([clip.pk])
            case "pick" if clip.binned_at is None:
                takes.pick(clip)
            case "move" | "alone":
                bulk.move([clip.pk], home, alone=step == "alone")
    rows = list(Clip.objects.all())
    fronts = [clip.stack for clip in rows if clip.is_front and clip.binned_at is None]
    assert sorted(fronts) == sorted({clip.stack for clip in rows if clip.binned_at is None})
    assert not [clip for clip in rows if clip.is_front and clip.binned_at]
    homes_of = {(clip.stack, clip.project_id) for clip in rows}
    assert len(homes_of) == len({clip.stack for clip in rows})


# -- For good --------------------------------------------------------------------------------------


@pytest.fixture
def gone(project: Project, member: User) -> Clip:
    """Lay in the bin for more than a month, with files, tags, words, and a place in a playlist."""
    clip = song(project, "Rain", lyrics="ocean", notes="mine", tags=("wet",))
    stored(clip, "clips/rain.m4a")
    stored(clip, "clips/rain.png", "cover")
    playlists.add(playlists.create(project=project, name="Album", by=member), [clip.pk])
    bin.put([clip.pk], by=member)
    long_there(clip)
    return clip


def test_after_a_month_all_but_the_row_goes(gone: Clip, project: Project, member: User) -> None:
    fresh = song(project, "Sun")
    stored(fresh, "clips/sun.m4a")
    bin.put([fresh.pk], by=member)
    assert bin.purge(0) is None
    row = again(gone)
    assert row.purged_at is not None
    assert (row.lyrics, row.notes, bytes(row.peaks), row.title) == ("", "", b"", "Rain")
    assert [name for name, _ in media.names()] == ["clips/sun.m4a"]
    assert [asset.name for asset in Asset.objects.all()] == ["clips/sun.m4a"]
    assert not SearchText.objects.filter(clip=gone).exists()
    assert not matching("rain").exists()
    assert not PlaylistEntry.objects.exists()
    assert not row.tags.exists()
    assert list(bin.lying(member)) == [fresh]
    assert bin.restore([gone.pk]) == 0
    assert audit.audit() == {}
    assert audit.audit_files() == {}


def test_a_killed_emptying_is_finished_by_the_next(gone: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def remove_then_die(name: str) -> None:
        really(name)
        raise Killed

    really = media.remove
    for _ in range(2):  # once for each of its files
        monkeypatch.setattr(media, "remove", remove_then_die)
        with pytest.raises(Killed):
            bin.purge(0)
        assert Asset.objects.filter(clip=gone).exists()  # so that somebody knows of it
        monkeypatch.setattr(media, "remove", really)
    bin.purge(0)
    assert not Asset.objects.exists()
    assert not list(media.names())


def test_a_file_that_can_not_be_removed_keeps_no_other_waiting(
    gone: Clip, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = song(project, "Hail", binned_at=ago(MONTH))
    stored(other, "clips/hail.m4a")
    really, refuses = media.remove, True

    def remove(name: str) -> None:
        if refuses and "rain" in name:
            raise media.Away("The bucket does not answer.")
        really(name)

    monkeypatch.setattr(media, "remove", remove)
    bin.purge(0)
    assert {asset.clip for asset in Asset.objects.all()} == {gone}
    refuses = False
    bin.purge(0)
    assert not Asset.objects.exists()


def test_a_recording_that_was_uploaded_goes_with_its_clip(gone: Clip, member: User) -> None:
    facts = Asset.objects.values("name", "content_type", "size", "sha256").get(kind="master")
    Upload.objects.create(project=gone.project, created_by=member, title="Rain", duration=1, **facts)
    bin.purge(0)
    assert not Asset.objects.exists()
    assert not Upload.objects.exists()
    assert not list(media.names())


def test_nothing_goes_while_something_is_made_of_it(gone: Clip, order: Order) -> None:
    task = order(operation="video_clip", params={"clip_id": gone.upstream_id}, source=gone)[0]
    bin.purge(0)
    assert again(gone).purged_at is None
    Task.objects.filter(pk=task.pk).update(status=Task.Status.DONE, ended_at=ago(MONTH))
    bin.purge(0)
    assert again(gone).purged_at is not None


def test_the_books_know_that_fetched_files_go_with_their_clip(gone: Clip, order: Order) -> None:
    of_it = bring_to(order(operation="video_clip", params={}, source=gone)[0], Task.Status.DONE)
    by_id = bring_to(order(operation="download", params={"id": gone.upstream_id})[0], Task.Status.DONE)
    Clip.objects.filter(pk=gone.pk).update(provider="sandbox")
    rule = "a fetched file is with its clip"
    assert set(audit.audit()[rule]) == {str(of_it), str(by_id)}
    bin.purge(0)
    assert rule not in audit.audit()


def test_the_bin_is_emptied_before_its_time(
    project: Project, member: User, order: Order, run_jobs: Any
) -> None:
    gone, at_work, kept = (song(project, title) for title in "ABC")
    for clip in (gone, at_work, kept):
        stored(clip, f"clips/{clip.title}.m4a")
    bin.put([gone.pk, at_work.pk], by=member)
    order(operation="video_clip", params={"clip_id": at_work.upstream_id}, source=at_work)
    OrmQ.objects.all().delete()
    assert bin.empty([gone.pk, at_work.pk, kept.pk]) == 1
    assert again(gone).purged_at
    run_jobs()
    assert sorted(name for name, _ in media.names()) == ["clips/B.m4a", "clips/C.m4a"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
def test_who_bins_and_who_picks_at_once_leave_one_in_front(project: Project, member: User) -> None:
    stack = uuid.uuid4()
    one, two = (song(project, title, stack=stack, is_front=title == "A") for title in "AB")
    for _ in range(5):
        acts = iter(
            [partial(bin.put, [one.pk], by=member), partial(takes.pick, two), partial(bin.restore, [one.pk])]
        )
        done = at_once(partial(_next, acts), 3)
        assert not [each for each in done if isinstance(each, Exception)]
        bin.restore([one.pk])
        assert Clip.objects.kept().filter(stack=stack, is_front=True).count() == 1


def _next(acts: Iterator[Callable[[], Any]]) -> Any:
    return next(acts)()


def test_a_long_emptying_goes_on_in_the_next_job(
    project: Project, monkeypatch: pytest.MonkeyPatch, run_jobs: Any
) -> None:
    monkeypatch.setattr(bin, "AT_ONCE", 2)
    for number in range(5):
        stored(song(project, str(number), binned_at=ago(MONTH)), f"clips/{number}.m4a")
    bin.ring_due()
    assert [row.func() for row in OrmQ.objects.all()] == [bin.PURGE_JOB]
    assert run_jobs() == 3
    assert not Asset.objects.exists()
    assert f"{jobs.__name__}.{jobs.purge_bin.__name__}" == bin.PURGE_JOB


def test_the_bin_is_looked_through_once_an_hour(project: Project, gone: Clip) -> None:
    sweep = Sweep()
    sweep.ring()
    sweep.ring()
    assert [row.func() for row in OrmQ.objects.all()].count(bin.PURGE_JOB) == 1
    os.utime(django_settings.MEDIA_ROOT / "bin.looked", (0, 0))
    sweep.ring()
    assert [row.func() for row in OrmQ.objects.all()].count(bin.PURGE_JOB) == 2
