"""Comments on songs: said once, within the song, changed for five minutes, and read by those they are for."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from studio.errors import Refusal
from studio.models import Clip, Comment, Guest, Project, Share
from studio.models.clock import db_now
from studio.services import comments, projects
from tests.factories import again, earlier
from tests.sharing import shared
from tests.songs import song
from tests.threads import at_once


@pytest.fixture
def clip(project: Project) -> Clip:
    return song(project, duration=100.0)


def say(clip: Clip, by: User | None = None, text: str = "Too loud", **more: Any) -> Comment:
    return comments.add(clip, text=text, by=by, **{"start": 42.0, "end": None, **more})


def link(clip: Clip, by: User, **fields: Any) -> Share:
    return shared(clip, by, **{"level": "comment", **fields})[0]


def guest_of(share: Share, name: str = "Anna") -> Guest:
    return Guest.objects.create(share=share, name=name)


# -- Said -----------------------------------------------------------------------------------------


def test_the_same_words_sent_twice_are_one_comment(clip: Clip, member: User, viewer: User) -> None:
    head = say(clip, member)
    assert say(clip, member, " Too loud\n") == head
    answers = {comments.answer(head, text="Yes", by=viewer).pk for _ in range(2)}
    assert (len(answers), Comment.objects.count()) == (1, 2)
    # Of another moment, by somebody else, or later, it is another.
    others = [say(clip, member, start=43.0), say(clip, member, end=50.0), say(clip, viewer)]
    earlier(head, created_at=comments.A_MOMENT)
    assert head not in [*others, say(clip, member)]


WRONG = [
    ("no words", {"text": " \n "}, "text", "what there is to say"),
    ("too many words", {"text": "l" * 2001}, "text", "2,000"),
    ("after the song", {"start": 100.6}, "start", "ends at 1:40"),
    ("before the song", {"start": -0.1}, "start", "ends at 1:40"),
    ("no number", {"start": float("nan")}, "start", "ends at 1:40"),
    ("for ever", {"end": float("inf")}, "end", "ends at 1:40"),
    ("backwards", {"end": 41.0}, "end", "end after it begins"),
    ("nothing between", {"end": 42.001}, "end", "end after it begins"),
    ("an end alone", {"start": None, "end": 3.0}, "start", "where the part begins"),
]


@pytest.mark.parametrize(("why", "fields", "field", "words"), WRONG, ids=[each[0] for each in WRONG])
def test_what_is_no_comment(clip: Clip, member: User, why: str, fields: Any, field: str, words: str) -> None:
    with pytest.raises(Refusal, match=words) as refused:
        say(clip, member, **fields)
    assert (refused.value.field, Comment.objects.count()) == (field, 0)


def test_moments_as_read_from_the_screen_lie_in_the_song(project: Project, member: User) -> None:
    short = song(project, duration=99.6)
    assert (say(short, member, start=100.0).start, say(short, member, end=100.0).end) == (99.6, 99.6)
    assert say(short, member, start=1 / 3).start == 0.33
    assert say(short, member, start=None).start is None


def test_nobody_comments_in_the_bin_or_in_an_archive(clip: Clip, member: User) -> None:
    head = say(clip, member)
    verbs = [
        lambda: say(clip, member, "More"),
        lambda: comments.answer(head, text="More", by=member),
        lambda: comments.edit(head, text="More", by=member),
        lambda: comments.resolve(head, by=member),
        lambda: comments.reopen(head),
        lambda: comments.assign(head, member),
    ]
    before = Comment.objects.values_list().get()
    for words in ("in the bin", "archived"):
        if words == "archived":
            Clip.objects.update(binned_at=None)
            projects.archive(clip.project, by=member)
        else:
            Clip.objects.update(binned_at=db_now(), binned_by=member)
        for verb in verbs:
            with pytest.raises(comments.NotNow, match=words):
                verb()
    assert Comment.objects.values_list().get() == before


def test_a_final_song_is_still_talked_about(clip: Clip, member: User) -> None:
    now = db_now()
    Clip.objects.update(approved_at=now, approved_by=member, final_at=now, final_by=member)
    comments.resolve(say(clip, member), by=member)
    assert Comment.objects.get().resolved_by == member


# -- How much -------------------------------------------------------------------------------------


def many(clip: Clip, count: int, **fields: Any) -> None:
    Comment.objects.bulk_create(Comment(clip=clip, text=f"{n}", **fields) for n in range(count))


def test_answers_have_an_end(clip: Clip, member: User) -> None:
    head = say(clip, member)
    many(clip, 100, parent=head, created_by=member)
    with pytest.raises(comments.TooMany, match="100 answers"):
        comments.answer(head, text="One more", by=member)


def test_guests_never_shut_the_team_out(clip: Clip, member: User) -> None:
    share = link(clip, member)
    anna = guest_of(share)
    many(clip, 500, guest=anna, share=share)
    with pytest.raises(comments.TooMany):
        say(clip, guest=anna)
    say(clip, member)
    many(clip, 499, created_by=member)
    with pytest.raises(comments.TooMany):
        say(clip, member, "One more")


@pytest.mark.django_db(transaction=True)
def test_the_last_place_is_taken_once(clip: Clip, member: User) -> None:
    head = say(clip, member)
    many(clip, 98, parent=head, created_by=member)
    texts = iter("abcdefgh")
    got = at_once(lambda: comments.answer(head, text=next(texts), by=member), 8)
    assert sorted(type(each).__name__ for each in got) == ["Comment"] * 2 + ["TooMany"] * 6


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_twice_at_once_is_one_comment(clip: Clip, member: User) -> None:
    got = at_once(lambda: say(clip, member), 5)
    assert {each.pk for each in got} == {Comment.objects.get().pk}


# -- Changed, resolved, assigned --------------------------------------------------------------------


def test_a_comment_is_changed_for_five_minutes_and_by_who_wrote_it(
    clip: Clip, member: User, editor: User
) -> None:
    head = say(clip, member)
    earlier(head, created_at=comments.MAY_EDIT - timedelta(seconds=5))
    comments.edit(head, text="Too quiet", by=member)
    assert (again(head).text, again(head).edited_at is None) == ("Too quiet", False)
    with pytest.raises(comments.NotYours):
        comments.edit(head, text="Mine", by=editor)
    earlier(head, created_at=comments.MAY_EDIT)
    with pytest.raises(comments.TooLateToEdit, match="five minutes"):
        comments.edit(head, text="Louder", by=member)
    assert again(head).text == "Too quiet"


def test_the_same_words_are_no_change(clip: Clip, member: User) -> None:
    head = say(clip, member)
    comments.edit(head, text="Too loud ", by=member)
    assert again(head).edited_at is None


def test_who_resolved_it_first_stays(clip: Clip, member: User, editor: User) -> None:
    head = say(clip, member)
    comments.resolve(head, by=editor)
    comments.resolve(head, by=member)
    assert again(head).resolved_by == editor
    comments.reopen(head)
    assert (again(head).resolved_by, again(head).resolved_at) == (None, None)


def test_only_who_sees_it_is_asked_to_see_to_it(
    clip: Clip, member: User, viewer: User, stranger: User
) -> None:
    head = say(clip, member)
    comments.assign(head, viewer)
    with pytest.raises(comments.NotInTheProject, match="Sven"):
        comments.assign(head, stranger)
    assert again(head).assigned_to == viewer
    comments.assign(head, None)
    assert again(head).assigned_to is None


# -- Through a link ---------------------------------------------------------------------------------


def read(share: Share, guest: Guest | None) -> list[tuple[str, list[str]]]:
    heads = comments.on_link(share, guest)
    return [(head.text, [each.text for each in head.answers.all()]) for head in heads]


def test_guests_read_their_own_threads_or_each_others(clip: Clip, member: User) -> None:
    share, other = link(clip, member), link(clip, member, label="For the label")
    anna, ben = guest_of(share), guest_of(share, "Ben")
    mine, his = say(clip, guest=anna, text="Anna's"), say(clip, guest=ben, text="Ben's")
    say(clip, member, "The team's own")
    say(clip, guest=guest_of(other, "Carl"), text="Through another link")
    comments.answer(mine, text="We will", by=member)
    with pytest.raises(comments.NotYours):
        comments.answer(mine, text="Me too", guest=ben)
    assert read(share, anna) == [("Anna's", ["We will"])]
    assert read(share, ben) == [("Ben's", [])]
    assert read(share, None) == []

    Share.objects.filter(pk=share.pk).update(see_each_other=True)
    open_share = again(share)
    comments.answer(again(mine), text="Me too", guest=again(ben))
    assert read(open_share, None) == [("Anna's", ["We will", "Me too"]), ("Ben's", [])]

    # Closed again, what others had answered is read by themselves alone.
    Share.objects.filter(pk=share.pk).update(see_each_other=False)
    assert read(again(share), anna) == [("Anna's", ["We will"])]
    assert {comments.name_for_guests(each) for each in Comment.objects.filter(parent=mine)} == {
        "The team",
        "Ben",
    }
    assert again(his).share == share


def test_a_guest_of_another_link_answers_and_changes_nothing(clip: Clip, member: User) -> None:
    head = say(clip, guest=guest_of(link(clip, member, see_each_other=True)))
    other = guest_of(link(clip, member, see_each_other=True), "Carl")
    for verb in (comments.answer, comments.edit):
        with pytest.raises(comments.NotYours):
            verb(head, text="Mine", guest=other)
    with pytest.raises(comments.NotYours):
        comments.answer(say(clip, member), text="Mine", guest=other)
    assert set(Comment.objects.values_list("text", flat=True)) == {"Too loud"}


def test_answers_are_read_where_their_comment_is(clip: Clip, member: User) -> None:
    share = link(clip, member)
    head = say(clip, guest=guest_of(share))
    first = comments.answer(head, text="Yes", by=member)
    second = comments.answer(first, text="Soon", by=member)  # to an answer, from a page of before
    assert (first.share, second.share, second.parent) == (share, share, head)
    assert comments.answer(say(clip, member), text="Yes", by=member).share is None


def test_what_left_the_link_is_not_read_through_it(clip: Clip, member: User) -> None:
    share = link(clip, member)
    anna = guest_of(share)
    say(clip, guest=anna)
    Clip.objects.update(binned_at=db_now(), binned_by=member)
    assert read(share, anna) == []
