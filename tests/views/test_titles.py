"""Titles, languages and notes that two people change: a page of before undoes nothing of it."""

from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.models import LyricDraft, LyricSheet
from studio.services import lyrics
from tests.factories import again
from tests.views.conftest import HTMX, WORDS

KEY = "0e9c2d3a-1111-4222-8333-444455556666"


@pytest.fixture
def send(mara: Client, sheet: LyricSheet) -> Any:
    """What Mara's page sends, which was opened as "Blue night" with the text of version 1."""

    def sent(name: str = "lyric_sheet", htmx: bool = False, **fields: Any) -> Any:
        shown = {"title": "Blue night", "title_shown": "Blue night", "text": WORDS, "base": "1"}
        path = reverse(name, args=[sheet.pk])
        return mara.post(path, shown | {"draft_key": KEY} | fields, headers=HTMX if htmx else {})

    return sent


def renamed(sheet: LyricSheet, title: str = "Red night") -> None:
    about = {"language": "de", "notes": "", "before": ""}
    lyrics.describe(again(sheet), title=title, **about)


def hidden(name: str, value: str) -> str:
    return f'name="{name}" value="{value}"'


def test_a_stale_page_takes_no_title_back(send: Any, mara: Client, sheet: LyricSheet) -> None:
    renamed(sheet)
    answer = send(htmx=True, text="other words")
    assert hidden("title_shown", "Red night") in answer.content.decode()  # the window learns it
    assert (again(sheet).title, sheet.revisions.count()) == ("Red night", 2)
    # Nor is its old title a draft, while its words are one that follows the sheet's title.
    assert send("lyric_draft", text="other words").status_code == 204
    assert not LyricDraft.objects.exists()
    send("lyric_draft", text="still other words")
    draft = LyricDraft.objects.get()
    opened = mara.get(reverse("lyric_sheet", args=[sheet.pk]), {"draft": draft.pk}).context["form"]
    assert (draft.title, opened["title"].value()) == ("", "Red night")


def test_two_new_titles_are_told_beside_the_field(send: Any, sheet: LyricSheet) -> None:
    renamed(sheet)
    answer = send(title="Grey night", text="other words")
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["title"])
    html = unescape(answer.content.decode())
    assert "Somebody changed the title to “Red night” meanwhile." in html
    assert hidden("title_shown", "Red night") in html
    assert "\nother words</textarea>" in html
    assert (again(sheet).title, sheet.revisions.count()) == ("Red night", 1)
    send(title="Grey night", text="other words", title_shown="Red night")
    assert (again(sheet).title, sheet.revisions.count()) == ("Grey night", 2)


def test_two_texts_that_are_merged_keep_the_newer_title(send: Any, sheet: LyricSheet) -> None:
    lyrics.save(sheet, by=sheet.created_by, title="Red night", text="theirs", base=1)
    assert hidden("title_shown", "Red night") in send(text="mine").content.decode()
    merge = {"name": "lyric_merge", "mine": f"{WORDS}\nmine", "theirs": "2"}
    both = send(**merge, title="Grey night")
    assert (both.status_code, both.context["mine"].title_shown) == (422, "Red night")
    assert send(**merge).status_code == 302
    assert (again(sheet).title, sheet.revisions.count()) == ("Red night", 3)


def test_what_is_told_about_a_sheet_changes_only_where_it_was_changed(send: Any, sheet: LyricSheet) -> None:
    renamed(sheet)
    shown = {"name": "lyric_about", "language": "", "language_shown": "", "before": ""}
    assert send(**shown, notes="for Ada").status_code == 302
    row = again(sheet)
    assert (row.title, row.language, row.notes) == ("Red night", "de", "for Ada")
    stale = send(**{**shown, "language": "en", "notes": ""})
    assert (stale.status_code, list(stale.context["form"].errors)) == (422, ["language"])
    assert hidden("language_shown", "de") in stale.content.decode()
    send(**{**shown, "language": "en", "language_shown": "de", "notes": ""})
    row = again(sheet)
    assert (row.title, row.language, row.notes) == ("Red night", "en", "for Ada")
