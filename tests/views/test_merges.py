"""Two people write at once: both texts are shown, and one is made of them line by line."""

from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import LyricDraft, LyricSheet
from studio.services import drafts, lyrics
from tests.views.conftest import HTMX

BASE = "[Verse]\nStreetlights hum\n[Chorus]\nBlue, blue night\n[Outro]\nSleep"
MINE = "[Verse]\nStreetlights sing\n[Chorus]\nRed, red night\n[Outro]\nSleep"
THEIRS = "[Verse]\nStreetlights hum\n[Chorus]\nGrey, grey night\n[Outro]\nWake <b>"


def merged(chorus: str) -> str:
    return f"[Verse]\nStreetlights sing\n[Chorus]\n{chorus}\n[Outro]\nWake <b>"


@pytest.fixture
def sheet(sheet: LyricSheet, member: User, editor: User) -> LyricSheet:
    """Version 2 is what Mara's page shows; meanwhile Edda has saved version 3."""
    lyrics.save(sheet, by=member, title="", text=BASE, base=1)
    lyrics.save(sheet, by=editor, title="", text=THEIRS, base=2)
    return sheet


def save(client: Client, sheet: LyricSheet, htmx: bool = False, **fields: Any) -> Any:
    data = {"title": "Mara's title", "text": MINE, "base": "2", **fields}
    return client.post(reverse("lyric_sheet", args=[sheet.pk]), data, headers=HTMX if htmx else {})


def merge(client: Client, sheet: LyricSheet, **fields: Any) -> Any:
    data = {"title": "Mara's title", "mine": MINE, "base": "2", "theirs": "3", **fields}
    return client.post(reverse("lyric_merge", args=[sheet.pk]), data)


def texts(sheet: LyricSheet) -> list[str]:
    return list(sheet.revisions.order_by("number").values_list("text", flat=True))[1:]


def clash_of(answer: Any) -> str:
    """The name of the field of the one place that is to be decided."""
    [clash] = [part for part in answer.context["parts"] if part.kind == "clash"]
    return f"part-{clash.index}"


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "fragment"])
def test_a_conflict_shows_both_texts_and_loses_neither(mara: Client, sheet: LyricSheet, htmx: bool) -> None:
    answer = save(mara, sheet, htmx, draft_key="0e9c2d3a-1111-4222-8333-444455556666")
    assert answer.status_code == 409
    assert answer.headers.get("HX-Retarget") == ("#sheet" if htmx else None)
    html = answer.content.decode()
    assert ("<html" in html) is not htmx
    assert "Edda Editor saved version 3 while you were writing." in html
    # Beside each other, word by word; and as it was written, to be saved on top.
    for part in ("<del>hum</del>", "<ins>sing</ins>", "<del>Wake &lt;b&gt;</del>", "<ins>Sleep</ins>"):
        assert part in html
    assert f"{MINE}</textarea>" in html
    assert 'value="Mara&#x27;s title"' in html
    assert 'name="base" value="3"' in html
    assert html.count('value="0e9c2d3a-1111-4222-8333-444455556666"') == 2
    # What only one of both changed is put together already, and marked as such.
    assert [part.kind for part in answer.context["parts"]] == [
        *("same", "mine", "same", "clash", "same", "theirs")
    ]
    assert '<p class="by">From yours</p><ins class="lyrics" dir="auto">Streetlights sing</ins>' in html
    assert '<p class="by">From version 3</p><ins class="lyrics" dir="auto">Wake &lt;b&gt;</ins>' in html
    assert texts(sheet) == [BASE, THEIRS]


def test_ones_own_can_be_saved_on_top(mara: Client, sheet: LyricSheet) -> None:
    assert save(mara, sheet, base="3").status_code == 302
    assert texts(sheet) == [BASE, THEIRS, MINE]


CHOICES = {
    "mine": "Red, red night",
    "theirs": "Grey, grey night",
    "both": "Red, red night\nGrey, grey night",
    "": "Red, red night\nGrey, grey night",
    "nonsense": "Red, red night\nGrey, grey night",
}


@pytest.mark.parametrize(("choice", "chorus"), CHOICES.items(), ids=list(CHOICES))
def test_both_become_one_as_it_was_chosen(
    mara: Client, sheet: LyricSheet, member: User, choice: str, chorus: str
) -> None:
    key = uuid4()
    drafts.keep(sheet, by=member, key=key, base=2, title="", text=MINE)
    field = clash_of(save(mara, sheet, draft_key=str(key)))
    assert LyricDraft.objects.count() == 1  # what nobody has merged yet
    answer = merge(mara, sheet, draft_key=str(key), **{field: choice})
    assert answer["Location"] == reverse("lyric_sheet", args=[sheet.pk])
    assert texts(sheet) == [BASE, THEIRS, merged(chorus)]
    newest = sheet.revisions.select_related("sheet").first()
    assert (newest.note, newest.created_by) == ("Merged with version 3", member)
    assert newest.sheet.title == "Mara's title"
    assert not LyricDraft.objects.exists()
    again = merge(mara, sheet, **{field: choice})
    assert (again.status_code, len(texts(sheet))) == (302, 3)  # a second press


