"""What a task's card shows, for a whole list in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any, NamedTuple
from zlib import crc32

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, prefetch_related_objects
from django.utils import timezone

from accounts.models import User
from studio.models import Asset, Clip, LyricRevision, Project, ProviderState, Task
from studio.models.clock import db_now
from studio.services import lines, pauses, providers, tasks
from studio.templatetags.orders import order_title

HISTORY = 200  # finished tasks that typical times are taken from
TYPICAL_S = 60
ELSEWHERE = "This song is in another project now."
GONE = "This song has left the bin for good."

Key = tuple[str, str, str]


class _Wait(NamedTuple):
    position: int
    waits_for: str


@dataclass(frozen=True)
class Card:
    task: Task
    title: str
    clip: Clip | None  # the song that the order made
    home: int | None  # the id of the clip whose page has what else it brought: a video, a format, stems
    lost: str  # why the person finds nothing of what it brought, or ""
    source: Clip | None  # what it works on, unless that is gone or the person can't see it
    position: int  # in the provider's line, 0 when it does not wait
    typical: int  # seconds from sending to ready
    waits_for: str  # why nothing is sent to this provider now
    may_change: bool  # whether the person who looks may cancel it or order it again

    @property
    def signature(self) -> str:
        return _signature(self.task, self.position, self.waits_for, self.may_change)

    @property
    def elapsed(self) -> int:
        start = self.task.submitted_at or self.task.created_at
        return max(0, int(((self.task.ended_at or timezone.now()) - start).total_seconds()))

    @property
    def progress(self) -> int:
        """Per cent of the typical time; a song that takes longer waits at 95."""
        return min(95, round(100 * self.elapsed / max(self.typical, 1)))

    @property
    def decides_at(self) -> datetime | None:
        attempt = next((a for a in self.task.attempts.all() if a.decide_at and not a.ended_at), None)
        return attempt.decide_at if attempt else None

    @property
    def brought_lyrics(self) -> bool:
        return self.task.status == Task.Status.DONE and self.task.operation == "make_lyrics"

    @property
    def can_give_up(self) -> bool:
        return tasks.can_give_up(self.task)


def build(rows: Iterable[Task], user: User) -> list[Card]:
    """One card for each task, as this person sees it. `rows` come from `Task.objects.for_card()`."""
    rows = list(rows)
    if not rows:
        return []
    files = Prefetch(
        "assets", Asset.objects.select_related("clip").only("task", "clip__project", "clip__purged_at")
    )
    prefetch_related_objects([task for task in rows if not task.clips.all()], files)
    texts = [task for task in rows if task.operation == "make_lyrics" and task.lyric_revision_id]
    beside = Prefetch("lyric_revision", LyricRevision.objects.only("sheet"))
    prefetch_related_objects(texts, beside, "proposal")
    seen = _seen(rows, user)
    waits = _waits(rows)
    editable = set(
        Project.objects.editable_by(user)
        .filter(pk__in={task.project_id for task in rows})
        .values_list("pk", flat=True)
    )
    times = _typical_times() if any(task.is_moving for task in rows) else {}
    return [
        Card(
            task=task,
            **_what(task, seen),
            position=waits[task.pk].position,
            typical=_typical(task, times),
            waits_for=waits[task.pk].waits_for,
            may_change=task.project_id in editable,
        )
        for task in rows
    ]


def _seen(rows: Sequence[Task], user: User) -> set[int]:
    """Of the projects of these tasks' songs, which may have been moved, those that the person sees."""
    clips = [clip for task in rows for clip in (*_brought(task), task.source) if clip]
    homes = {clip.project_id for clip in clips}
    if user.is_owner or not homes:
        return homes
    return set(Project.objects.visible_to(user).filter(pk__in=homes).values_list("pk", flat=True))


def _brought(task: Task) -> list[Clip]:
    """The songs that the order made, else those that its files belong to."""
    if made := list(task.clips.all()):
        return made
    if task.status != Task.Status.DONE:
        return []
    return [task.source] if task.source else [asset.clip for asset in task.assets.all()]


