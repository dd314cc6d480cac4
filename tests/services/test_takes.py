"""Takes of one order: which one stands in front, which one is picked, how loud each is beside the others."""

import random
import uuid
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from studio.errors import Refusal
from studio.models import Clip, Project, Task
from studio.models.clock import db_now
from studio.services import takes
from tests.conftest import Order
from tests.songs import song
from tests.threads import at_once


def stack_of(project: Project, count: int = 3, **facts: Any) -> list[Clip]:
    stack = uuid.uuid4()
    return [song(project, f"Take {n}", stack=stack, is_front=n == 1, **facts) for n in range(1, count + 1)]


def state(clips: list[Clip]) -> str:
    """One letter for each: P picked, F only in front, - neither, b in the bin; two at once is an error."""
    rows = Clip.objects.in_bulk([clip.pk for clip in clips])
    return "".join(letter(rows[clip.pk]) for clip in clips)


def letter(clip: Clip) -> str:
    if clip.binned_at:
        assert not clip.is_front, f"{clip} stands in front in the bin"
        return "b"
    assert clip.is_front or not clip.picked, f"{clip} is picked and folded away"
    return "P" if clip.picked else "F" if clip.is_front else "-"


def put_into_bin(*clips: Clip) -> None:
    Clip.objects.filter(pk__in=[clip.pk for clip in clips]).update(binned_at=db_now())
    takes.settle_front({clip.stack for clip in clips})


def restore(*clips: Clip) -> None:
    Clip.objects.filter(pk__in=[clip.pk for clip in clips]).update(binned_at=None)
    takes.settle_front({clip.stack for clip in clips})


def test_the_picked_one_stands_in_front_and_picking_another_moves_both(project: Project) -> None:
    clips = stack_of(project)
    others = stack_of(project, 2)
    takes.pick(clips[1])
    assert state(clips) == "-P-"
    takes.pick(clips[2])
    assert state(clips) == "--P"
    takes.pick(clips[2])
    assert state(clips) == "--P"
    takes.unpick(clips[2])
    assert state(clips) == "--F"
    assert state(others) == "F-"


def test_another_in_front_means_that_the_picked_one_is_so_no_more(project: Project) -> None:
    clips = stack_of(project)
    takes.pick(clips[0])
    takes.bring_to_front(clips[2])
    assert state(clips) == "--F"
    takes.pick(clips[2])
    takes.bring_to_front(clips[2])
    assert state(clips) == "--P"


def test_what_is_in_the_bin_is_not_picked(project: Project) -> None:
    clips = stack_of(project)
    put_into_bin(clips[1])
    for verb in (takes.pick, takes.bring_to_front):
        with pytest.raises(Refusal, match="in the bin"):
            verb(clips[1])
    assert state(clips) == "Fb-"


def test_the_bin_hands_the_front_on_and_the_picked_one_takes_it_back(project: Project) -> None:
    clips = stack_of(project)
    takes.pick(clips[1])
    put_into_bin(clips[1])
    assert state(clips) == "Fb-"
    put_into_bin(clips[0], clips[2])
    assert state(clips) == "bbb"
    restore(clips[2])
    assert state(clips) == "bbF"
    restore(clips[0])
    assert state(clips) == "-bF"
    restore(clips[1])
    assert state(clips) == "-P-"


def test_whatever_happens_each_stack_has_one_in_front(project: Project) -> None:
    chance = random.Random(7)
    clips = stack_of(project, 4)
    verbs = [put_into_bin, put_into_bin, restore, takes.pick, takes.unpick, takes.bring_to_front]
    for _ in range(80):
        clip, verb = chance.choice(clips), chance.choice(verbs)
        clip.refresh_from_db()
        if clip.binned_at is None or verb is restore:
            verb(clip)
        seen = state(clips)
        assert seen.count("P") + seen.count("F") == (seen != "bbbb"), seen
        assert Clip.objects.filter(stack=clip.stack, picked=True).count() <= 1


