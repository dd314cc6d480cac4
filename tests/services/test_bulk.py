"""Many clips at once: only those that may be changed, counted from what really changed, in few statements."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from studio.models import Clip, Playlist, Project
from studio.models.search import matching
from studio.services import batches, bin, bulk, playlists
from tests.factories import again
from tests.songs import song


@pytest.fixture
def other(owner: User) -> Project:
    """A project of Olga's, which Mara does not see."""
    return Project.objects.get(owner=owner)


def names(clip: Clip) -> list[str]:
    return [tag.name for tag in clip.tags.all()]


def test_what_may_only_be_looked_at_is_left_out_and_counted(
    project: Project, viewer: User, member: User
) -> None:
    own = song(Project.objects.get(owner=viewer), "Mine")
    locked = [song(project, title) for title in "AB"]
    chosen = bulk.choose(viewer, Clip.objects.visible_to(viewer))
    assert (chosen.ids, chosen.locked) == ([own.pk], 2)
    assert chosen.left_out == "2 songs of projects that you may only look at were left out."
    mine = bulk.choose(member, Clip.objects.visible_to(member))
    assert (mine.ids, mine.locked) == ([clip.pk for clip in locked], 0)


def test_there_is_a_ceiling(project: Project, member: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST", 2)
    clips = [song(project, title) for title in "ABC"]
    assert len(bulk.choose(member, Clip.objects.exclude(pk=clips[0].pk)).ids) == 2
    with pytest.raises(bulk.TooMany, match="At most 2 songs"):
        bulk.choose(member, Clip.objects.all())


# -- Tags ------------------------------------------------------------------------------------------


def test_tags_are_put_on_once_and_found(project: Project) -> None:
    bare, tagged = song(project, "A"), song(project, "B", tags=("Rain",))
    ids = [bare.pk, tagged.pk]
    assert bulk.tag(ids, ["rain"]) == bulk.Tagged(1, 0)
    assert bulk.tag(ids, ["RAIN", "demo"]) == bulk.Tagged(2, 0)
    assert [names(clip) for clip in (bare, tagged)] == [["demo", "Rain"]] * 2
    assert matching("demo").count() == 2
    assert bulk.untag([*ids, 10**9], ["Demo", "unknown"]) == 2
    assert bulk.untag(ids, ["Demo"]) == 0
    assert not matching("demo").exists()
    assert [names(clip) for clip in (bare, tagged)] == [["Rain"]] * 2


def test_a_song_that_is_full_of_tags_gets_none(project: Project) -> None:
    full = song(project, "A", tags=tuple(f"tag {n}" for n in range(19)))
    free = song(project, "B")
    assert bulk.tag([full.pk, free.pk], ["x", "y"]) == bulk.Tagged(1, 1)
    assert (full.tags.count(), free.tags.count()) == (19, 2)


# -- Moving ----------------------------------------------------------------------------------------


def test_the_front_takes_its_stack_along_and_another_take_goes_alone(
    project: Project, other: Project
) -> None:
    stack = uuid.uuid4()
    front, second, third = (song(project, title, stack=stack, is_front=title == "A") for title in "ABC")
    assert bulk.move([second.pk], other) == 1
    assert (again(second).project, again(front).project, again(third).project) == (other, project, project)
    assert again(second).is_front
    assert again(second).stack != stack
    assert bulk.move([front.pk], other) == 2
    assert again(front).stack == again(third).stack
    assert again(front).stack != stack  # a late take of the order begins its own in the old project
    assert [again(clip).is_front for clip in (front, third)] == [True, False]
    assert bulk.move([front.pk, second.pk], other) == 0


def test_a_stack_is_not_torn_where_a_part_ends(
    project: Project, other: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "SIZE", 1)
    stack = uuid.uuid4()
    back, front = song(project, "A", stack=stack, is_front=False), song(project, "B", stack=stack)
    assert bulk.move([back.pk, front.pk], other) == 2
    assert again(back).stack == again(front).stack


def test_one_take_alone_leaves_even_as_the_front(project: Project, other: Project) -> None:
    stack = uuid.uuid4()
    front = song(project, "A", stack=stack, picked=True)
    second = song(project, "B", stack=stack, is_front=False)
    assert bulk.move([front.pk], other, alone=True) == 1
    assert (again(front).picked, again(front).is_front) == (False, True)
    assert (again(second).project, again(second).is_front) == (project, True)


def test_rights_and_playlists_change_at_once(project: Project, other: Project, editor: User) -> None:
    clip = song(project, "A")
    here, there = (
        Playlist.objects.create(project=each, created_by=editor, name="x") for each in (project, other)
    )
    playlists.add(here, [clip.pk])
    version = again(here).version
    assert clip in Clip.objects.visible_to(editor)
    bulk.move([clip.pk], other)
    assert clip not in Clip.objects.visible_to(editor)
    assert not playlists.entries(here).exists()
    assert (again(here).version, again(there).version) == (version + 1, 0)


# -- What it costs ---------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["tag", "untag", "move", "bin", "restore"])
def test_four_clips_cost_as_many_statements_as_forty(
    project: Project, other: Project, member: User, verb: str
) -> None:
    def cost(count: int) -> int:
        ids = [song(project, f"{n}", tags=("old",)).pk for n in range(count)]
        acts = {
            "tag": lambda: bulk.tag(ids, ["new"]),
            "untag": lambda: bulk.untag(ids, ["old"]),
            "move": lambda: bulk.move(ids, other),
            "bin": lambda: bin.put(ids, by=member),
            "restore": lambda: bin.restore(ids),
        }
        with CaptureQueriesContext(connection) as captured:
            acts[verb]()
        return len(captured)

    assert cost(4) == cost(40)
