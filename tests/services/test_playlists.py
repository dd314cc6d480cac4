"""Playlists: songs of one project in an order made by hand, by several people at once."""

import pytest
from django.db import connection

from accounts.models import User
from studio.models import Playlist, PlaylistEntry, Project
from studio.services import bin, playlists
from tests.factories import again
from tests.songs import song
from tests.threads import at_once


@pytest.fixture
def album(project: Project, member: User) -> Playlist:
    """Four songs, A to D."""
    playlist = playlists.create(project=project, name="Album", by=member)
    playlists.add(playlist, [song(project, title).pk for title in "ABCD"])
    return again(playlist)


def titles(playlist: Playlist) -> str:
    return "".join(entry.clip.title for entry in playlists.entries(playlist))


def ids(playlist: Playlist, order: str) -> list[int]:
    by_title = {entry.clip.title: entry.clip_id for entry in playlist.entries.select_related("clip")}
    return [by_title[title] for title in order]


def test_songs_are_added_once_at_the_end_in_the_given_order(album: Playlist, owner: User) -> None:
    new = [song(album.project, title).pk for title in "EF"]
    foreign = song(Project.objects.get(owner=owner), "X").pk
    binned = song(album.project, "Y")
    bin.put([binned.pk], by=owner)
    given = [new[1], new[0], *ids(album, "A"), foreign, binned.pk, new[1]]
    assert playlists.add(album, given) == playlists.Added(2, 1, 2)
    assert titles(album) == "ABCDFE"


def test_a_playlist_holds_so_many_songs(album: Playlist, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playlists, "MOST", 5)
    more = [song(album.project, title).pk for title in "EF"]
    with pytest.raises(playlists.FullList, match="holds 5 songs"):
        playlists.add(album, more)
    assert titles(album) == "ABCD"
    playlists.add(album, more[:1])


def test_an_order_is_kept_and_counts_the_version_up(album: Playlist) -> None:
    playlists.arrange(album, album.version, ids(album, "DBAC"))
    assert titles(album) == "DBAC"
    assert again(album).version == album.version + 1
    assert again(album).changed_at > album.changed_at


def test_a_step_goes_no_further_than_the_ends(album: Playlist) -> None:
    (first,) = ids(album, "A")
    orders = []
    for by in (1, 1, 1, 1, -1, -1, -1, -1):
        playlists.step(album, again(album).version, first, by)
        orders.append(titles(album))
    assert orders == ["BACD", "BCAD", "BCDA", "BCDA", "BCAD", "BACD", "ABCD", "ABCD"]


@pytest.mark.parametrize("order", ["ABC", "ABCC", "ABCDA"])
def test_an_order_of_other_songs_than_the_lists_is_stale(album: Playlist, order: str) -> None:
    with pytest.raises(playlists.Stale):
        playlists.arrange(album, album.version, ids(album, order))
    assert titles(album) == "ABCD"


def test_an_order_that_was_made_of_an_older_list_is_stale(album: Playlist) -> None:
    playlists.remove(album, *ids(album, "B"))
    with pytest.raises(playlists.Stale, match="Somebody has changed"):
        playlists.arrange(album, album.version, ids(album, "DCA"))
    assert titles(album) == "ACD"


def test_what_comes_back_from_the_bin_comes_back_to_its_list(album: Playlist, member: User) -> None:
    (clip,) = ids(album, "B")
    bin.put([clip], by=member)
    assert titles(album) == "ACD"
    assert playlists.counted(Playlist.objects.all()).get().song_count == 3
    playlists.arrange(album, album.version, ids(album, "DCA"))
    bin.restore([clip])
    assert sorted(titles(album)) == list("ABCD")


def test_the_songs_of_a_list_that_is_deleted_stay(album: Playlist) -> None:
    clips = [entry.clip for entry in playlists.entries(album)]
    playlists.delete(album)
    assert not PlaylistEntry.objects.exists()
    assert all(again(clip) for clip in clips)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
def test_of_two_orders_at_once_one_is_stale(album: Playlist) -> None:
    order = ids(album, "DCBA")
    done = at_once(lambda: playlists.arrange(album, album.version, order), 2)
    assert sorted(type(each).__name__ for each in done) == ["NoneType", "Stale"]
    assert titles(album) == "DCBA"


def test_a_song_of_another_project_is_not_in_the_list(album: Playlist, owner: User) -> None:
    """As when it was added and moved away by two people at once."""
    foreign = song(Project.objects.get(owner=owner), "X")
    PlaylistEntry.objects.create(playlist=album, clip=foreign, position=9)
    assert titles(album) == "ABCD"
    assert playlists.counted(Playlist.objects.all()).get().song_count == 4
    playlists.arrange(album, album.version, ids(album, "DCBA"))
    assert titles(album) == "DCBA"


def test_a_list_that_was_deleted_meanwhile_says_so(album: Playlist) -> None:
    clip = song(album.project, "E")
    acts = [
        lambda: playlists.add(album, [clip.pk]),
        lambda: playlists.remove(album, clip.pk),
        lambda: playlists.arrange(album, album.version, []),
        lambda: playlists.step(album, album.version, clip.pk, 1),
    ]
    Playlist.objects.filter(pk=album.pk).delete()
    for act in acts:
        with pytest.raises(playlists.Gone, match="deleted"):
            act()
    playlists.rename(album, "Live")
    assert not Playlist.objects.exists()
