"""What of a project waits for whom."""

import uuid
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from studio.models import Guest, Project, Share
from studio.models.clock import db_now
from studio.services import approvals, bin, comments, finals, playlists, reviews, shares
from tests.songs import song


def link(project: Project, kind: str = "clip", thing: Any = None, **fields: Any) -> Share:
    column = {} if thing is None else {kind: thing}
    given = {"label": "For the client", "level": "approve", "expires_at": None, **fields}
    return shares.create(project=project, kind=kind, by=project.owner, thing=column, **given)[0]


def waiting(project: Project) -> list[tuple[str, int, tuple[str, ...]]]:
    return [(each.who, each.songs, each.titles) for each in reviews.of(project).reviewers]


def test_who_has_not_said_yes_is_waited_for(project: Project) -> None:
    clip = song(project)
    link(project, "clip", clip, recipient="Anna")
    assert waiting(project) == [("Anna", 1, ("Blue night",))]
    approvals.approve(clip, by=project.owner)
    assert waiting(project) == []


def test_only_links_that_open_and_ask_for_a_yes(project: Project) -> None:
    clip = song(project)
    link(project, "clip", clip, level="comment")
    link(project, "clip", clip, expires_at=db_now() - timedelta(minutes=1))
    shares.revoke(link(project, "clip", clip), by=project.owner)
    binned = song(project)
    link(project, "clip", binned)
    bin.put([binned.pk], by=project.owner)
    assert waiting(project) == []
    link(project, "clip", clip)
    assert waiting(project) == [("For the client", 1, ("Blue night",))]


def test_a_yes_to_one_take_is_a_yes_to_the_song(project: Project) -> None:
    stack = uuid.uuid4()
    first, second = (song(project, f"Take {n}", stack=stack, is_front=n == 1) for n in (1, 2))
    link(project, "stack", stack)
    assert waiting(project) == [("For the client", 1, ("Take 2",))]
    approvals.approve(first, by=project.owner)
    assert waiting(project) == []
    approvals.take_back(first)
    approvals.approve(second, by=project.owner)
    assert waiting(project) == []


def test_of_a_list_the_songs_without_a_yes_are_counted(project: Project) -> None:
    songs = [song(project, f"Song {n}", picked=n != 4) for n in range(6)]
    playlist = playlists.create(project=project, name="Best", by=project.owner)
    playlists.add(playlist, [clip.pk for clip in songs[1:]])
    link(project, "playlist", playlist, recipient="Anna")
    link(project, "picks", recipient="Ben")
    approvals.approve(songs[2], by=project.owner)
    assert waiting(project) == [
        ("Anna", 4, ("Song 1", "Song 3", "Song 4")),
        ("Ben", 4, ("Song 0", "Song 1", "Song 3")),
    ]


def test_a_take_that_answers_a_comment_may_be_the_one(project: Project, order: Any) -> None:
    old = song(project)
    share = link(project, "clip", old)
    guest = Guest.objects.create(share=share, name="Anna")
    comment = comments.add(old, text="Louder.", start=1, end=None, guest=guest, share=share)
    task = order()[0]
    task.comment = comment
    task.save(update_fields=["comment"])
    new = song(project, task=task)
    assert len(waiting(project)) == 1
    approvals.approve(new, guest=guest)
    assert waiting(project) == []


def test_open_comments_stand_below_who_sees_to_them(project: Project, editor: User) -> None:
    clip = song(project)
    said = [comments.add(clip, text=text, start=None, end=None, by=project.owner) for text in "abcd"]
    comments.assign(said[1], editor)
    comments.resolve(said[2], by=project.owner)
    comments.answer(said[0], text="Why?", by=editor)
    gone = song(project)
    comments.add(gone, text="x", start=None, end=None, by=project.owner)
    bin.put([gone.pk], by=project.owner)
    asked = [(each.member, [comment.text for comment in each.comments]) for each in reviews.of(project).asked]
    assert asked == [(editor, ["b"]), (None, ["a", "d"])]
    assert reviews.of(project).comments == 3


def test_what_is_approved_waits_to_be_made_final(project: Project, member: User) -> None:
    clip, other = song(project), song(project)
    approvals.approve(clip, by=member)
    approvals.approve(other, by=member)
    finals.finish(other, by=member)
    assert reviews.of(project).approved == [clip]


def test_orders_with_several_takes_and_no_pick(project: Project) -> None:
    alone = song(project)
    pairs = []
    for picked in (False, True):
        stack = uuid.uuid4()
        pairs.append(
            [song(project, stack=stack, is_front=n == 0, picked=picked and n == 0) for n in range(2)]
        )
    found = reviews.of(project)
    assert [(clip, clip.take_count) for clip in found.unpicked] == [(pairs[0][0], 2)]
    bin.put([pairs[0][1].pk], by=project.owner)
    assert reviews.of(project).is_empty
    assert alone


def fill(project: Project, count: int) -> None:
    for _ in range(count):
        stack = uuid.uuid4()
        first, second = (song(project, stack=stack, is_front=n == 0) for n in range(2))
        link(project, "stack", stack)
        link(project, "clip", first)
        playlist = playlists.create(project=project, name="Best", by=project.owner)
        playlists.add(playlist, [first.pk])
        link(project, "playlist", playlist)
        link(project, "picks")
        comments.add(second, text="x", start=None, end=None, by=project.owner)
        approvals.approve(song(project), by=project.owner)


def queries(project: Project) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        review = reviews.of(project)
        shown = [str(each.approved_by) for each in review.approved]
        shown += [f"{each.share.created_by} {each.who}" for each in review.reviewers]
        shown += [f"{comment.author} {comment.clip}" for each in review.asked for comment in each.comments]
        assert shown
    return len(seen)


def test_many_cost_as_many_questions_as_one(project: Project) -> None:
    fill(project, 1)
    few = queries(project)
    fill(project, 6)
    assert queries(project) == few < 14


def test_another_project_has_nothing_of_it(project: Project, member: User) -> None:
    fill(project, 1)
    other = Project.objects.create(name="Other", owner=member)
    assert reviews.of(other).is_empty
