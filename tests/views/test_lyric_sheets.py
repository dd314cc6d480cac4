"""The page to write on: saving, versions, and two people at one text."""

from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import LyricSheet, Project
from studio.services import lyrics
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
    song = f"{reverse('new_song', args=[sheet.project_id])}?sheet={sheet.pk}"
    assert save(text="one", then="sing")["Location"] == song
    assert song in save(htmx=True, text="two", base="2", then="sing")["HX-Location"]
    assert texts(sheet) == [WORDS, "one", "two"]


BAD_SAVES = {
    "NUL": ({"text": "the\0sea"}, "text"),
    "too long": ({"text": "l" * 20_001}, "text"),
    "no base": ({"base": ""}, "base"),
    "a broken base": ({"base": "x"}, "base"),
    "a base beyond the database": ({"base": "9" * 30}, "base"),
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


def test_bytes_that_are_no_text_are_refused(client: Client, member: User, sheet: LyricSheet) -> None:
    """A lone surrogate, as no browser but any script can send it."""
    client.force_login(member)
    path = reverse("lyric_sheet", args=[sheet.pk])
    answer = client.post(path, "base=1&text=%ED%A0%80", content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["text"])
    assert texts(sheet) == [WORDS]


def test_markup_stays_text(client: Client, save: Any, sheet: LyricSheet) -> None:
    save(title="</textarea><b>", text="</textarea><script>alert(1)</script>")
    for path in (
        reverse("lyric_sheet", args=[sheet.pk]),
        reverse("lyrics"),
        f"/lyrics/{sheet.pk}/?version=2",
    ):
        assert "<script>alert" not in client.get(path).content.decode()


# -- Two people -------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "fragment"])
def test_a_conflict_shows_both_texts_and_loses_neither(
    save: Any, sheet: LyricSheet, editor: User, htmx: bool
) -> None:
    lyrics.save(sheet, by=editor, title="", text="Edda's words", base=1)
    answer = save(htmx=htmx, title="Mara's title", text="Mara's words")
    page = page_of(answer)
    assert answer.status_code == 422
    assert "Edda Editor saved version 2 while you were writing." in page
    assert '<div class="lyrics">Edda\'s words</div>' in page
    assert "Mara's words</textarea>" in page
    assert 'value="Mara\'s title"' in page
    assert 'name="base" value="2"' in page
    assert texts(sheet) == [WORDS, "Edda's words"]

    assert save(text="Mara's words", base="2").status_code == 302
    assert texts(sheet) == [WORDS, "Edda's words", "Mara's words"]


def test_a_renamed_sheet_does_not_hide_that_its_text_is_old(
    save: Any, sheet: LyricSheet, editor: User
) -> None:
    """The page still shows version 1: the next save of a changed text has to be told of version 2."""
    lyrics.save(sheet, by=editor, title="", text="Edda's words", base=1)
    assert 'name="base" value="1"' in page_of(save(htmx=True, title="Red night"))
    assert save(htmx=True, text="Mara's words").status_code == 422


# -- Versions ---------------------------------------------------------------------------------------


def test_each_version_is_read_and_brought_back(client: Client, save: Any, sheet: LyricSheet) -> None:
    save(text="other words")
    path = reverse("lyric_sheet", args=[sheet.pk])
    page = page_of(client.get(path, {"version": 1}))
    assert "Version 1 of 2, by Mara Member" in page
    assert WORDS in page
    assert "<textarea" not in page

    back = reverse("lyric_bring_back", args=[sheet.pk, 1])
    assert back in page
    assert client.post(back)["Location"] == path
    assert texts(sheet) == [WORDS, "other words", WORDS]


def test_a_version_that_never_was_is_not_found(client: Client, save: Any, sheet: LyricSheet) -> None:
    assert client.get(reverse("lyric_sheet", args=[sheet.pk]), {"version": 9}).status_code == 404
    assert client.post(reverse("lyric_bring_back", args=[sheet.pk, 9])).status_code == 404
    assert client.get(reverse("lyric_sheet", args=[10**9])).status_code == 404


def test_earlier_versions_are_reached_by_a_link(client: Client, member: User, sheet: LyricSheet) -> None:
    client.force_login(member)
    for number in range(1, 40):
        lyrics.save(sheet, by=member, title="", text=f"words {number}", base=number)
    path = reverse("lyric_sheet", args=[sheet.pk])
    first = client.get(path).context
    assert [version.number for version in first["versions"]] == list(range(40, 10, -1))
    rest = client.get(path, {"before": first["earlier"]}).context
    assert ([version.number for version in rest["versions"]], rest["earlier"]) == (
        list(range(10, 0, -1)),
        None,
    )
