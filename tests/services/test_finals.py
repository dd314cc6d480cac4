"""A final take: who makes one, and that no verb of the studio changes it afterwards."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from studio.errors import Refusal
from studio.models import Asset, Clip, ClipTag, CreditEntry, LyricSheet, Playlist, Project, Task, Timing
from studio.services import (
    approvals,
    bin,
    bulk,
    comments,
    conversions,
    credits,
    finals,
    lyrics,
    notes,
    playlists,
    projects,
    sung,
    tags,
    takes,
    tasks,
    timings,
    words,
)
from studio.services.words import Change
from studio.text.timing import Line
from tests.conftest import Order
from tests.finals import finished
from tests.songs import song
from tests.threads import at_once

WORDS = "Streetlights hum\nBlue, blue night"


def whole(clip: Clip) -> dict[str, Any]:
    """Everything that is kept of a clip, but for how often it was heard."""
    row = Clip.objects.filter(pk=clip.pk).values().get()
    row["tags"] = list(ClipTag.objects.filter(clip=clip).order_by("pk").values_list("tag", flat=True))
    row["times"] = list(Timing.objects.filter(clip=clip).values())
    row["words"] = clip.task.lyric_revision_id if clip.task else None
    return {name: value for name, value in row.items() if name != "plays"}


# -- Becoming final, and open again ------------------------------------------------------------------


def test_what_is_approved_becomes_final_and_is_opened_again(project: Project, member: User) -> None:
    clip = song(project)
    with pytest.raises(Refusal, match="Have it approved first"):
        finals.finish(clip, by=member)
    approvals.approve(clip, by=member)
    assert finals.finish(clip, by=member)
    clip.refresh_from_db()
    assert clip.final_by == member
    first = clip.final_at

    assert not finals.finish(clip, by=project.owner), "who did so first stays"
    clip.refresh_from_db()
    assert clip.final_at == first

    assert finals.reopen(clip)
    assert not finals.reopen(clip)
    clip.refresh_from_db()
    assert (clip.final_at, clip.final_by) == (None, None)
    assert clip.approved_at, "it stays approved"


def test_what_is_in_the_bin_does_not_become_final(project: Project, member: User) -> None:
    clip = song(project)
    approvals.approve(clip, by=member)
    bin.put([clip.pk], by=member)
    with pytest.raises(Refusal, match="in the bin"):
        finals.finish(clip, by=member)


# -- The lock ------------------------------------------------------------------------------------------

Verb = Callable[[Clip, User], Any]


def order_from(clip: Clip, by: User, operation: str, **params: Any) -> list[Task]:
    order: dict[str, Any] = {
        "project": clip.project,
        "by": by,
        "provider": "sandbox",
        "form_key": uuid.uuid4(),
    }
    return tasks.order(**order, operation=operation, params=params, source=clip)


def elsewhere(by: User) -> Project:
    return projects.create_project(name="Elsewhere", by=by)


def replacing(clip: Clip) -> dict[str, Any]:
    params = {"clip_id": clip.upstream_id, "starts_at": "0", "ends_at": "10"}
    order = {"provider": "sandbox", "operation": "replace_music", "params": params, "source": clip}
    return {**order, "form_key": uuid.uuid4()}


REFUSED: dict[str, Verb] = {
    "title": lambda clip, by: notes.write(clip, title="Other", notes="", before=""),
    "notes": lambda clip, by: notes.write(clip, title=clip.title, notes="Louder", before=""),
    "stars": lambda clip, by: notes.rate(clip, 5),
    "a tag": lambda clip, by: tags.add(clip, ["loud"]),
    "no tag": lambda clip, by: tags.remove(clip, ClipTag.objects.get(clip=clip).tag_id),
    "times": lambda clip, by: timings.write(clip, [Line(0, "Hum", 0, 1)], by=by, source="hand", before=""),
    "pick": lambda clip, by: takes.pick(clip),
    "no pick": lambda clip, by: takes.unpick(clip),
    "in front": lambda clip, by: takes.bring_to_front(clip),
    "another stack": lambda clip, by: takes.leave_stack(clip),
    "other words": lambda clip, by: words.keep(clip, Change(1, 1, "Sirens"), by=by),
    "other words sung": lambda clip, by: words.replace(
        clip, Change(1, 1, "Sirens"), by=by, order=replacing(clip)
    ),
    "a sheet of its words": lambda clip, by: lyrics.of_clip(clip, by=by),
    "extend": lambda clip, by: order_from(clip, by, "extend_music", starts_at="10"),
    "replace": lambda clip, by: order_from(clip, by, "replace_music", starts_at="0", ends_at="9"),
    "cover": lambda clip, by: order_from(clip, by, "cover_music", sound="folk"),
    "video": lambda clip, by: order_from(clip, by, "video_clip"),
    "a file of the provider's": lambda clip, by: order_from(clip, by, "download", format="mp3"),
    "sung again": lambda clip, by: sung.order(
        None, by=by, parent=None, **replacing(clip), project=clip.project
    ),
}
# Many at once: the final ones stay as they are, and the count does not tell of them.
LEFT_OUT: dict[str, Verb] = {
    "tag": lambda clip, by: bulk.tag([clip.pk], ["loud"]).count,
    "untag": lambda clip, by: bulk.untag([clip.pk], ["blue"]),
    "move": lambda clip, by: bulk.move([clip.pk], elsewhere(by)),
    "move alone": lambda clip, by: bulk.move([clip.pk], elsewhere(by), alone=True),
    "bin": lambda clip, by: bin.put([clip.pk], by=by).count,
    "empty the bin": lambda clip, by: bin.empty([clip.pk]),
    "approval": lambda clip, by: approvals.take_back(clip),
    "approve again": lambda clip, by: approvals.approve(clip, by=by),
}


@pytest.fixture
def final(project: Project, member: User, order: Order) -> Clip:
    """Picked, tagged, with words; the sandbox could make more of it."""
    facts = {"task": order()[0], "provider": "sandbox", "operation": "create_music", "lyrics": WORDS}
    return finished(song(project, tags=("blue",), picked=True, **facts), member)


@pytest.mark.parametrize("name", REFUSED)
def test_nothing_of_a_final_take_is_changed_nor_ordered(name: str, final: Clip, member: User) -> None:
    before, paid = whole(final), credits.balance(member)
    with pytest.raises(finals.IsFinal, match="final"):
        REFUSED[name](final, member)
    assert whole(final) == before
    assert credits.balance(member) == paid
    assert not Task.objects.filter(source=final).exists()
    assert not LyricSheet.objects.exists()


@pytest.mark.parametrize("name", LEFT_OUT)
def test_a_final_take_is_left_out_of_what_is_done_to_many(name: str, final: Clip, member: User) -> None:
    before = whole(final)
    assert not LEFT_OUT[name](final, member)
    assert whole(final) == before


@pytest.mark.same_anywhere
@pytest.mark.parametrize("name", [*REFUSED, *LEFT_OUT])
def test_once_it_is_reopened_the_same_is_no_matter_of_its_state(name: str, final: Clip, member: User) -> None:
    """So what was refused above was refused for being final, and for nothing else."""
    finals.reopen(final)
    final = Clip.objects.select_related("project", "task").get(pk=final.pk)
    if name == "empty the bin":
        bin.put([final.pk], by=member)
    if name == "approve again":
        approvals.take_back(final)
    assert {**REFUSED, **LEFT_OUT}[name](final, member) is not False


def test_others_of_its_order_move_without_it_and_may_be_picked_only_once_it_is_open(
    project: Project, member: User
) -> None:
    stack = uuid.uuid4()
    front, final = (song(project, stack=stack, is_front=n == 0, picked=n == 1) for n in range(2))
    final = finished(final, member)
    with pytest.raises(finals.IsFinal, match="The picked take is final"):
        takes.pick(front)
    target = elsewhere(member)
    assert bulk.move([front.pk], target) == 1
    front.refresh_from_db()
    assert front.project == target
    final = Clip.objects.get(pk=final.pk)
    assert (final.project, final.stack, final.is_front) == (project, stack, True)


def test_what_files_are_for_and_what_is_said_goes_on(project: Project, member: User, final: Clip) -> None:
    facts: dict[str, Any] = {"content_type": "audio/mp4", "size": 1, "sha256": "x"}
    Asset.objects.create(clip=final, kind="master", name="a.m4a", **facts)
    before = whole(final)
    conversions.ask(Clip.objects.get(pk=final.pk), "mp3")
    assert final.conversions.get().kind == "mp3"
    comments.add(final, text="Good.", start=None, end=None, by=member)
    notes.count_play(final)
    playlist = playlists.create(project=project, name="Best", by=member)
    assert playlists.add(playlist, [final.pk]).count == 1
    assert whole(final) == before
    assert (Clip.objects.get(pk=final.pk).plays, Playlist.objects.count()) == (1, 1)


def test_an_order_that_was_on_its_way_is_not_refused_its_second_sending(
    project: Project, member: User
) -> None:
    clip = song(project, provider="sandbox")
    form = {**replacing(clip), "project": project, "by": member}
    [first] = tasks.order(**form)
    finished(clip, member)
    assert tasks.order(**form) == [first], "the form was sent before it became final"
    assert CreditEntry.objects.filter(kind="charge").count() == 1


def test_the_database_keeps_final_takes_out_of_the_bin(final: Clip, member: User) -> None:
    for change in ({"binned_at": final.final_at}, {"approved_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Clip.objects.filter(pk=final.pk).update(**change)


def test_the_bulk_choice_tells_how_many_are_final(project: Project, member: User, final: Clip) -> None:
    both = Clip.objects.filter(pk__in=[final.pk, song(project).pk])
    chosen = bulk.choose(member, both)
    assert (len(chosen.ids), chosen.locked, chosen.final) == (1, 0, 1)
    assert chosen.final_left_out == "1 final song was left out. Reopen it to change it."
    assert len(bulk.choose(member, both, with_final=True).ids) == 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["a tag", "times", "extend", "title"])
def test_becoming_final_and_a_change_at_once(name: str, project: Project, member: User) -> None:
    """Either the change comes first, or it is refused: what is final stays as it was."""
    clip = song(project, tags=("blue",), provider="sandbox", lyrics=WORDS)
    approvals.approve(clip, by=member)

    def finish() -> dict[str, Any]:
        finals.finish(clip, by=member)
        return whole(clip)

    each = iter([finish, lambda: REFUSED[name](clip, member)] * 3)
    answers = at_once(lambda: next(each)(), 6)
    failed = [one for one in answers if isinstance(one, Exception) and not isinstance(one, finals.IsFinal)]
    assert not [one for one in failed if not isinstance(one, Refusal)], failed
    seen = [one for one in answers if isinstance(one, dict)]
    assert seen
    assert all(one == whole(clip) for one in seen)
