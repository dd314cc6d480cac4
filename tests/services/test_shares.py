"""Links: made, changed, given another address and ended; who manages them, and what the trail says."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import TrailEvent, User
from accounts.services.trail_sentences import sentence
from studio.models import Clip, Project, Share
from studio.models.clock import db_now
from studio.services import playlists, projects, shares
from studio.sweep import Sweep
from tests.factories import again
from tests.sharing import shared
from tests.songs import song
from tests.threads import at_once

pytestmark = pytest.mark.django_db
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def clip(project: Project) -> Clip:
    return song(project)


def trail() -> list[str]:
    return [sentence(event) for event in TrailEvent.objects.filter(what="share").order_by("pk")]


def test_an_address_opens_its_link_and_nothing_kept_does(clip: Clip, member: User) -> None:
    share, token = shared(clip, member, password="open sesame")
    assert len(token) == 43
    assert shares.open_with(token) == share
    kept = [str(value) for value in Share.objects.values().get(pk=share.pk).values()]
    assert not [value for value in kept if token in value or "sesame" in value]
    assert [shares.open_with(each) for each in (kept[0], str(share.token_hash), "", "\0", "é" * 99)] == [
        None
    ] * 5


@pytest.mark.parametrize("ends", [-AN_HOUR, timedelta(0)])
def test_an_expired_link_opens_nothing(clip: Clip, member: User, ends: timedelta) -> None:
    _, token = shared(clip, member, expires_at=db_now() + ends)
    assert shares.open_with(token) is None


def test_a_revoked_link_is_as_unknown_as_any(clip: Clip, member: User, owner: User) -> None:
    share, token = shared(clip, member)
    assert shares.revoke(share, by=owner)
    assert not shares.revoke(share, by=member)
    assert (shares.open_with(token), shares.is_live(share)) == (None, False)
    assert (again(share).token_hash, again(share).revoked_by) == (None, owner)
    assert shares.reissue(share, by=member) is None
    assert not shares.change(share, by=member, expires_at=None, label="x")
    assert again(share).label == "For the client"
    number = f"(no. {share.pk})"
    assert trail() == [f"Mara Member made a share {number}.", f"Olga Owner revoked a share {number}."]


def test_another_address_ends_the_old_one(clip: Clip, member: User) -> None:
    share, old = shared(clip, member)
    new = shares.reissue(share, by=member)
    assert new
    assert (shares.open_with(old), shares.open_with(new)) == (None, share)
    assert not shares.is_live(share)  # whoever opened the old one
    assert trail()[1:] == [f"Mara Member gave a new address to a share (no. {share.pk})."]


def test_another_password_ends_what_is_being_sent(clip: Clip, member: User) -> None:
    _, token = shared(clip, member)
    opened = shares.open_with(token)
    assert opened
    assert shares.change(opened, by=member, expires_at=None, label="Still open")
    assert shares.is_live(opened)
    shares.change(opened, by=member, expires_at=None, password="quite a new one")
    assert not shares.is_live(opened)


def test_settings_change_and_the_password_only_when_something_is_said(clip: Clip, member: User) -> None:
    share, _ = shared(clip, member, password="open sesame")
    shares.change(share, by=member, expires_at=None, label="B", level="approve")
    assert (again(share).label, again(share).level, again(share).password) == ("B", "approve", share.password)
    shares.change(share, by=member, expires_at=None, password="another one")
    assert again(share).password not in ("", "another one", share.password)
    shares.change(share, by=member, expires_at=None, password="")
    assert again(share).password == ""
    assert trail()[1:] == [f"Mara Member changed a share (no. {share.pk})."] * 3


def test_an_address_is_forgotten_after_its_end(
    clip: Clip, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    ages = [-AN_HOUR, timedelta(seconds=1), AN_HOUR]
    made = [shared(clip, member, expires_at=db_now() - age)[0] for age in ages]
    never, _ = shared(clip, member)
    monkeypatch.setattr(shares, "_looked", float("-inf"))
    for _ in range(2):
        Sweep().ring()
    assert [again(each).token_hash is not None for each in (*made, never)] == [True, False, False, True]
    late, _ = shared(clip, member, expires_at=db_now() - 30 * AN_HOUR)
    Sweep().ring()
    assert again(late).token_hash  # looked at again in a minute


# -- Whose they are -------------------------------------------------------------------------------


def test_owners_see_all_and_others_their_own(clip: Clip, member: User, editor: User, owner: User) -> None:
    mine, _ = shared(clip, member)
    theirs, _ = shared(clip, editor)
    over, _ = shared(clip, member, expires_at=db_now() - AN_HOUR)
    revoked, _ = shared(clip, member)
    shares.revoke(revoked, by=member)

    def listed(user: User, **which: Any) -> set[Share]:
        return set(shares.listed(user, **which))

    assert (listed(member), listed(editor), listed(owner)) == ({mine}, {theirs}, {mine, theirs})
    assert (listed(member, ended=True), listed(editor, ended=True)) == ({over, revoked}, set())
    projects.remove_member(clip.project, editor)
    assert listed(editor) == set()


# -- What they show -------------------------------------------------------------------------------


def test_what_each_kind_shows(project: Project, member: User) -> None:
    one, two = song(project, "One"), song(project, "Two", picked=True)
    binned = song(project, "Binned", binned_at=db_now(), picked=True)
    list_ = playlists.create(project=project, name="Album", by=member)
    playlists.add(list_, [two.pk, one.pk])

    def shown(kind: str, **thing: Any) -> list[str]:
        share, _ = shares.create(
            project=project, kind=kind, by=member, thing=thing, label="x", expires_at=None
        )
        return [clip.title for clip in shares.clips_of(share)]

    assert shown("clip", clip=one) == ["One"]
    assert shown("clip", clip=binned) == []
    assert shown("stack", stack=two.stack) == ["Two"]
    assert shown("playlist", playlist=list_) == ["Two", "One"]
    assert shown("picks") == ["Two"]


def test_a_song_that_was_moved_is_not_shown_any_more(project: Project, member: User) -> None:
    clip = song(project)
    share, token = shared(clip, member)
    aside = projects.create_project(name="Aside", by=member)
    Clip.objects.filter(pk=clip.pk).update(project=aside)
    assert shares.clips_of(share) == []
    assert shares.open_with(token) == share


def test_a_deleted_playlist_leaves_a_link_that_shows_nothing(project: Project, member: User) -> None:
    list_ = playlists.create(project=project, name="Album", by=member)
    playlists.add(list_, [song(project).pk])
    share, _ = shares.create(
        project=project, kind="playlist", by=member, thing={"playlist": list_}, label="x", expires_at=None
    )
    playlists.delete(list_)
    assert shares.clips_of(again(share)) == []


@pytest.mark.django_db(transaction=True)
def test_of_two_who_revoke_at_once_one_did_it(project: Project, member: User) -> None:
    share, _ = shared(song(project), member)
    assert sorted(at_once(lambda: shares.revoke(share, by=member), 4)) == [False, False, False, True]
    assert len(trail()) == 2
