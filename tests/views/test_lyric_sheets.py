"""The page to write on: how a sheet is begun, saved, and what is told about it."""

from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from accounts.models import User
from studio.models import LyricDraft, LyricSheet, Project
from studio.services import drafts
from tests.songs import song
from tests.views.conftest import HTMX, WORDS


@pytest.fixture
def save(client: Client, member: User, sheet: LyricSheet) -> Any:
    """Save the sheet as Mara."""
    client.force_login(member)

    def send(htmx: bool = False, **fields: Any) -> Any:
        data = {"title": "Blue night", "text": WORDS, "base": "1", **fields}
        path = reverse("lyric_sheet", args=[sheet.pk])
        return client.post(path, data, headers=HTMX if htmx else {})

    return send


def page_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def texts(sheet: LyricSheet) -> list[str]:
    return list(sheet.revisions.order_by("number").values_list("text", flat=True))


# -- By hand ----------------------------------------------------------------------------------------


def test_a_sheet_is_written_by_hand(client: Client, member: User, project: Project) -> None:
    client.force_login(member)
    answer = client.post(reverse("new_lyric_sheet", args=[project.pk]), {"title": "", "text": WORDS})
    sheet = LyricSheet.objects.get()
    assert answer["Location"] == reverse("lyric_sheet", args=[sheet.pk])
    assert (sheet.title, texts(sheet)) == ("Streetlights hum", [WORDS])


BAD_SHEETS = {
    "nothing": ({"title": " ", "text": "\n"}, "text", "Write a first line"),
    "a title of 81 characters": (
        {"title": "t" * 81, "text": "la"},
        "title",
        "at most 80 characters; this has 81.",
    ),
    "20 001 characters": ({"text": "l" * 20_001}, "text", "at most 20000 characters; this has 20001."),
    "NUL": ({"text": "the\0sea"}, "text", "invisible control character"),
    "NUL in the title": ({"title": "the\0sea", "text": "la"}, "title", "invisible control character"),
}


@pytest.mark.parametrize(("fields", "field", "words"), BAD_SHEETS.values(), ids=list(BAD_SHEETS))
def test_what_no_sheet_can_hold_is_refused_in_words(
    client: Client, member: User, project: Project, fields: dict[str, str], field: str, words: str
) -> None:
    client.force_login(member)
    answer = client.post(reverse("new_lyric_sheet", args=[project.pk]), fields)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert words in page_of(answer)
    assert answer.context["form"]["text"].value() == fields["text"]
    assert not LyricSheet.objects.exists()


# -- Saving -----------------------------------------------------------------------------------------


def test_saving_adds_a_version_and_leads_back(save: Any, sheet: LyricSheet) -> None:
    answer = save(title="Red night", text="other\r\nwords")
    assert answer["Location"] == reverse("lyric_sheet", args=[sheet.pk])
    assert texts(sheet) == [WORDS, "other\nwords"]
    assert LyricSheet.objects.get().title == "Red night"


def test_white_space_is_kept_as_typed(client: Client, save: Any, sheet: LyricSheet) -> None:
    save(text="\n\n  indented  \n")
    assert texts(sheet)[-1] == "\n\n  indented  \n"
    page = page_of(client.get(reverse("lyric_sheet", args=[sheet.pk])))
    assert "\n\n\n  indented  \n</textarea>" in page  # a browser drops the first line end of a textarea


def test_htmx_gets_only_what_is_around_the_text(save: Any) -> None:
    text = page_of(save(htmx=True, text="other words"))
    assert 'name="base" value="2"' in text
    assert 'id="versions"' in text
    assert "<textarea" not in text


def test_singing_saves_first(save: Any, sheet: LyricSheet) -> None:
    song = f"{reverse('new_song', args=[sheet.project_id])}?sheet={sheet.pk}&version="
    assert save(text="one", then="sing")["Location"] == f"{song}2"
    assert f"{song}3" in save(htmx=True, text="two", base="2", then="sing")["HX-Location"]
    assert texts(sheet) == [WORDS, "one", "two"]