def test_who_leaves_is_alone_and_the_others_close_ranks(project: Project) -> None:
    clips = stack_of(project)
    takes.pick(clips[0])
    takes.leave_stack(clips[0])
    assert state(clips[1:]) == "F-"
    assert state(clips[:1]) == "F"
    left = Clip.objects.get(pk=clips[0].pk)
    assert takes.counts([clips[1].stack, left.stack]) == {clips[1].stack: 2, left.stack: 1}


def test_counts_are_of_what_is_kept_and_cost_one_query(project: Project) -> None:
    stacks = [stack_of(project, count) for count in (1, 2, 4)]
    put_into_bin(stacks[2][0], stacks[0][0])
    ids: list[UUID] = [clips[0].stack for clips in stacks]
    with CaptureQueriesContext(connection) as captured:
        assert takes.counts(ids) == {ids[1]: 2, ids[2]: 3}
    assert len(captured) == 1


def test_many_stacks_are_settled_as_quickly_as_one(project: Project) -> None:
    stacks = [stack_of(project, 2) for _ in range(12)]
    Clip.objects.filter(pk__in=[clips[0].pk for clips in stacks]).update(binned_at=db_now())

    def statements(some: list[list[Clip]]) -> int:
        with CaptureQueriesContext(connection) as captured:
            takes.settle_front({clips[0].stack for clips in some})
        return len(captured)

    assert statements(stacks[:1]) == statements(stacks[1:])
    assert {state(clips) for clips in stacks} == {"bF"}


def test_the_database_refuses_two_in_front(project: Project) -> None:
    clips = stack_of(project)
    with pytest.raises(IntegrityError), transaction.atomic():
        Clip.objects.filter(pk=clips[1].pk).update(is_front=True)


# -- At once ---------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_many_who_pick_at_once_the_last_one_counts(project: Project) -> None:
    for _ in range(3):
        clips = stack_of(project, 4)
        wanted = iter(clips)
        assert at_once(lambda wanted=wanted: takes.pick(next(wanted)), 4) == [None] * 4
        assert sorted(state(clips)) == ["-", "-", "-", "P"]


@pytest.mark.django_db(transaction=True)
def test_picking_while_the_bin_takes_it_leaves_one_in_front(project: Project) -> None:
    for _ in range(3):
        clips = stack_of(project, 4)
        verbs = iter(
            [lambda c=c: takes.pick(c) for c in clips[:2]] + [lambda c=c: put_into_bin(c) for c in clips[:2]]
        )
        answers = at_once(lambda verbs=verbs: next(verbs)(), 4)
        assert all(answer is None or isinstance(answer, Refusal) for answer in answers), answers
        assert sorted(state(clips)) == ["-", "F", "b", "b"]


@pytest.mark.django_db(transaction=True)
def test_a_take_that_comes_while_the_front_is_binned_is_not_hidden(project: Project, order: Order) -> None:
    """One of the two is first; either way the new take stands in front in the end."""
    for _ in range(3):
        task = order()[0]
        first = song(project, **arriving(task))

        def arrive(task: Task = task) -> None:
            with transaction.atomic():
                song(project, **arriving(task))

        verbs = iter([arrive, lambda first=first: put_into_bin(first)])
        assert at_once(lambda verbs=verbs: next(verbs)(), 2) == [None, None]
        rows = list(Clip.objects.filter(stack=first.stack).order_by("pk"))
        assert state(rows) == "bF"


@transaction.atomic
def arriving(task: Task) -> dict[str, Any]:
    return takes.place_of(takes.lock_order(task.pk))


# -- Beside each other -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loudness", "gains"),
    [
        ([-14.0, -9.5, -20.0], [-6.0, -10.5, 0.0]),
        ([-14.0, -14.0], [0.0, 0.0]),
        ([-14.0], [0.0]),
        ([], []),
        ([-14.0, -70.0, -12.0], [0.0, 0.0, -2.0]),  # silence is no measure
        ([-70.0, -60.0], [0.0, 0.0]),
    ],
)
def test_the_louder_ones_come_down_to_the_quietest(loudness: list[float], gains: list[float]) -> None:
    assert takes.matched(loudness) == gains
