"""Playlists, as people see them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import Playlist, Project
from studio.services import playlists
from tests.factories import again
from tests.songs import song
from tests.views.test_bulk import said
from tests.views.test_pages import queries


@pytest.fixture
def album(project: Project, member: User) -> Playlist:
    playlist = playlists.create(project=project, name="Album", by=member)
    playlists.add(playlist, [song(project, title).pk for title in "ABC"])
    return again(playlist)


def titles(client: Client, playlist: Playlist) -> str:
    page = client.get(reverse("playlist", args=[playlist.pk]))
    return "".join(entry.clip.title for entry in page.context["entries"])


def test_a_playlist_is_made_renamed_and_deleted(mara: Client, project: Project) -> None:
    where = mara.post(reverse("playlists"), {"name": "Album", "project": project.pk})["Location"]
    assert mara.post(f"{where}rename/", {"name": " Live "})["Location"] == where
    assert Playlist.objects.get().name == "Live"
    assert mara.post(f"{where}rename/", {"name": " "}).status_code == 422
    assert mara.get(reverse("playlists"), {"project": project.pk}).context["playlists"][0].song_count == 0
    answer = mara.post(f"{where}delete/")
    assert said(answer) == ["The playlist Live is gone. Its songs are still in the library."]
    assert mara.get(where).status_code == 404


def test_a_list_in_a_project_one_may_not_change_is_refused(as_: Any, viewer: User, project: Project) -> None:
    answer = as_(viewer).post(reverse("playlists"), {"name": "Mine", "project": project.pk})
    assert answer.status_code == 422
    assert "You can" in answer.content.decode()
    assert not Playlist.objects.exists()


def test_songs_go_up_and_down_by_buttons_and_by_a_whole_order(mara: Client, album: Playlist) -> None:
    order = reverse("playlist_order", args=[album.pk])
    a, b, c = [entry.clip_id for entry in playlists.entries(album)]
    assert mara.post(order, {"version": album.version, "down": a})["Location"] == f"/playlists/{album.pk}/"
    assert titles(mara, album) == "BAC"
    mara.post(order, {"version": again(album).version, "up": c})
    assert titles(mara, album) == "BCA"
    dragged = {"version": again(album).version, "order": f"{a},{b},{c}"}
    assert mara.post(order, dragged).status_code == 204
    assert titles(mara, album) == "ABC"


@pytest.mark.parametrize("order", ["x", ",,", "1,2", "9" * 400])
def test_a_stale_order_answers_with_the_list_as_it_is(mara: Client, album: Playlist, order: str) -> None:
    answer = mara.post(reverse("playlist_order", args=[album.pk]), {"version": album.version, "order": order})
    assert answer.status_code == 409
    assert "Somebody has changed this list meanwhile" in answer.content.decode()
    assert [entry.clip.title for entry in answer.context["entries"]] == list("ABC")


def test_a_song_is_added_from_its_page_and_taken_off(mara: Client, album: Playlist, owner: User) -> None:
    clip = song(album.project, "D")
    add = reverse("playlist_add", args=[clip.pk])
    assert said(mara.post(add, {"playlist": album.pk})) == ["Added to Album."]
    assert said(mara.post(add, {"playlist": album.pk})) == ["It is in Album already."]
    foreign = playlists.create(project=Project.objects.get(owner=owner), name="x", by=owner)
    assert said(mara.post(add, {"playlist": foreign.pk})) == ["This playlist is gone."]
    assert titles(mara, album) == "ABCD"
    mara.post(reverse("playlist_remove", args=[album.pk]), {"clip": clip.pk})
    assert titles(mara, album) == "ABC"


@pytest.mark.parametrize("name", ["playlists", "playlist"])
def test_ten_rows_cost_as_many_queries_as_a_hundred(
    mara: Client, project: Project, member: User, album: Playlist, name: str
) -> None:
    def more(count: int) -> None:
        ids = [song(project, str(n)).pk for n in range(count)]
        if name == "playlist":
            playlists.add(album, ids)
        else:
            for pk in ids:
                playlists.add(playlists.create(project=project, name=str(pk), by=member), [pk])

    path = reverse(name, args=[album.pk] if name == "playlist" else [])
    more(10)
    few = queries(mara, path)
    more(45)
    assert queries(mara, path) == few


@pytest.mark.parametrize("version", [1, 99], ids=["as it was seen", "stale"])
def test_a_list_that_is_deleted_at_the_same_moment_is_not_found(
    mara: Client, album: Playlist, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    def found_then_deleted(*args: Any) -> Playlist:
        Playlist.objects.filter(pk=album.pk).delete()
        return album

    order, clip = ",".join("123"), str(playlists.entries(album)[0].clip_id)
    monkeypatch.setattr("studio.views.playlists.access.playlist_for", found_then_deleted)
    fields = [{"order": order, "version": version}, {"up": clip, "version": version}]
    for each in fields:
        assert mara.post(reverse("playlist_order", args=[album.pk]), each).status_code == 404
    assert mara.post(reverse("playlist_remove", args=[album.pk]), {"clip": clip}).status_code == 404
    assert mara.post(reverse("playlist_rename", args=[album.pk]), {"name": "Live"}).status_code == 302
