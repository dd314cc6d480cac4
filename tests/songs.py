"""Clips without their files, for what is about lists."""

import uuid
from datetime import timedelta
from typing import Any

from accounts.models import User
from studio.models import Clip, ClipTag, Project, Tag
from studio.models.search import fold
from studio.services import search

SILENCE = bytes(600)


def song(project: Project, title: str = "Blue night", *, tags: tuple[str, ...] = (), **facts: Any) -> Clip:
    """A song of the project's owner, in the library; `age` in days."""
    age = timedelta(days=facts.pop("age", 0))
    by: User = facts.pop("by", project.owner)
    heard = {"duration": 100.0, "loudness": -14.0, "true_peak": -1.0, "peaks": SILENCE}
    clip = Clip.objects.create(
        project=project, created_by=by, title=title, upstream_id=uuid.uuid4().hex, **{**heard, **facts}
    )
    for name in tags:
        tag = Tag.objects.get_or_create(key=fold(name), defaults={"name": name})[0]
        ClipTag.objects.create(clip=clip, tag=tag)
    Clip.objects.filter(pk=clip.pk).update(created_at=clip.created_at - age)
    search.index(clip)
    clip.refresh_from_db()
    return clip