def test_nothing_of_ones_own_that_is_left_makes_no_version(mara: Client, sheet: LyricSheet) -> None:
    assert merge(mara, sheet, mine=BASE).status_code == 302
    assert texts(sheet) == [BASE, THEIRS]


def test_a_third_text_meanwhile_stands_against_what_was_put_together(
    mara: Client, sheet: LyricSheet, editor: User
) -> None:
    field = clash_of(save(mara, sheet))
    third = THEIRS.replace("Wake <b>", "Wake up").replace("Grey, grey", "Black")
    lyrics.save(sheet, by=editor, title="", text=third, base=3)
    answer = merge(mara, sheet, **{field: "mine"})
    assert answer.status_code == 409
    assert "Edda Editor saved version 4" in answer.content.decode()
    assert f"{merged('Red, red night')}</textarea>".replace("<b>", "&lt;b&gt;") in answer.content.decode()
    again = {"mine": merged("Red, red night"), "base": "3", "theirs": "4"}
    assert merge(mara, sheet, **again, **{clash_of(answer): "mine"}).status_code == 302
    assert texts(sheet)[-1] == merged("Red, red night").replace("Wake <b>", "Wake up")
    assert texts(sheet)[:3] == [BASE, THEIRS, third]


def test_a_version_that_never_was_loses_no_text(mara: Client, sheet: LyricSheet) -> None:
    answer = save(mara, sheet, base="77")
    assert answer.status_code == 409
    assert f"{MINE}</textarea>" in answer.content.decode()
    merge(mara, sheet, base="77")
    assert texts(sheet)[-1] == f"{MINE}\n{THEIRS}"


def test_a_note_on_an_older_text_is_not_lost(mara: Client, sheet: LyricSheet) -> None:
    answer = save(mara, sheet, text=BASE, note="This is the take")
    assert (answer.status_code, answer.context["mine"].note) == (409, "This is the take")
    assert answer.content.decode().count('name="note" value="This is the take"') == 2  # merged, or on top
    merge(mara, sheet, mine=BASE, note="This is the take")
    assert (sheet.revisions.first().note, texts(sheet)) == ("This is the take", [BASE, THEIRS, THEIRS])


def test_a_choice_between_other_lines_is_none(mara: Client, sheet: LyricSheet, editor: User) -> None:
    """What was put together is too long, and meanwhile the places that are to be decided are others."""
    mine = MINE.replace("Red, red night", "la " * 6_600)
    field = clash_of(save(mara, sheet, text=mine))
    fourth = THEIRS.replace("Wake", "wake " * 400)
    for base, text in ((3, fourth), (4, fourth.replace("hum", "shine"))):
        lyrics.save(sheet, by=editor, title="", text=text, base=base)
    answer = merge(mara, sheet, mine=mine, theirs="4", **{field: "mine"})
    assert answer.status_code == 422
    clashes = [part.choice for part in answer.context["parts"] if part.kind == "clash"]
    assert clashes == ["both", "both"]


BAD = {
    "theirs that never was": {"theirs": "9"},
    "no base": {"base": ""},
    "no number": {"theirs": "x"},
    "NUL": {"mine": "the\0sea"},
    "20 001 characters": {"mine": "l" * 20_001},
    "too long put together": {"mine": "la\n" * 6_600, "base": "1"},
}


@pytest.mark.parametrize("fields", BAD.values(), ids=list(BAD))
def test_what_can_not_be_merged_is_refused_in_words_and_kept(
    mara: Client, sheet: LyricSheet, fields: dict[str, str]
) -> None:
    lyrics.save(sheet, by=sheet.created_by, title="", text="x\n" * 2_000 + THEIRS, base=3)
    answer = merge(mara, sheet, **{"theirs": "4", **fields})
    assert (answer.status_code, len(answer.context["errors"])) == (422, 1)
    assert answer.context["errors"][0] in unescape(answer.content.decode())
    assert answer.context["mine"].text == fields.get("mine", MINE)
    assert len(texts(sheet)) == 3


def test_a_renamed_sheet_does_not_hide_that_its_text_is_old(mara: Client, sheet: LyricSheet) -> None:
    """The page still shows version 2: the next save of a changed text has to be told of version 3."""
    answer = save(mara, sheet, htmx=True, text=BASE)
    assert 'name="base" value="2"' in answer.content.decode()
    assert save(mara, sheet, htmx=True).status_code == 409
