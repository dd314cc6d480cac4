"""What is done to many songs at once, as people see it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import Clip, Project
from studio.services import bulk, playlists
from tests.factories import again
from tests.songs import song

BULK = "/library/bulk/"
Do = Callable[..., Any]


@pytest.fixture
def do(mara: Client) -> Do:
    """Mara does something to songs."""

    def act(act: str, *clips: Clip, **fields: Any) -> Any:
        return mara.post(BULK, {"act": act, "clip": [clip.pk for clip in clips], **fields})

    return act


def said(answer: Any) -> list[str]:
    """What this answer alone says; what was said before and not shown yet lies beside it."""
    return [str(message) for message in get_messages(answer.wsgi_request)._queued_messages]


def test_everything_that_a_filter_finds_is_changed(do: Do, project: Project, stranger: User) -> None:
    wet = [song(project, f"Rain {n}") for n in range(3)]
    dry = song(project, "Sun")
    foreign = song(Project.objects.get(owner=stranger), "Rain elsewhere")
    answer = do("tag", all="1", query="q=rain&sort=title", tag="Wet, cold")
    assert answer["Location"] == "/library/?q=rain&sort=title"
    assert said(answer) == ["3 songs tagged “Wet”, “cold”."]
    assert {clip.tags.count() for clip in wet} == {2}
    assert (dry.tags.count(), foreign.tags.count()) == (0, 0)
    assert said(do("tag", all="1", query="q=rain", tag="wet")) == ["They have it already."]
    ignored = {"project": "x", "playlist": "x"}
    assert said(do("untag", dry, *wet, tag="wet", **ignored)) == ["“wet” taken off 3 songs."]
    assert said(do("untag", dry, tag="wet")) == ["None of them has “wet”."]


def test_what_may_only_be_looked_at_is_named_and_stays(as_: Any, project: Project, viewer: User) -> None:
    own, locked = song(Project.objects.get(owner=viewer), "Mine"), song(project, "Theirs")
    answer = as_(viewer).post(BULK, {"act": "bin", "clip": [own.pk, locked.pk]})
    assert said(answer)[1] == "1 song of a project that you may only look at was left out."
    assert (again(own).binned_by, again(locked).binned_at) == (viewer, None)


def test_songs_of_others_are_as_good_as_none(do: Do, stranger: User) -> None:
    foreign = song(Project.objects.get(owner=stranger))
    assert said(do("bin", foreign)) == ["None of these songs is in the library any more."]
    assert again(foreign).binned_at is None


def test_a_guest_changes_nothing_but_may_hear_and_take_along(as_: Any, guest: User, project: Project) -> None:
    clips = [song(project, title).pk for title in "AB"]
    client = as_(guest)
    for act in ("tag", "untag", "move", "playlist", "bin"):
        fields = {"tag": "x", "project": project.pk}
        assert client.post(BULK, {"act": act, "clip": clips, **fields}).status_code == 403
    both = f"clip={clips[0]}&clip={clips[1]}"
    assert client.post(BULK, {"act": "compare", "clip": clips})["Location"] == f"/compare/?{both}"
    assert client.post(BULK, {"act": "zip", "clip": clips})["Location"] == f"/library/zip/?{both}"


def test_all_that_is_found_can_be_taken_along(do: Do, project: Project) -> None:
    assert do("zip", all="1", query="q=rain&nonsense=1")["Location"] == "/library/zip/?q=rain"


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"act": "bin"}, "No song is chosen"),
    ({"act": "bin", "clip": ["x", "٣", "9" * 40]}, "No song is chosen"),
    ({"act": "fly", "clip": "1"}, "Choose what to do."),
    ({"act": "tag", "clip": "1"}, "Type a tag first."),
    ({"act": "tag", "clip": "1", "tag": "?!"}, "has no letter and no digit"),
    ({"act": "tag", "clip": "1", "tag": "x" * 500}, "a tag has at most 40"),
    ({"act": "move", "clip": "1"}, "Choose the project"),
    ({"act": "move", "clip": "1", "project": str(10**9)}, "gone, or you may not change it"),
    ({"act": "playlist", "clip": "1"}, "Choose a playlist."),
    ({"act": "compare", "clip": "1"}, "Choose two to four songs"),
    ({"act": "zip", "clip": [str(n) for n in range(501)]}, "At most 500 songs"),
]


@pytest.mark.parametrize(("fields", "words"), MISTAKES)
def test_a_mistake_is_told_beside_its_field_and_keeps_the_choice(
    mara: Client, fields: dict[str, Any], words: str
) -> None:
    answer = mara.post(BULK, {"query": "q=rain", **fields})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in text
    assert 'name="query" value="q=rain"' in text
    kept = [pk for pk in fields.get("clip", []) if pk.isascii() and len(pk) < 4 and pk != "x"]
    assert text.count('name="clip"') == len(kept)
    assert answer["HX-Push-Url"] == "false"


def test_more_than_the_ceiling_is_refused_in_words(do: Do, project: Project, monkeypatch: Any) -> None:
    monkeypatch.setattr(bulk, "MOST", 1)
    clips = [song(project, title) for title in "AB"]
    answer = do("bin", *clips)
    assert answer.status_code == 422
    assert "At most 1 songs are changed at once" in answer.content.decode()
    assert not Clip.objects.exclude(binned_at=None).exists()


def test_songs_are_moved_where_one_may_change_something(
    do: Do, project: Project, owner: User, member: User
) -> None:
    clip, target = song(project), Project.objects.create(name="Rain", owner=member)
    foreign = Project.objects.get(owner=owner)
    assert do("move", clip, project=foreign.pk).status_code == 422
    assert said(do("move", clip, project=target.pk)) == ["1 song moved to Rain."]
    assert again(clip).project == target
    assert said(do("move", clip, project=target.pk)) == ["They are in Rain already."]


def test_songs_are_put_into_a_list_of_their_own_project(do: Do, project: Project, member: User) -> None:
    album = playlists.create(project=project, name="Album", by=member)
    clip, other = song(project), song(Project.objects.create(name="Rain", owner=member))
    assert said(do("playlist", clip, other, playlist=album.pk)) == [
        "1 song added to Album.",
        "1 song of other projects left out: Album is one of Mara's songs.",
    ]
    assert said(do("playlist", clip, playlist=album.pk)) == [
        "0 songs added to Album. 1 song had been in it already."
    ]


def test_one_take_is_moved_from_its_page_without_the_others(
    mara: Client, do: Do, project: Project, member: User
) -> None:
    front = song(project)
    second = song(project, "Second", stack=front.stack, is_front=False)
    target = Project.objects.create(name="Rain", owner=member)
    page = mara.get(reverse("clip", args=[front.pk])).content.decode()
    assert f'<option value="{target.pk}">Rain' in page
    assert said(do("move", front, project=target.pk, alone="1")) == ["1 song moved to Rain."]
    assert (again(front).project, again(second).project) == (target, project)


def test_spaces_around_what_is_to_be_done_do_no_harm(do: Do, mara: Client, project: Project) -> None:
    clip = song(project)
    assert do(" zip", clip)["Location"] == f"/library/zip/?clip={clip.pk}"
    assert said(do("bin ", clip)) == ["1 song put into the bin."]


# -- Takes that are folded away --------------------------------------------------------------------


@pytest.fixture
def stack(project: Project) -> list[Clip]:
    """Three takes of one order, the first in front, and one more in the bin."""
    front = song(project, "Rain")
    behind = [song(project, f"Take {n}", stack=front.stack, is_front=False) for n in (2, 3)]
    song(project, "Take 4", stack=front.stack, is_front=False, binned_at=front.created_at)
    return [front, *behind]


@pytest.mark.parametrize("chosen", ["ticked", "all"])
def test_a_folded_row_stands_for_all_takes_of_its_order(
    do: Do, project: Project, stack: list[Clip], chosen: str
) -> None:
    other = song(project, "Sun")
    ticked, found = (
        ([stack[0]], {"query": ""}) if chosen == "ticked" else ([], {"all": "1", "query": "q=rain"})
    )
    assert said(do("tag", *ticked, tag="wet, cold", **found)) == ["3 songs tagged “wet”, “cold”."]
    assert said(do("untag", *ticked, tag="cold", **found)) == ["“cold” taken off 3 songs."]
    assert said(do("bin", *ticked, **found)) == ["3 songs put into the bin."]
    assert all(again(clip).binned_at for clip in stack)
    assert (again(other).binned_at, other.tags.count()) == (None, 0)


def test_where_takes_stand_one_by_one_each_stands_for_itself(do: Do, stack: list[Clip]) -> None:
    front, second, third = stack
    assert said(do("tag", front, query="takes=1", tag="wet")) == ["1 song tagged “wet”."]
    assert said(do("bin", front, query="tag=wet")) == ["1 song put into the bin."]
    assert said(do("bin", third, query="")) == ["1 song put into the bin."]  # a take that stands behind
    assert said(do("bin", second)) == ["1 song put into the bin."]  # on its own page


def test_a_zip_of_a_folded_list_holds_all_takes(mara: Client, do: Do, stack: list[Clip]) -> None:
    ids = [clip.pk for clip in stack]
    by_hand = do("zip", stack[0], query="")["Location"]
    assert by_hand == "/library/zip/?" + "&".join(f"clip={pk}" for pk in ids)
    assert do("zip", stack[0], query="takes=1")["Location"] == f"/library/zip/?clip={ids[0]}"
    for query, songs in (("q=rain", 3), ("q=rain&takes=1", 1), ("takes=1", 3)):
        where = do("zip", all="1", query=query)["Location"]
        assert mara.get(where).context["tally"].songs == songs


def test_a_playlist_gets_only_the_take_in_front(do: Do, project: Project, stack: list[Clip]) -> None:
    album = playlists.create(project=project, name="Album", by=project.owner)
    assert said(do("playlist", stack[0], query="", playlist=album.pk)) == ["1 song added to Album."]


def test_takes_that_one_may_not_change_stay(as_: Any, viewer: User, stack: list[Clip]) -> None:
    answer = as_(viewer).post(BULK, {"act": "bin", "query": "", "clip": [stack[0].pk]})
    assert said(answer) == ["3 songs of projects that you may only look at were left out."]
    assert again(stack[1]).binned_at is None
