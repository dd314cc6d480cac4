"""What a task's card shows, for a whole list in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import NamedTuple
from zlib import crc32

from django.db.models import Exists, OuterRef, QuerySet, prefetch_related_objects
from django.utils import timezone

from accounts.models import User
from studio.models import Clip, Project, ProviderState, Task
from studio.models.clock import db_now
from studio.services import lines, providers, tasks

HISTORY = 200  # finished tasks that typical times are taken from
TYPICAL_S = 60

Key = tuple[str, str, str]


class _Wait(NamedTuple):
    position: int
    waits_for: str


@dataclass(frozen=True)
class Card:
    task: Task
    clip: Clip | None
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
    def home(self) -> int | None:
        """The id of the clip whose page has what this order brought: a video, another format, stems."""
        if self.task.status != Task.Status.DONE or self.clip:
            return None
        return self.task.source_id or next((asset.clip_id for asset in self.task.assets.all()), None)

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
    prefetch_related_objects([task for task in rows if not task.clips.all()], "assets")
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
            clip=next(iter(task.clips.all()), None),
            position=waits[task.pk].position,
            typical=_typical(task, times),
            waits_for=waits[task.pk].waits_for,
            may_change=task.project_id in editable,
        )
        for task in rows
    ]


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
    reasons = {state.name: _waits_for(state) for state in ProviderState.objects.all()} if queued else {}
    return {task.pk: _Wait(places.get(task.pk, 0), reasons.get(queued.get(task.pk, ""), "")) for task in rows}


def _places() -> dict[int, int]:
    lines: dict[str, int] = defaultdict(int)
    places = {}
    queued = Task.objects.filter(status=Task.Status.QUEUED, parked=False).order_by("pk")
    for pk, provider in queued.values_list("pk", "provider")[:1000]:
        lines[provider] += 1
        places[pk] = lines[provider]
    return places


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
