"""Guests through their link: what they may say and see, and that nobody else may."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from accounts.models import User
from studio.models import Clip, Comment, Guest, Project, Share
from studio.services import guests
from studio.services.share_pages import place
from studio.views import doors
from tests.reviewer import Visitor
from tests.sharing import shared
from tests.songs import song


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


# -- The name, and the cookie -----------------------------------------------------------------------


def test_the_name_is_asked_once_and_kept_for_this_link_alone(visitor: Visitor) -> None:
    assert 'value="Anna Berg"' in visitor.page()  # for whom the link was made
    assert visitor.cookie is None
    assert visitor.say(name="").status_code == 422
    assert visitor.cookie is None
    answer = visitor.say(name=" Anna ", start="0:42")
    said = Comment.objects.get()
    assert answer.headers["Location"] == place(visitor.token, visitor.share.handle(said.clip_id), said.key)
    assert (str(said.guest), said.start, said.share) == ("Anna", 42.0, visitor.share)
    cookie = answer.cookies["studio_guest"]
    facts = (cookie["path"], cookie["httponly"], cookie["samesite"], cookie["max-age"])
    assert facts == (f"/s/{visitor.token}/", True, "Lax", 180 * 24 * 3600)
    page = visitor.page()
    assert 'name="name"' not in page
    assert "You are Anna." in page
    assert visitor.say("And louder").status_code == 302
    assert Guest.objects.count() == 1


def test_who_listens_gets_no_cookie_and_cannot_say_anything(clip: Clip, member: User) -> None:
    visitor = Visitor(*shared(clip, member, level="listen"), clip)
    page = visitor.page()
    assert not visitor.client.cookies
    assert "<form" not in page
    assert visitor.say(name="Anna").status_code == visitor.approve(name="Anna").status_code == 404
    assert not visitor.client.cookies
    assert not Guest.objects.exists()


def test_a_cookie_that_is_not_ours_names_nobody(visitor: Visitor) -> None:
    for value in ("nonsense", "\x00", "x" * 5000, str(guests.come(visitor.share, "Anna").key)):
        visitor.client.cookies["studio_guest"] = value
        assert 'name="name"' in visitor.page()


def test_a_guest_of_another_link_is_nobody_here(anna: Visitor, clip: Clip, member: User) -> None:
    other = Visitor(*shared(clip, member, level="approve"), clip)
    other.client.cookies["studio_guest"] = anna.cookie.value
    assert 'name="name"' in other.page()
    assert "I am Anna" not in other.page()
    said = Comment.objects.get()
    assert other.answer(said, name="Ben").status_code == 404
    assert other.edit(said, "Ben was here").status_code == 404
    assert other.client.get(other.path("public_edit", said.key)).status_code == 404


def test_a_locked_link_says_nothing_before_its_password(clip: Clip, member: User) -> None:
    visitor = Visitor(*shared(clip, member, level="approve", password="eight words"), clip)
    share = visitor.share
    said = guests.comment(share, ("Anna", None), clip, text="Secret", start=None, end=None)
    for answer in (visitor.say(name="Ben"), visitor.answer(said, name="Ben"), visitor.approve(name="Ben")):
        assert (answer.status_code, b"Secret" in answer.content) == (404, False)
    assert Guest.objects.count() == 1


# -- What is refused --------------------------------------------------------------------------------


REFUSED = (
    ({"text": ""}, "Write what there is to say."),
    ({"start": "9:99"}, "Write minutes and seconds"),
    ({"start": "7:00"}, "The song ends at 1:40."),
    ({"start": "0:42", "end": "0:41"}, "has to end after it begins"),
    ({"start": "", "end": "0:41"}, "Say where the part begins."),
    ({"name": "the team"}, "Say your own name."),
    ({"name": "x" * 81}, "at most 80"),
    ({"text": "a\0b"}, "invisible control character"),
    ({"text": "x" * 2001}, "at most 2,000 characters"),
)


def test_what_is_refused_keeps_all_that_was_typed(visitor: Visitor) -> None:
    for fields, words in REFUSED:
        typed = {"text": "Less <reverb>", "start": "0:42", "end": "", "name": "Anna", **fields}
        answer = visitor.say(**typed)
        page = unescape(answer.content.decode())
        assert (answer.status_code, words in page) == (422, True)
        for value in filter(None, typed.values()):
            assert value.replace("\0", "") in page.replace("\0", "").replace("\ufffd", "")
    assert not Comment.objects.exists()
    assert not Guest.objects.exists()
    assert visitor.cookie is None


def test_bytes_that_are_no_text_are_refused_in_words(visitor: Visitor) -> None:
    for name in ("public_comment", "public_approve"):
        for body in (
            b"text=%ff%fe&name=%00&me=%00&start=%ff",
            b"name=A&text=%ed%a0%80&me=x" * 50,
            b"\xff" * 999,
        ):
            answer = visitor.client.post(
                visitor.path(name), body, content_type="application/x-www-form-urlencoded"
            )
            assert answer.status_code in (302, 422)


def test_who_says_too_much_waits_and_keeps_the_words(visitor: Visitor, monkeypatch: Any) -> None:
    monkeypatch.setattr(doors, "REMARKS", doors.throttles.Limit("t", 2, timedelta(minutes=15)))
    visitor.named("Anna").say("Two")
    answer = visitor.say("Three times")
    assert (answer.status_code, answer.headers["Retry-After"].isdecimal()) == (429, True)
    assert "Three times" in answer.content.decode()
    assert "Too many" in answer.content.decode()
    assert visitor.approve().status_code == 429
    assert Comment.objects.count() == 2


@pytest.mark.parametrize("name", ["public_comment", "public_approve"])
def test_forms_are_sent_from_the_page_itself(visitor: Visitor, name: str) -> None:
    visitor.client.handler.enforce_csrf_checks = True
    fields = {"text": "Forged", "name": "Mallory"}
    assert visitor.client.post(visitor.path(name), fields).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', visitor.page())
    assert token
    fields["csrfmiddlewaretoken"] = token[1]
    assert visitor.client.post(visitor.path(name), fields).status_code == 302
