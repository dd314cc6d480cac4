"""Guests of a link: who they are, and what the link lets them say, also when it ends meanwhile."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from studio.errors import Refusal
from studio.models import Clip, Comment, Guest, Project, Share
from studio.services import comments, guests, shares
from studio.services.guests import BadName, Closed, Ended
from tests.factories import again, earlier
from tests.sharing import shared
from tests.songs import song
from tests.threads import at_once

SAID: dict[str, Any] = {"text": "Less reverb", "start": 42.0, "end": None}


@pytest.fixture
def clip(project: Project) -> Clip:
    return song(project)


@pytest.fixture
def share(clip: Clip, member: User) -> Share:
    return shared(clip, member, level="approve")[0]


@pytest.fixture
def anna(share: Share) -> Guest:
    return guests.come(share, "Anna")


# -- Names and keys ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("  Anna \t\n Berg ", "Anna Berg"),
        ("An\u200bna\u202e", "Anna"),  # what nobody sees, and what turns the words after it around
        ("नेहा\u200d", "नेहा\u200d"),
        ("🎧", "🎧"),
        ("<b>Anna</b>", "<b>Anna</b>"),  # a text like any other
    ],
)
def test_a_name_is_what_people_see_of_it(share: Share, said: str, name: str) -> None:
    assert guests.come(share, said).name == name


NO_NAMES = ["", " \t\u3000", "\u200b\u202e", "\u0301", "\0", "\u3164", "\u2800\uffa0", "x" * 81]
THE_TEAMS = ["The  Team", "The Te\u200dam", "\uff34he team"]  # to who reads it


@pytest.mark.parametrize("name", [*NO_NAMES, *THE_TEAMS])
def test_what_is_no_name_is_refused(share: Share, name: str) -> None:
    with pytest.raises(BadName):
        guests.come(share, name)
    assert not Guest.objects.exists()


def test_a_key_is_known_on_its_own_link_alone(share: Share, anna: Guest, clip: Clip, member: User) -> None:
    other = shared(clip, member, level="comment")[0]
    assert guests.known(share, str(anna.key)) == anna
    assert guests.known(other, anna.key) is None
    assert guests.known(share, uuid.uuid4()) is guests.known(share, "nonsense") is None


def test_a_form_that_is_sent_twice_is_one_guest_and_no_other_link_s(
    share: Share, clip: Clip, member: User
) -> None:
    key = uuid.uuid4()
    anna = guests.come(share, "Anna", key)
    assert (anna.key, guests.come(share, "Anna", key)) == (key, anna)
    ben = guests.come(shared(clip, member, level="comment")[0], "Ben", key)
    assert ben != anna
    assert ben.key != key


@pytest.mark.django_db(transaction=True)
def test_a_link_takes_only_so_many_guests_also_at_once(share: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guests, "MOST", 3)
    came = at_once(lambda: guests.come(share, "Somebody"), 6)
    assert sum(isinstance(each, BadName) for each in came) == 3
    assert share.guests.count() == 3


# -- What a link lets them do -----------------------------------------------------------------------


def test_what_is_said_is_the_guest_s_on_their_link(share: Share, clip: Clip) -> None:
    key = uuid.uuid4()
    remark = guests.comment(share, ("Anna", key), clip, **SAID)
    assert (str(remark.guest), remark.share, remark.start) == ("Anna", share, 42.0)
    # Sent twice by a browser that was not told yet who it is.
    assert guests.comment(share, ("Anna", key), clip, **SAID) == remark
    assert guests.answer(share, ("Ben", None), _for_all(share, clip), text="Yes").share == share


def _for_all(share: Share, clip: Clip) -> Comment:
    return comments.add(clip, text="Louder?", start=None, end=None, by=share.created_by, share=share)


def test_who_is_refused_has_not_come(share: Share, clip: Clip) -> None:
    with pytest.raises(comments.BadStart):
        guests.comment(share, ("Anna", None), clip, **{**SAID, "start": 1000.0})
    with pytest.raises(comments.BadText):
        guests.answer(share, ("Anna", None), _for_all(share, clip), text=" ")
    assert not Guest.objects.exists()


def _revoke(share: Share) -> None:
    shares.revoke(share, by=share.created_by)


def _expire(share: Share) -> None:
    Share.objects.filter(pk=share.pk).update(expires_at=share.created_at)


def _lower(share: Share) -> None:
    Share.objects.filter(pk=share.pk).update(level=Share.Level.LISTEN)


def _readdress(share: Share) -> None:
    shares.reissue(share, by=share.created_by)


def _archive(share: Share) -> None:
    Project.objects.filter(pk=share.project_id).update(archived_at=share.created_at)


@pytest.mark.parametrize("end", [_revoke, _expire, _lower, _readdress, _archive])
def test_nothing_is_done_through_a_link_that_ended_meanwhile(
    share: Share, clip: Clip, anna: Guest, end: Any
) -> None:
    remark = guests.comment(share, anna, clip, **SAID)
    guests.approve(share, anna, clip)
    end(share)
    tries = [
        lambda: guests.comment(share, anna, clip, **{**SAID, "text": "More"}),
        lambda: guests.comment(share, ("Ben", None), clip, **SAID),
        lambda: guests.answer(share, anna, remark, text="More"),
        lambda: guests.edit(share, anna, remark, text="More"),
        lambda: guests.approve(share, anna, clip),
        lambda: guests.take_back(share, anna, clip),
    ]
    for each in tries:
        with pytest.raises((Ended, Closed)):
            each()
    assert (Comment.objects.count(), Guest.objects.count()) == (1, 1)
    assert (again(remark).text, again(clip).approved_guest) == ("Less reverb", anna)


def test_a_link_for_comments_approves_nothing(clip: Clip, member: User) -> None:
    share = shared(clip, member, level="comment")[0]
    anna = guests.come(share, "Anna")
    for act in (guests.approve, guests.take_back):
        with pytest.raises(Ended):
            act(share, anna, clip)
    assert again(clip).approved_at is None


def test_own_words_can_be_changed_for_five_minutes_and_no_other_s(
    share: Share, clip: Clip, anna: Guest
) -> None:
    remark = guests.comment(share, anna, clip, **SAID)
    guests.edit(share, anna, remark, text="No reverb")
    assert again(remark).text == "No reverb"
    ben = guests.come(share, "Ben")
    assert guests.own(share, anna, remark.key) == remark
    assert guests.own(share, ben, remark.key) is guests.own(share, None, remark.key) is None
    with pytest.raises(Refusal):
        guests.edit(share, ben, remark, text="Ben was here")
    earlier(remark, created_at=timedelta(minutes=6))
    with pytest.raises(comments.TooLateToEdit):
        guests.edit(share, anna, again(remark), text="Too late")
    assert again(remark).text == "No reverb"
