"""A clip's family: what it was made from, back to the beginning, and what was made from it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from studio.models import Clip
from studio.models.clips import FROM_DISK
from studio.services import providers
from studio.templatetags.orders import relation

GENERATIONS = 8  # above the clip; who is further up is reached by walking
CHILDREN = 60  # at most on the page
SOURCE = "task__source_id"
CAME_FROM_OUTSIDE = {
    "upload": "Uploaded",
    "download": "Brought from {}",
    FROM_DISK: "From the disk",
}


@dataclass(frozen=True)
class Generation:
    """`clip` is None for a song that this person can't see."""

    clip: Clip | None
    words: str  # what it is to the generation above, or where it came from


@dataclass(frozen=True)
class Family:
    line: list[Generation]  # from the oldest down to the clip itself
    goes_further_up: bool
    children: list[Clip]  # each knows how many `grandchildren` it brought

    @property
    def is_alone(self) -> bool:
        return len(self.line) == 1 and not self.children

    @property
    def parent_is_hidden(self) -> bool:
        return len(self.line) > 1 and self.line[-2].clip is None


def of(clip: Clip, user: User) -> Family:
    """In a number of queries that does not grow with the family. `clip` comes with its task."""
    seen = Clip.objects.visible_to(user).kept()
    ids = ids_above(clip)
    above = seen.filter(pk__in=ids).select_related("task").prefetch_related("assets")
    by_id = {each.pk: each for each in above}
    line: list[Clip | None] = [by_id.get(number) for number in reversed(ids[:GENERATIONS])]
    line.append(clip)
    return Family(
        line=[Generation(each, _words(each, line[at - 1 : at])) for at, each in enumerate(line)],
        goes_further_up=len(ids) > GENERATIONS,
        children=_children(clip, seen),
    )


def ids_above(clip: Clip) -> list[int]:
    """Its parent, its parent's parent and so on, one more than are shown: in one query."""
    if clip.task is None or clip.task.source_id is None:
        return []
    columns = [SOURCE]
    for _ in range(GENERATIONS):
        columns.append(columns[-1].replace("source_id", f"source__{SOURCE}"))
    ids: tuple[Any, ...] = Clip.objects.filter(pk=clip.pk).values_list(*columns).get()
    return [number for number in ids if number]


def _words(clip: Clip | None, parent: list[Clip | None]) -> str:
    if clip is None:
        return ""
    if clip.task is not None and clip.task.source_id:
        title = parent[0].title if parent and parent[0] else "a song you can't see"
        return f"{relation(clip.task)} {title}"
    return CAME_FROM_OUTSIDE.get(clip.operation, "").format(providers.named(clip.provider).label)


def _children(clip: Clip, seen: QuerySet[Clip]) -> list[Clip]:
    theirs = seen.filter(task__source=OuterRef("pk")).order_by().values("task__source")
    count = Subquery(theirs.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    made = seen.filter(task__source=clip).annotate(grandchildren=Coalesce(count, 0))
    return list(made.select_related("task").prefetch_related("assets").order_by("-pk")[:CHILDREN])
