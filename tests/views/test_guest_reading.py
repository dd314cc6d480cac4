"""What guests read on the page of their link, what they approve there, and when that ends."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from studio.models import Clip, Comment, Project, Share
from studio.services import approvals, comments, finals, guests, playlists, shares
from tests.factories import again, earlier
from tests.reviewer import Visitor
from tests.sharing import shared
from tests.songs import song

EVIL = "</p><script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7 }}"


@pytest.fixture
def clip(project: Project) -> Clip:
    return song(project)


@pytest.fixture
def link(clip: Clip, member: User) -> tuple[Share, str]:
    return shared(clip, member, level="approve", recipient="Anna Berg")


@pytest.fixture
def visitor(link: tuple[Share, str], clip: Clip) -> Visitor:
    return Visitor(*link, clip)


@pytest.fixture
def anna(visitor: Visitor) -> Visitor:
    return visitor.named("Anna")


# -- Who reads what ---------------------------------------------------------------------------------


@pytest.mark.parametrize("see_each_other", [False, True])
def test_guests_see_each_other_only_where_the_link_says_so(
    clip: Clip, member: User, see_each_other: bool
) -> None:
    link = shared(clip, member, level="comment", see_each_other=see_each_other)
    anna, ben = Visitor(*link, clip).named("Anna"), Visitor(*link, clip).named("Ben")
    of_anna = Comment.objects.get(guest__name="Anna")
    assert ("I am Anna" in ben.page()) is see_each_other
    assert ("I am Anna" in Visitor(*link, clip).page()) is see_each_other
    assert "I am Anna" in anna.page()
    assert ben.answer(of_anna, "Says Ben").status_code == (302 if see_each_other else 404)
    for_all = comments.add(clip, text="What of the bridge?", start=None, end=None, by=member, share=link[0])
    assert ben.answer(for_all, "Ben likes it").status_code == 302
    assert ("Ben likes it" in anna.page()) is see_each_other
    assert "Ben likes it" in ben.page()


def test_the_team_answers_as_the_team_and_keeps_its_own_talk(anna: Visitor, clip: Clip, member: User) -> None:
    comments.add(clip, text="The client is difficult", start=1.0, end=None, by=member)
    said = Comment.objects.get(guest__name="Anna")
    comments.answer(said, text="We try", by=member)
    comments.resolve(said, by=member)
    page = anna.page()
    assert "We try" in page
    assert "The team" in page
    assert "resolved" in page
    assert "difficult" not in page
    for fact in (str(member), member.email, f"#comment-{said.pk}", f"/clips/{clip.pk}"):
        assert fact not in page


def test_names_and_texts_are_texts(visitor: Visitor) -> None:
    visitor.say(EVIL, name=EVIL[:70], start="0:10")
    page = visitor.page()
    for piece in ("<script>alert", "<img src=x", "{{ 7"[:2] + " 49"):
        assert piece not in page
    assert unescape(page).count("<script>alert(1)") > 1


def test_the_new_take_is_named_at_the_comment_that_it_answers(
    anna: Visitor, clip: Clip, order: Callable[..., Any]
) -> None:
    said = Comment.objects.get()
    task = order(source=clip, operation="create_music")[0]
    type(task).objects.filter(pk=task.pk).update(comment=said)
    song(clip.project, "Blue night again", task=task)
    page = anna.page()
    assert "Answered by a new take" in page
    assert f"?song={anna.share.handle(Clip.objects.get(task=task).pk)}" in page


# -- Own words put right ----------------------------------------------------------------------------


def test_own_words_can_be_changed_for_five_minutes(anna: Visitor) -> None:
    said = Comment.objects.get()
    there = anna.path("public_edit", said.key)
    assert there in anna.page()
    assert "I am Anna" in anna.client.get(there).content.decode()
    assert anna.edit(said, "").status_code == 422
    assert anna.edit(said, "I was Anna").status_code == 302
    assert again(said).text == "I was Anna"
    earlier(said, created_at=timedelta(minutes=6))
    late = anna.edit(said, "Much later")
    assert (late.status_code, "Much later" in late.content.decode()) == (422, True)
    assert "<form" not in anna.client.get(there).content.decode()
    assert there not in anna.page()
    assert again(said).text == "I was Anna"


# -- Approval ---------------------------------------------------------------------------------------


def test_a_guest_approves_and_takes_it_back_until_it_is_final(
    visitor: Visitor, clip: Clip, member: User
) -> None:
    answer = visitor.approve(name="Anna")
    assert (answer.status_code, visitor.cookie is not None) == (302, True)
    assert str(again(clip).approved_guest) == "Anna"
    assert "You approved this" in visitor.page()
    visitor.approve(back="1")
    assert again(clip).approved_at is None
    visitor.approve()
    finals.finish(again(clip), by=member)
    assert "Take back" not in visitor.page()
    visitor.approve(back="1")
    assert str(again(clip).approved_guest) == "Anna"


def test_others_approvals_are_nobody_s_to_take_back_and_theirs_to_be_named(
    visitor: Visitor, link: tuple[Share, str], clip: Clip, member: User
) -> None:
    ben = Visitor(*link, clip).named("Ben")
    visitor.approve(name="Anna")
    ben.approve(back="1")
    page = ben.page()
    assert str(again(clip).approved_guest) == "Anna"
    assert "Approved" in page
    assert "Take back" not in page
    assert "by Anna" not in page
    Share.objects.update(see_each_other=True)
    assert "Approved by Anna" in ben.page()
    visitor.approve(back="1")
    approvals.approve(clip, by=member)
    assert "Approved by the team" in ben.page()


def test_a_link_for_comments_shows_no_button_to_approve(clip: Clip, member: User) -> None:
    visitor = Visitor(*shared(clip, member, level="comment"), clip)
    assert visitor.path("public_approve") not in visitor.page()
    assert visitor.approve(name="Anna").status_code == 404


# -- Ends -------------------------------------------------------------------------------------------


def _lower(share: Share) -> None:
    Share.objects.filter(pk=share.pk).update(level="listen")


def _revoke(share: Share) -> None:
    shares.revoke(share, by=share.created_by)


def _bin(share: Share) -> None:
    Clip.objects.update(binned_at=share.created_at, is_front=False)


@pytest.mark.parametrize("end", [_lower, _revoke, _bin])
def test_what_has_ended_takes_nothing_more(anna: Visitor, clip: Clip, end: Callable[[Share], None]) -> None:
    said = Comment.objects.get()
    end(anna.share)
    there = anna.path("public_edit", said.key)
    answers = [anna.say(), anna.answer(said), anna.edit(said, "x"), anna.approve(), anna.client.get(there)]
    assert {answer.status_code for answer in answers} == {404}
    assert (Comment.objects.count(), again(clip).approved_at) == (1, None)


def test_a_put_away_project_is_read_and_takes_no_words(anna: Visitor, project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(archived_at=project.created_at)
    page = anna.page()
    assert "I am Anna" in page
    assert "<textarea" not in page
    answer = anna.say("Still here?")
    assert answer.status_code == 422
    assert "Nothing is said about these songs any more." in answer.content.decode()


# -- Many -------------------------------------------------------------------------------------------


def test_the_page_asks_as_often_for_many_as_for_few(project: Project, member: User) -> None:
    songs = [song(project, f"Song {n}") for n in range(6)]
    playlist = playlists.create(project=project, by=member, name="For Anna")
    playlists.add(playlist, [each.pk for each in songs])
    share, token = shares.create(
        project=project,
        kind="playlist",
        by=member,
        thing={"playlist": playlist},
        expires_at=None,
        label="All",
        level="approve",
        see_each_other=True,
    )
    visitor = Visitor(share, token, songs[0]).named("Anna")
    counts = []
    for count in (1, 20):
        for n in range(count):
            head = guests.comment(share, ("B", None), songs[n % 6], text=f"{count} {n}", start=1.0, end=2.0)
            guests.answer(share, ("C", None), head, text="Yes")
        visitor.page()  # which notes, once a minute, that it was opened
        with CaptureQueriesContext(connection) as captured:
            visitor.page()
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_older_comments_are_a_link_away(anna: Visitor, clip: Clip, monkeypatch: Any) -> None:
    monkeypatch.setattr("studio.views.guest_remarks.PAGE", 2)
    anna.say("Second")
    assert "Older comments" not in anna.page()
    anna.say("Third")
    page = anna.page()
    assert ("I am Anna" in page, "Older comments" in page) == (False, True)
    every = anna.client.get(f"/s/{anna.token}/?comments=all").content.decode()
    assert "I am Anna" in every