def _what(task: Task, seen: set[int]) -> dict[str, Any]:
    """What the card says of songs: only of those in projects that the person sees."""
    brought = _brought(task)
    in_sight = [clip for clip in brought if clip.project_id in seen]
    there = next((clip for clip in in_sight if clip.purged_at is None), None)
    is_own = there is not None and there.task_id == task.pk
    source = task.source if task.source and task.source.project_id in seen else None
    return {
        "title": order_title(task, sees_source=source is not None),
        "clip": there if is_own else None,
        "home": there.pk if there and not is_own else None,
        "lost": "" if there or not brought else GONE if in_sight else ELSEWHERE,
        "source": source if source and source.purged_at is None else None,
    }


def signatures(found: QuerySet[Task], user: User) -> dict[int, str]:
    """By task, what differs whenever its card would look different: much cheaper to have than the card."""
    editable = Exists(Project.objects.editable_by(user).filter(pk=OuterRef("project")))
    rows = list(found.annotate(may_change=editable).only("status", "provider", "version"))
    waits = _waits(rows)
    return {task.pk: _signature(task, *waits[task.pk], task.may_change) for task in rows}


def _signature(task: Task, position: int, waits_for: str, may_change: bool) -> str:
    return f"{task.pk}.{task.version}.{position}.{crc32(waits_for.encode())}.{may_change:d}"


def _waits(rows: Sequence[Task]) -> dict[int, _Wait]:
    """Where each of these tasks stands in its provider's line, and why that does not move."""
    queued = {task.pk: task.provider for task in rows if task.status == Task.Status.QUEUED}
    places = _places() if queued else {}
    reasons = _reasons(queued.values()) if queued else {}
    return {task.pk: _Wait(places.get(task.pk, 0), reasons.get(queued.get(task.pk, ""), "")) for task in rows}


def _places() -> dict[int, int]:
    """By task, its place in the order in which its provider's line will go."""
    in_order = lines.in_order(db_now()).values()
    return {pk: place for line in in_order for place, (pk, _) in enumerate(line, 1)}


def _reasons(names: Iterable[str]) -> dict[str, str]:
    """By provider, why its line does not move."""
    if team := pauses.current():
        return dict.fromkeys(names, f"Spending is paused by {team.paused_by}; your credits are kept.")
    return {state.name: _waits_for(state) for state in ProviderState.objects.all()}


def _waits_for(state: ProviderState) -> str:
    if state.name not in providers.enabled():
        return "This provider is switched off. Cancel to have the credits back."
    if state.hold or state.attention:
        return state.hold or state.attention
    if state.failures and state.paused_until:
        return "Waiting for the service: it can't be reached or is busy."
    if lines.waits_for_proof(state, db_now()):
        return "An earlier order got no answer. The next one goes as soon as it is clear what became of it."
    return ""


def _typical_times() -> dict[Key, int]:
    """Median seconds from sending to ready of what was finished lately, by provider, operation and model."""
    done = Task.objects.filter(status=Task.Status.DONE, submitted_at__isnull=False).order_by("-pk")
    seconds: dict[Key, list[float]] = defaultdict(list)
    for task in done.only("provider", "operation", "params", "submitted_at", "ended_at")[:HISTORY]:
        assert task.ended_at is not None
        assert task.submitted_at is not None
        seconds[_key(task)].append((task.ended_at - task.submitted_at).total_seconds())
    return {key: round(median(values)) for key, values in seconds.items()}


def _key(task: Task) -> Key:
    return task.provider, task.operation, str(task.params.get("mv", ""))


def _typical(task: Task, times: dict[Key, int]) -> int:
    """Our own history first, else what the provider says of the model; a minute where nobody says."""
    if known := times.get(_key(task)):
        return known
    provider = providers.named(task.provider)
    operation = providers.described(task.provider, task.operation)
    if operation is None or operation.field("mv") is None:
        return TYPICAL_S
    name = task.params.get("mv") or provider.default_model
    model = next((model for model in provider.models if model.name == name), None)
    return round(sum(model.seconds) / 2) if model else TYPICAL_S
