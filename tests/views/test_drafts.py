"""Drafts over HTTP: kept by a script, offered by the page; and the margin of a text."""

import time
import uuid
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from studio.models import LyricDraft, LyricSheet, Project, ProjectMember
from studio.services import drafts, lyrics, projects
from tests.views.conftest import HTMX, WORDS

KEY = str(uuid.UUID(int=1))


@pytest.fixture
def keep(mara: Client, sheet: LyricSheet) -> Any:
    def sent(**fields: Any) -> Any:
        data = {"draft_key": KEY, "base": "1", "title": "Blue night", "text": "other words", **fields}
        return mara.post(reverse("lyric_draft", args=[sheet.pk]), data)

    return sent


def page_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def test_a_draft_is_kept_as_typed(keep: Any) -> None:
    assert keep(text="\r\n  other <b>words\r\n").status_code == 204
    draft = LyricDraft.objects.get()
    assert (draft.text, draft.base, str(draft.key)) == ("\n  other <b>words\n", 1, KEY)
    assert keep(text="half \ufffd a letter").status_code == 204  # of a provider, or of a file
    assert keep(text="l" * 200_000).status_code == 204  # more than a sheet holds is kept until it is cut


BAD_DRAFTS = {
    "NUL": ({"text": "la \ufffd\r\nthe\0sea"}, "Line 2 holds an invisible control character."),
    "a long title": ({"title": "t" * 81}, "A title has at most 80 characters."),
    "a text without end": ({"text": "l" * 250_001}, "too long to be kept"),
    "no key": ({"draft_key": ""}, "lost track"),
    "a broken key": ({"draft_key": "x"}, "lost track"),
    "a base beyond the database": ({"base": "9" * 30}, "lost track"),
}


@pytest.mark.parametrize(("fields", "words"), BAD_DRAFTS.values(), ids=list(BAD_DRAFTS))
def test_a_refused_draft_says_why_in_words(keep: Any, fields: dict[str, str], words: str) -> None:
    answer = keep(**fields)
    assert (answer.status_code, answer["Content-Type"]) == (422, "text/plain; charset=utf-8")
    assert words in answer.content.decode()
    assert not LyricDraft.objects.exists()


def test_too_many_drafts_are_refused_in_words(keep: Any) -> None:
    for _ in range(drafts.MOST):
        keep(draft_key=uuid.uuid4())
    assert "open or discard one" in keep().content.decode()


def test_a_draft_of_elsewhere_is_offered_and_opened(keep: Any, mara: Client, sheet: LyricSheet) -> None:
    keep()
    lyrics.save(sheet, by=sheet.created_by, title="", text="saved meanwhile", base=1)
    page = reverse("lyric_sheet", args=[sheet.pk])
    assert "You have an unsaved draft from" in page_of(mara.get(page))
    draft = LyricDraft.objects.get()
    opened = mara.post(reverse("lyric_draft_open", args=[sheet.pk, draft.pk]))
    assert opened["Location"] == f"{page}?draft={draft.pk}"
    draft.refresh_from_db()
    assert str(draft.key) != KEY  # the window that wrote it can't write over it
    answer = mara.get(opened["Location"])
    text = page_of(answer)
    assert "\nother words</textarea>" in text
    assert 'name="base" value="1"' in text  # saving it will show both
    assert f'name="draft_key" value="{draft.key}"' in text
    assert "You have an unsaved draft" not in text


def test_a_draft_is_shown_to_nobody_else(keep: Any, as_: Any, owner: User, sheet: LyricSheet) -> None:
    keep()
    page = reverse("lyric_sheet", args=[sheet.pk])
    draft = LyricDraft.objects.get()
    others = as_(owner)
    text = page_of(others.get(f"{page}?draft={draft.pk}"))
    assert "other words" not in text
    assert "unsaved draft" not in text
    assert others.post(reverse("lyric_draft_open", args=[sheet.pk, draft.pk]))["Location"] == page
    others.post(reverse("lyric_draft_discard", args=[sheet.pk]), {"draft_key": KEY})
    assert str(LyricDraft.objects.get().key) == KEY


def test_whoever_lost_the_right_to_write_still_reads_the_draft(
    keep: Any, mara: Client, member: User, owner: User, sheet: LyricSheet
) -> None:
    keep()
    Project.objects.filter(pk=sheet.project_id).update(owner=owner)
    projects.set_member(sheet.project, member, ProjectMember.Access.VIEWER)
    page = reverse("lyric_sheet", args=[sheet.pk])
    assert keep(text="more").status_code == 403
    link = f"?draft={LyricDraft.objects.get().pk}"
    assert f'href="{link}">Show it' in page_of(mara.get(page))
    text = page_of(mara.get(page + link))
    assert "\nother words</textarea>" in text
    assert "Discard" not in text