BAD_SAVES = {
    "NUL": ({"text": "the\0sea"}, "text"),
    "too long": ({"text": "l" * 20_001}, "text"),
    "no base": ({"base": ""}, "base"),
    "a broken base": ({"base": "x"}, "base"),
    "a base beyond the database": ({"base": "9" * 30}, "base"),
    "a note of 201 characters": ({"note": "n" * 201}, "note"),
}


@pytest.mark.parametrize(("fields", "field"), BAD_SAVES.values(), ids=list(BAD_SAVES))
@pytest.mark.parametrize("htmx", [False, True], ids=["page", "fragment"])
def test_a_refused_save_keeps_what_was_typed(
    save: Any, sheet: LyricSheet, fields: dict[str, str], field: str, htmx: bool
) -> None:
    answer = save(htmx=htmx, **{"text": "typed words", **fields})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert answer.context["form"].errors[field][0] in page_of(answer)
    assert answer.context["form"]["text"].value() == fields.get("text", "typed words")
    assert answer.headers.get("HX-Retarget") == ("#sheet" if htmx else None)
    assert texts(sheet) == [WORDS]


def test_bytes_that_are_no_text_are_lost_letters(client: Client, member: User, sheet: LyricSheet) -> None:
    """A lone surrogate, as no browser but any script can send it."""
    client.force_login(member)
    path = reverse("lyric_sheet", args=[sheet.pk])
    answer = client.post(path, "base=1&text=%ED%A0%80", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 302
    assert texts(sheet) == [WORDS, "\ufffd" * 3]


def test_a_note_stands_beside_its_version(client: Client, save: Any, sheet: LyricSheet) -> None:
    assert "For &lt;Ada&gt;" in save(htmx=True, text="other words", note="For <Ada>").content.decode()
    assert sheet.revisions.first().note == "For <Ada>"


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "fragment"])
@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("stranger", 404)])
def test_who_may_no_longer_write_still_has_the_text(
    request: Any, as_: Any, sheet: LyricSheet, who: str, status: int, htmx: bool
) -> None:
    """htmx shows an error's page whole, in place of the one that was written on."""
    client, data = as_(request.getfixturevalue(who)), {"text": "typed </textarea>words", "base": "1"}
    path, headers = reverse("lyric_sheet", args=[sheet.pk]), HTMX if htmx else {}
    answer = client.post(path, data, headers=headers)
    assert answer.status_code == status
    html = answer.content.decode()
    assert 'id="page"' in html
    assert "typed &lt;/textarea&gt;words</textarea>" in html
    assert ("Blue night" in html, texts(sheet)) == (False, [WORDS])
    merge = client.post(reverse("lyric_merge", args=[sheet.pk]), {"mine": "typed words"}, headers=headers)
    assert (merge.status_code, "typed words</textarea>" in page_of(merge)) == (status, True)
    nowhere = client.post(reverse("lyric_sheet", args=[10**9]), data, headers=headers)
    assert (nowhere.status_code, "no longer a member of its project" in page_of(nowhere)) == (404, True)


def test_a_save_settles_the_draft_of_its_window(save: Any, sheet: LyricSheet, member: User) -> None:
    mine, other = uuid4(), uuid4()
    for key in (mine, other):
        drafts.keep(sheet, by=member, key=key, base=1, title="", text=f"words of {key}")
    save(text="other words", draft_key=str(mine))
    assert [draft.key for draft in LyricDraft.objects.all()] == [other]
    assert save(text="still other", base="2", draft_key="nonsense").status_code == 302


