"""A clip's page: what people note on it, its family, and its order once more."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import Clip, LyricSheet, Project, Task
from studio.services import bin, lyrics, tags
from tests.factories import again, earlier
from tests.songs import song
from tests.views.conftest import HTMX


@pytest.fixture
def plain(project: Project) -> Clip:
    """A song from somebody's disk: no provider, no order."""
    return song(project)


def page_of(client: Client, clip: Clip) -> str:
    answer = client.get(reverse("clip", args=[clip.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def send(client: Client, name: str, clip: Clip, **fields: Any) -> Any:
    return client.post(reverse(name, args=[clip.pk]), fields)


# -- Notes -----------------------------------------------------------------------------------------


def test_title_and_notes_are_kept(mara: Client, plain: Clip) -> None:
    answer = send(mara, "clip_edit", plain, title="  Blue\tdawn ", notes="Less piano.\r\nMore.", before="")
    assert answer["Location"] == reverse("clip", args=[plain.pk])
    assert (again(plain).title, again(plain).notes) == ("Blue dawn", "Less piano.\nMore.")
    assert "Less piano.<br>More." in page_of(mara, plain)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": " ", "notes": "kept"}, "Give the song a title."),
        ({"title": "x" * 201, "notes": "kept"}, "A title has at most 200 characters; these are 201."),
        ({"title": "A\0b", "notes": "kept"}, "an invisible control character"),
        ({"title": "x", "notes": "kept" * 2501}, "Notes have at most 10,000 characters; these are 10004."),
    ],
)
def test_a_refused_note_stays_where_it_was_typed(
    mara: Client, plain: Clip, fields: dict[str, str], words: str
) -> None:
    answer = send(mara, "clip_edit", plain, before="", **fields)
    text = answer.content.decode()
    assert (answer.status_code, again(plain).notes) == (422, "")
    assert words in text
    assert "kept</textarea>" in text
    assert '<details class="fold" open>' in text


def test_two_people_at_the_notes_see_both(mara: Client, plain: Clip) -> None:
    Clip.objects.filter(pk=plain.pk).update(notes="Edda's line")
    answer = send(mara, "clip_edit", plain, title="Blue night", notes="Mara's line", before="")
    assert answer.status_code == 422
    assert "Somebody changed the notes meanwhile" in answer.content.decode()
    assert "<p>Edda&#x27;s line</p>" in answer.content.decode()
    assert "Mara&#x27;s line</textarea>" in answer.content.decode()
    before = answer.context["notes_form"]["before"].value()
    send(mara, "clip_edit", plain, title="Blue night", notes="Both lines", before=before)
    assert again(plain).notes == "Both lines"


@pytest.mark.parametrize("kept", ["Half \ufffd a word\nand more", "a\0b"])
def test_whatever_the_notes_are_they_can_be_written_anew(mara: Client, plain: Clip, kept: str) -> None:
    if "\0" in kept and connection.vendor == "postgresql":
        pytest.skip("PostgreSQL holds no such text")
    Clip.objects.filter(pk=plain.pk).update(notes=kept)
    before = mara.get(reverse("clip", args=[plain.pk])).context["notes_form"]["before"].value()
    answer = send(
        mara, "clip_edit", plain, title="Blue dawn", notes="Whole words", before=before.replace("\n", "\r\n")
    )
    assert (answer.status_code, again(plain).notes) == (302, "Whole words")


def test_tags_are_put_on_and_taken_off(mara: Client, plain: Clip) -> None:
    send(mara, "clip_tags", plain, add=" Slow ,for  Ada,, slow,\n")
    assert [str(tag) for tag in plain.tags.all()] == ["for Ada", "Slow"]
    path = reverse("clip_tags", args=[plain.pk])
    answer = mara.post(path, {"remove": plain.tags.get(key="slow").pk}, headers=HTMX)
    assert [str(tag) for tag in plain.tags.all()] == ["for Ada"]
    assert answer.content.decode().count('name="remove"') == 1
    assert 'id="page"' not in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Type a tag first."),
        ("!!!, ok", "“!!!” has no letter and no digit."),
        ("x" * 41, "has 41 characters; a tag has at most 40."),
        ("ﷺ" * 4, "a tag has at most 40."),
        (",".join(f"tag {n}" for n in range(500)), "A song has at most 20 tags; these are 500."),
        (",".join(f"tag {n}" for n in range(21)), "A song has at most 20 tags; these are 21."),
        ("a\0b", "an invisible control character"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_tags_that_are_none_get_a_clear_answer(
    mara: Client, plain: Clip, typed: str, words: str, headers: dict[str, str]
) -> None:
    answer = mara.post(reverse("clip_tags", args=[plain.pk]), {"add": typed}, headers=headers)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not plain.tags.exists()


def test_more_tags_than_a_song_takes_are_not_even_looked_up(
    mara: Client, plain: Clip, monkeypatch: Any
) -> None:
    monkeypatch.setattr(tags, "named", lambda names: pytest.fail("they were looked up"))
    assert send(mara, "clip_tags", plain, add=",".join(f"tag {n}" for n in range(21))).status_code == 422


@pytest.mark.parametrize(("stars", "then"), [("5", 5), ("0", 0), ("6", 3), ("", 3), ("٣", 3), ("-1", 3)])
def test_stars_are_saved_at_once(mara: Client, plain: Clip, stars: str, then: int) -> None:
    Clip.objects.filter(pk=plain.pk).update(rating=3)
    answer = mara.post(reverse("clip_rate", args=[plain.pk]), {"rating": stars}, headers=HTMX)
    assert (again(plain).rating, answer.status_code) == (then, 302 if then == 3 else 204)


def test_an_approval_says_whose_it_is(mara: Client, plain: Clip) -> None:
    answer = mara.post(reverse("clip_approve", args=[plain.pk]), headers=HTMX)
    assert "Approved by Mara Member" in answer.content.decode()
    assert "Approved by Mara Member" in page_of(mara, plain)
    send(mara, "clip_approve", plain, back="1")
    assert again(plain).approved_at is None


def test_a_play_counts_once_in_half_of_the_song(mara: Client, plain: Clip) -> None:
    for _ in range(3):
        assert send(mara, "clip_played", plain).status_code == 204
    assert again(plain).plays == 1
    session = mara.session
    session["heard"] = {number: at - 51 for number, at in session["heard"].items()}
    session.save()
    send(mara, "clip_played", plain)
    assert again(plain).plays == 2
    assert "2 plays" in page_of(mara, plain)


def test_who_only_looks_sees_it_all_and_changes_nothing(client: Client, plain: Clip, viewer: User) -> None:
    Clip.objects.filter(pk=plain.pk).update(rating=4, notes="Less piano.")
    tags.add(plain, ["for Ada"])
    client.force_login(viewer)
    text = page_of(client, plain)
    assert all(words in text for words in ("Rated 4 of 5", "Less piano.", "for Ada"))
    assert "You may look at this project, not change it." in text
    assert not any(reverse(name, args=[plain.pk]) in text for name in ("clip_edit", "clip_tags", "clip_rate"))


# -- Of other origin -------------------------------------------------------------------------------


def test_a_song_from_the_disk_has_no_order(mara: Client, plain: Clip) -> None:
    text = page_of(mara, plain)
    assert "Use again" not in text
    assert "Another take" not in text
    assert "A file from the disk" in text
    path = reverse("clip_order", args=[plain.pk, "cover_music"])
    answer = mara.get(path)
    assert "No provider has this recording. Upload it to one first." in answer.content.decode()
    assert mara.post(path, {"form_key": str(uuid.uuid4())}).status_code == 422


def test_a_song_in_the_bin_says_so_and_orders_nothing(
    mara: Client, clip: Clip, send_order: Callable[..., Any], member: User
) -> None:
    bin.put([clip.pk], by=member)
    text = page_of(mara, clip)
    assert "In the bin since" in text
    assert "This song is in the bin. Restore it first." in text
    assert send_order("video_clip").status_code == 422


@pytest.fixture
def send_order(mara: Client, clip: Clip) -> Callable[..., Any]:
    def do(operation: str) -> Any:
        path = reverse("clip_order", args=[clip.pk, operation])
        return mara.post(path, {"form_key": str(uuid.uuid4()), "preset": "simple"})

    return do


def test_the_sheet_tells_where_it_came_from(mara: Client, clip: Clip, sheet: LyricSheet) -> None:
    lyrics.save(sheet, by=sheet.created_by, title=sheet.title, text="Other words", base=1)
    order = {"params": {"sound_strength": 0.7}, "lyric_revision": sheet.revisions.get(number=1)}
    Task.objects.filter(pk=clip.task_id).update(**order)
    text = page_of(mara, clip)
    master = clip.assets.get(kind="master")
    for words in (master.sha256, "Blue night, version 1", "Sandbox", "LUFS", "0.7", clip.upstream_id):
        assert words in text
    earlier(clip, created_at=timedelta(days=400))
    assert reverse("task", args=[clip.task_id]) in page_of(mara, clip)