def test_a_draft_is_discarded_by_its_writer(keep: Any, mara: Client, sheet: LyricSheet) -> None:
    keep()
    answer = mara.post(reverse("lyric_draft_discard", args=[sheet.pk]), {"draft_key": KEY}, follow=True)
    text = page_of(answer)
    assert "The draft is discarded." in text
    assert "You have an unsaved draft" not in text


def test_a_discarded_draft_is_taken_back_with_what_had_not_arrived(
    keep: Any, mara: Client, sheet: LyricSheet
) -> None:
    keep()
    page = reverse("lyric_sheet", args=[sheet.pk])
    more = {"draft_key": KEY, "base": "1", "title": "Blue night", "text": "other words, and more"}
    answer = mara.post(reverse("lyric_draft_discard", args=[sheet.pk]), more, follow=True)
    draft = LyricDraft.objects.get()
    undo = reverse("lyric_draft_open", args=[sheet.pk, draft.pk])
    assert f'action="{undo}"' in page_of(answer)
    assert "and more" not in page_of(mara.get(f"{page}?draft={draft.pk}"))
    keep(text="typed on in that window")
    mara.post(page, {**more, "base": "1", "text": "saved there"}, headers=HTMX)
    opened = mara.post(undo, {"back": "1"}, follow=True)
    assert "\nother words, and more</textarea>" in page_of(opened)


def test_a_draft_stays_until_its_words_are_saved(keep: Any, mara: Client, sheet: LyricSheet) -> None:
    """Also while it stands against another's text: both windows close, and it is still there."""
    keep()
    lyrics.save(sheet, by=sheet.created_by, title="", text="saved meanwhile", base=1)
    page = reverse("lyric_sheet", args=[sheet.pk])
    data = {"draft_key": KEY, "title": "Blue night", "text": "other words"}
    assert mara.post(page, {**data, "base": "1"}, headers=HTMX).status_code == 409
    assert LyricDraft.objects.exists()
    assert mara.post(page, {**data, "base": "2"}, headers=HTMX).status_code == 200
    assert not LyricDraft.objects.exists()
    assert [each.text for each in sheet.revisions.all()] == ["other words", "saved meanwhile", WORDS]


def test_many_drafts_cost_no_more_queries(keep: Any, mara: Client, sheet: LyricSheet) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            mara.get(reverse("lyric_sheet", args=[sheet.pk]))
        return len(caught)

    keep()
    queries()  # the first page of all reads what is remembered from then on
    few = queries()
    for _ in range(drafts.MOST - 1):
        keep(draft_key=uuid.uuid4())
    assert queries() == few


# -- The margin -------------------------------------------------------------------------------------


def measured(client: Client, text: str, language: str = "") -> str:
    answer = client.post(reverse("lyric_measure"), {"text": text, "language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_text_is_measured_by_line_and_section(mara: Client) -> None:
    text = "[Verse 1]\r\nStreetlights hum along the river\r\n\r\n[Chorus]\r\nBlue, blue night"
    margin = measured(mara, text)
    assert 'data-counts="0 8 0 0 3"' in margin
    assert 'data-section="Verse 1" data-first="0"' in margin
    assert 'data-section="Chorus" data-first="3"' in margin
    assert 'title="Syllables">8<' in margin
    assert "Insert tags" not in margin


def test_a_text_without_tags_is_offered_some(mara: Client) -> None:
    margin = measured(mara, "One\n\nTwo")
    assert 'data-missing="0 [Verse 1]|2 [Verse 2]"' in margin
    assert "No tag" in margin


def test_more_than_a_sheet_holds_is_not_measured(mara: Client) -> None:
    assert measured(mara, "la\n" * 80_000).count(" 1") < 7_000


def test_a_pile_of_accents_takes_no_time(keep: Any, mara: Client) -> None:
    pile = "a" + "\u0301\u0327" * 24_999
    began = time.process_time()
    assert keep(text=pile).status_code == 204
    measured(mara, pile)
    assert time.process_time() - began < 1
    assert LyricDraft.objects.get().text == pile


def test_what_stands_in_brackets_is_no_markup(mara: Client) -> None:
    margin = measured(mara, "[<script>alert(1)</script>]\nla")
    assert "<script" not in margin
    assert "&lt;script&gt;" in margin


def test_the_page_has_its_margin_before_any_script(mara: Client, sheet: LyricSheet) -> None:
    assert 'data-counts="' in mara.get(reverse("lyric_sheet", args=[sheet.pk])).content.decode()
