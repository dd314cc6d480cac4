"""Pages as people of every kind see them."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ

from accounts.models import User
from studio.models import Clip, LyricSheet, Project, Task
from studio.services import clips, lyrics, media, polls, results
from studio.services.results import Copy, Sound
from studio.sweep import Sweep
from tests.factories import accepted, song

SONG = {"sound": "quiet folk", "title": "Blue night"}


@pytest.fixture
def as_(client: Client) -> Callable[[User | None], Client]:
    """A client signed in as somebody, or as nobody."""

    def sign_in(user: User | None) -> Client:
        client.logout()
        if user is not None:
            client.force_login(user)
        return client

    return sign_in


@dataclass(frozen=True)
class Recording:
    """What the sandbox made once, and what was measured of it."""

    sound: Sound
    files: tuple[tuple[Copy, bytes], ...]


recordings: list[Recording] = []  # at most one in each process


@pytest.fixture
def clip(
    request: pytest.FixtureRequest,
    order: Callable[..., list[Task]],
    upstream: Any,
    run_jobs: Callable[[], int],
) -> Clip:
    """A finished song of Mara's, with all its files. The sandbox composes it for the first test; for the
    others the services keep the same recording. A test that orders more of it marks itself `composed`: then
    the sandbox of that test has it too."""
    task = order(params=SONG)[0]
    if recordings and not request.node.get_closest_marker("composed"):
        return kept(task, recordings[0])
    clip = _composed(task, run_jobs)
    recordings[:] = [_recording(clip)]
    return clip


def _composed(task: Task, run_jobs: Callable[[], int]) -> Clip:
    sweep = Sweep()
    for _ in range(100):
        run_jobs()
        Task.objects.filter(pk=task.pk, poll_after__isnull=False).update(poll_after=task.created_at)
        sweep.tick()
        if found := Clip.objects.filter(task=task).first():
            return found
        time.sleep(0.05)
    raise AssertionError(Task.objects.get(pk=task.pk).reason)


def _recording(clip: Clip) -> Recording:
    sound = Sound(clip.duration, clip.loudness, clip.true_peak, bytes(clip.peaks))
    files = []
    for asset in clip.assets.all():
        facts = (asset.content_type, asset.extension, asset.size, asset.sha256, asset.label)
        with media.local(asset.name) as path:  # in a bucket too: any test may be the first of its process
            files.append((Copy(asset.kind, Path(), *facts), path.read_bytes()))
    return Recording(sound, tuple(files))


def kept(task: Task, recording: Recording, **item: Any) -> Clip:
    """The task is done, and brought this recording."""
    accepted(task)
    polls.record([(task.pk, song(f"song-{task.pk}", **item))])
    [work] = clips.claim_archive(task.pk)
    copies = []
    for copy, content in recording.files:
        path = media.incoming(f"{copy.kind}-{task.pk}")
        path.write_bytes(content)
        copies.append(replace(copy, path=path))
    clip = results.keep(work, copies, recording.sound)
    clips.finish(task.pk)
    OrmQ.objects.all().delete()
    return clip


@pytest.fixture
def mara(client: Client, member: User) -> Client:
    client.force_login(member)
    return client


@pytest.fixture
def send(mara: Client, clip: Clip) -> Callable[..., Any]:
    """Open the form, fill in what is named, and send it."""

    def path(operation: str) -> str:
        return reverse("clip_order", args=[clip.pk, operation])

    def do(operation: str, **fields: str) -> Any:
        form = mara.get(path(operation)).context["form"]
        shown = {field.name: field.value() for field in form if field.value() is not None}
        return mara.post(path(operation), {**shown, **fields})

    return do


WORDS = "[Verse]\nStreetlights hum\n[Chorus]\nBlue, blue night"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def sheet(project: Project, member: User) -> LyricSheet:
    return lyrics.create_sheet(project=project, by=member, title="Blue night", text=WORDS)
