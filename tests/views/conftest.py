"""Pages as people of every kind see them."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import Clip, LyricSheet, Project, Task
from studio.services import lyrics
from studio.sweep import Sweep


@pytest.fixture
def as_(client: Client) -> Callable[[User | None], Client]:
    """A client signed in as somebody, or as nobody."""

    def sign_in(user: User | None) -> Client:
        client.logout()
        if user is not None:
            client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def clip(order: Callable[..., list[Task]], upstream: Any, run_jobs: Callable[[], int]) -> Clip:
    """A finished song of Mara's, made by the sandbox and kept with all its files."""
    task = order(params={"sound": "quiet folk", "title": "Blue night"})[0]
    sweep = Sweep()
    for _ in range(100):
        run_jobs()
        Task.objects.filter(pk=task.pk, poll_after__isnull=False).update(poll_after=task.created_at)
        sweep.tick()
        if found := Clip.objects.filter(task=task).first():
            return found
        time.sleep(0.05)
    raise AssertionError(Task.objects.get(pk=task.pk).reason)


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
