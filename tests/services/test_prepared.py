"""Queries whose SQL is made once answer as Django's own do, whatever values they are asked with."""

from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from accounts.models import User
from studio.models import Clip, Project, Share
from studio.models.clock import db_now
from studio.services import playlists, shares
from tests.sharing import shared
from tests.songs import song


def titles(clips: QuerySet[Clip]) -> QuerySet[Any, Any]:
    return clips.values_list("pk", "title", "picked", "created_at", "peaks", "stack", "task__take")


@pytest.fixture
def links(project: Project, member: User) -> list[Share]:
    """Two of each kind, which show different songs."""
    made = []
    for name in ("Ash", "Birch"):
        clip = song(project, name, picked=name == "Ash")
        album = playlists.create(project=project, name=name, by=member)
        playlists.add(album, [clip.pk])
        things: dict[str, Any] = {"clip": {"clip": clip}, "stack": {"stack": clip.stack}, "picks": {}}
        for kind, thing in (things | {"playlist": {"playlist": album}}).items():
            facts: dict[str, Any] = {"project": project, "by": member, "label": name, "expires_at": None}
            made.append(shares.create(kind=kind, thing=thing, **facts)[0])
    return made


def test_a_link_shows_the_same_songs(links: list[Share]) -> None:
    for share in links + links:
        assert shares.rows_of(share, titles) == list(titles(shares.visible(share)))
    assert {row[1] for share in links for row in shares.rows_of(share, titles)} == {"Ash", "Birch"}


def test_what_changed_shows_at_once(links: list[Share], project: Project) -> None:
    picks = next(share for share in links if share.kind == "picks")
    assert len(shares.rows_of(picks, titles)) == 1
    Clip.objects.filter(title="Birch").update(picked=True, title="Cedar")
    assert {row[1] for row in shares.rows_of(picks, titles)} == {"Ash", "Cedar"}


def test_a_link_without_its_playlist_shows_nothing(links: list[Share]) -> None:
    share = next(share for share in links if share.kind == "playlist")
    share.playlist_id = None
    assert shares.rows_of(share, titles) == []


def test_a_link_is_opened_whole(project: Project, member: User) -> None:
    end = db_now() + timedelta(days=1)
    for fields in ({}, {"password": "a long password", "expires_at": end}, {"is_public": True}):
        share, token = shared(song(project), member, **fields)
        opened = shares.open_with(token)
        assert opened is not None
        asked = Share.objects.get(pk=share.pk)
        assert {name: getattr(opened, name) for name in shares.COLUMNS} == {
            name: getattr(asked, name) for name in shares.COLUMNS
        }
        assert opened.project == project  # and what is not loaded can be


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_on_a_connection_of_its_own(project: Project, member: User) -> None:
    share, token = shared(song(project, "Ash"), member)
    assert shares.open_with(token)
    found: list[Any] = []

    def ask() -> None:
        found.append((shares.open_with(token), shares.rows_of(share, titles)[0][1]))
        connection.close()

    thread = Thread(target=ask)
    thread.start()
    thread.join()
    assert found == [(share, "Ash")]
