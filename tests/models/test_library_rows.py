"""A studio from before the library: its clips get their stacks, their words and their place."""

import importlib
import uuid

from django.apps import apps

from studio.models import Asset, Clip, SearchText, Task
from studio.models.search import matching
from studio.services import takes
from tests.conftest import Order
from tests.songs import song

rows = importlib.import_module("studio.migrations.0007_library_rows")


def old_clip(task: Task, title: str) -> Clip:
    """As it was before: nothing of it is known to the library."""
    clip = song(task.project, title, sound="Quiet folk", lyrics="Déjà-vu", task=task)
    SearchText.objects.filter(clip=clip).delete()
    Clip.objects.filter(pk=clip.pk).update(stack=uuid.uuid4(), operation="import", sort_title="")
    return clip


def test_old_clips_find_their_place(order: Order) -> None:
    first, second = order(takes=2)
    later, sooner = old_clip(second, "Blue Night"), old_clip(first, "Blue Night")
    [other] = order()
    film = old_clip(other, "Ímar")
    facts = {"content_type": "video/mp4", "size": 1, "sha256": "0" * 64}
    Asset.objects.create(clip=film, kind="video", name="film.mp4", **facts)

    rows.fill(apps, None)
    for clip in (later, sooner, film):
        clip.refresh_from_db()
    assert later.stack == sooner.stack == takes.stack_of(first)
    assert (sooner.is_front, later.is_front, film.is_front) == (True, False, True)
    assert (sooner.operation, sooner.sort_title, film.sort_title) == ("create_music", "blue night", "imar")
    assert (film.has_video, sooner.has_video) == (True, False)
    assert set(matching("deja night")) == {later, sooner}