HOSTILE = {
    "mixed line ends": ("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
    "right to left": ("\u202eשלום\u202c عالم", "\u202eשלום\u202c عالم"),
    "emoji with joiners": ("👩\u200d🚀 and 👨\u200d👩\u200d👧", "👩\u200d🚀 and 👨\u200d👩\u200d👧"),
    "a separator of lines": ("one\u2028two", "one\u2028two"),
    "markup": ("</textarea><script>alert(1)</script>", "</textarea><script>alert(1)</script>"),
    "half a head": ("[Verse\nla", "[Verse\nla"),
    "200 kB": ("la " * 66_667, None),
    "NUL": ("the\0sea", None),
}


@pytest.mark.parametrize(("typed", "kept"), HOSTILE.values(), ids=list(HOSTILE))
def test_any_text_is_kept_as_typed_or_refused_and_only_ever_text(
    client: Client, save: Any, sheet: LyricSheet, editor: User, typed: str, kept: str | None
) -> None:
    """In the editor, the list, the version, what changed in it, and beside the text of somebody else."""
    answer = save(title=typed[:60].replace("\0", ""), text=typed)
    if kept is None:
        assert answer.status_code == 422
        assert answer.context["form"]["text"].value() == typed
        assert texts(sheet) == [WORDS]
        return
    assert texts(sheet) == [WORDS, kept]
    path = reverse("lyric_sheet", args=[sheet.pk])
    listed = client.get(reverse("lyrics"))
    pages = [client.get(path), client.get(path, {"version": 2}), save(text=f"{typed}!"), listed]
    lines = [escape(line) for line in kept.split("\n")]
    for page in (each.content.decode() for each in pages):
        assert "<script>alert" not in page
        assert lines[0] in page
    for page in pages[:3]:
        assert all(line in page.content.decode() for line in lines)


# -- From a file, from a song -----------------------------------------------------------------------


FILES = {
    "text": (b"[Verse]\r\nStreetlights hum", "night.txt", "[Verse]\nStreetlights hum"),
    "lrc": (b"[ti:Night bus/2.0\x07]\n[00:01.00]Streetlights hum", "night.lrc", "Streetlights hum"),
    "another alphabet's code": ("Über".encode("cp1252"), "night.txt", "Über"),
    "too large": (b"la " * 66_667, "night.txt", "lyrics have at most 200 kB"),
    "too many characters": (b"la " * 7_000, "night.txt", "at most 20000 characters"),
    "no text": (bytes(range(256)), "night.txt", "can't be read as text"),
    "another kind": (b"la", "night.pdf", "Choose a .txt or .lrc file."),
    "empty": (b"", "night.txt", "This file is empty"),
}


@pytest.mark.parametrize(("content", "name", "words"), FILES.values(), ids=list(FILES))
def test_a_file_becomes_a_sheet_or_is_refused_in_words(
    mara: Client, project: Project, content: bytes, name: str, words: str
) -> None:
    path = reverse("new_lyric_sheet", args=[project.pk])
    answer = mara.post(path, {"title": "", "text": "", "file": SimpleUploadedFile(name, content)})
    if answer.status_code == 302:
        sheet = LyricSheet.objects.get()
        title = "Night bus/2.0" if b"[ti:" in content else "night"
        assert (sheet.title, texts(sheet)) == (title, [words])
        return
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["file"])
    assert words in page_of(answer)
    assert not LyricSheet.objects.exists()


def test_a_file_beside_a_text_is_one_too_many(mara: Client, project: Project) -> None:
    file = SimpleUploadedFile("night.txt", b"la")
    answer = mara.post(reverse("new_lyric_sheet", args=[project.pk]), {"text": "typed", "file": file})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["file"])
    assert "typed</textarea>" in page_of(answer)


def test_a_new_sheet_that_is_sent_twice_is_one(mara: Client, project: Project) -> None:
    path = reverse("new_lyric_sheet", args=[project.pk])
    first, second = (mara.post(path, {"title": "", "text": WORDS, "language": "english"}) for _ in "12")
    assert first["Location"] == second["Location"]
    assert LyricSheet.objects.get().language == "en"


def test_a_sheet_is_made_of_a_songs_words(mara: Client, project: Project) -> None:
    clip = song(project, "Night bus", lyrics=WORDS)
    path = reverse("clip_lyric_sheet", args=[clip.pk])
    assert mara.post(path)["Location"] == mara.post(path)["Location"]
    sheet = LyricSheet.objects.get()
    assert (sheet.title, texts(sheet)) == ("Night bus", [WORDS])
    wordless = reverse("clip_lyric_sheet", args=[song(project).pk])
    assert "no words that are written down" in page_of(mara.post(wordless, follow=True))
    assert LyricSheet.objects.count() == 1
