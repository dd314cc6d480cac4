"""The takes of one order are a stack: one that is kept stands in front, and may be picked as the one.

Of a stack the rows are always locked in the order of their ids, so that two people at once wait for each
other and never in a circle.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count

from studio.errors import Refusal
from studio.models import Clip, Task
from studio.models.clips import ClipQuerySet
from studio.services import finals

PICK_IS_FINAL = "The picked take is final. Reopen it to pick another."
NEXT_TO_SILENCE = -50.0  # LUFS; what is quieter sets no level for the others


def lock_order(task_id: int) -> Task:
    """The task, with all tasks of its order locked: of two takes that arrive at once one is in front."""
    task = Task.objects.get(pk=task_id)
    order = Task.objects.filter(created_by_id=task.created_by_id, form_key=task.form_key)
    return next(each for each in order.select_for_update().order_by("pk") if each.pk == task_id)


def place_of(task: Task) -> dict[str, Any]:
    """The columns of a new clip that say in which stack it lies, and whether it is the first there."""
    stack = stack_of(task)
    lock([stack])  # or its front could be binned while the new take believes in it
    return {"stack": stack, "is_front": not Clip.objects.filter(stack=stack, is_front=True).exists()}


def stack_of(task: Task) -> uuid.UUID:
    """Not the form's own key: that is the browser's word, and could name another person's stack."""
    return uuid.uuid5(task.form_key, str(task.created_by_id))


def counts(stacks: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many kept takes each of these stacks has, in one query."""
    kept = Clip.objects.kept().filter(stack__in=list(stacks))
    return dict(kept.order_by().values_list("stack").annotate(Count("pk")))


def whole(clips: ClipQuerySet) -> ClipQuerySet:
    """What rows of a folded list stand for, in one query: a take in front for all kept takes of its order,
    any other for itself. Which of them a person may see or change is the caller's affair."""
    stacks = clips.filter(is_front=True).values("stack")
    behind = Clip.objects.filter(stack__in=stacks).values("pk")
    # A union: of two such questions in one condition, PostgreSQL asks large ones again for every clip.
    found: ClipQuerySet = Clip.objects.kept().filter(pk__in=clips.values("pk").union(behind))
    return found


# -- The one ---------------------------------------------------------------------------------------


@transaction.atomic
def pick(clip: Clip) -> None:
    """This is the one of its takes: it stands in front, and the others fold away behind it.

    Raises Refusal when the clip is in the bin, and finals.IsFinal.
    """
    bring_to_front(clip)
    Clip.objects.filter(pk=clip.pk).update(picked=True)


@transaction.atomic
def unpick(clip: Clip) -> None:
    """No take is the one any more; the order of the stack stays as it is. Raises finals.IsFinal."""
    if not Clip.objects.filter(pk=clip.pk, final_at=None).update(picked=False):
        raise finals.IsFinal


@transaction.atomic
def bring_to_front(clip: Clip) -> None:
    """This take stands for its stack, picked or not; one that had been picked is so no more.

    Raises Refusal when the clip is in the bin; finals.IsFinal when it is final, or would take the pick from a
    take that is.
    """
    stack = _stack_with(clip)
    _check_open(clip, stack)
    Clip.objects.filter(stack=stack, picked=True).exclude(pk=clip.pk).update(picked=False)
    _put_in_front(clip, stack)


def _stack_with(clip: Clip) -> uuid.UUID:
    """The clip's stack, locked. It may have gone to the bin or to another stack meanwhile."""
    stack = Clip.objects.values_list("stack", flat=True).get(pk=clip.pk)
    lock([stack])
    if not Clip.objects.kept().filter(pk=clip.pk, stack=stack).exists():
        raise Refusal("This take is in the bin. Restore it first.")
    return stack


def _check_open(clip: Clip, stack: uuid.UUID) -> None:
    finals.check(clip)
    if Clip.objects.filter(stack=stack, picked=True, final_at__isnull=False).exists():
        raise finals.IsFinal(PICK_IS_FINAL)


def _put_in_front(clip: Clip, stack: uuid.UUID) -> None:
    """First the old one steps back: two fronts are refused by the database, if only for a moment."""
    Clip.objects.filter(stack=stack, is_front=True).exclude(pk=clip.pk).update(is_front=False)
    Clip.objects.filter(pk=clip.pk, is_front=False).update(is_front=True)


# -- What the bin and other projects do to a stack -------------------------------------------------


@transaction.atomic
def settle_front(stacks: Iterable[uuid.UUID]) -> None:
    """Call it when takes of these stacks went to the bin or came back. Afterwards each stack with kept takes
    has one of them in front (the picked one, else the one that was, else the first), and nothing that is
    in the bin stands in front. Four statements, however many stacks.
    """
    stacks = set(stacks)
    lock(stacks)
    takes: dict[uuid.UUID, list[Clip]] = defaultdict(list)
    rows = Clip.objects.filter(stack__in=stacks).order_by("pk")
    for clip in rows.only("stack", "is_front", "picked", "binned_at"):
        takes[clip.stack].append(clip)
    fronts = {front.pk for stack in takes.values() if (front := _front_of(stack))}
    were = {clip.pk for stack in takes.values() for clip in stack if clip.is_front}
    Clip.objects.filter(pk__in=were - fronts).update(is_front=False)
    Clip.objects.filter(pk__in=fronts - were).update(is_front=True)


def _front_of(takes: Sequence[Clip]) -> Clip | None:
    kept = [clip for clip in takes if clip.binned_at is None]
    return min(kept, key=lambda clip: (not clip.picked, not clip.is_front, clip.pk), default=None)


@transaction.atomic
def leave_stack(clip: Clip) -> None:
    """The clip goes its own way, as into another project: a stack of one, and no longer picked. Raises
    finals.IsFinal."""
    old, new = Clip.objects.values_list("stack", flat=True).get(pk=clip.pk), uuid.uuid4()
    lock([old])
    finals.check(clip)
    Clip.objects.filter(pk=clip.pk).update(stack=new, is_front=False, picked=False)
    settle_front([old, new])


def lock(stacks: Iterable[uuid.UUID]) -> None:
    """Lock all takes of these stacks. Read them afterwards: who came while we waited is not among these."""
    rows = Clip.objects.filter(stack__in=list(stacks)).select_for_update().order_by("pk")
    list(rows.values_list("pk"))


# -- Beside each other -----------------------------------------------------------------------------


def matched(loudness: Sequence[float]) -> list[float]:
    """By how many dB each of these recordings (LUFS) is turned down to sound as loud as the quietest: 0 or
    less, so that nothing clips. One that is next to silence is no measure, and stays as it is.
    """
    level = min((each for each in loudness if each > NEXT_TO_SILENCE), default=0.0)
    return [min(level - each, 0.0) for each in loudness]
