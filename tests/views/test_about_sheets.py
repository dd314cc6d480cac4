"""What is told about a sheet, and sheets that are put away."""

from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.models import LyricSheet
from tests.views.conftest import WORDS


def page_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def test_what_is_told_about_a_sheet_is_edited_by_itself(mara: Client, sheet: LyricSheet) -> None:
    path = reverse("lyric_about", args=[sheet.pk])
    told = {"title": "Red night", "language": "Portuguese (Brazil)", "notes": "for <Ada>", "before": ""}
    assert mara.post(path, told)["Location"] == reverse("lyric_sheet", args=[sheet.pk])
    page = mara.get(reverse("lyric_sheet", args=[sheet.pk])).content.decode()
    assert "Portuguese (Brazil)" in page
    assert "for &lt;Ada&gt;" in page
    assert LyricSheet.objects.get().language == "pt-BR"
    assert [each.text for each in sheet.revisions.all()] == [WORDS]

    stale = mara.post(path, {**told, "notes": "for Bob"})
    assert (stale.status_code, list(stale.context["form"].errors)) == (422, ["notes"])
    assert "for &lt;Ada&gt;" in stale.content.decode()
    assert "for Bob</textarea>" in page_of(stale)
    both = {name: stale.context["form"][name].value() for name in told} | {"notes": "for both"}
    mara.post(path, both)
    assert LyricSheet.objects.get().notes == "for both"


BAD_ABOUT = {
    "no title": ({"title": " "}, "title"),
    "no such language": ({"language": "Klingon, mostly"}, "language"),
    "a language of 36 characters": ({"language": "en" + "-abcdefg" * 5}, "language"),
    "notes of 10 001 characters": ({"notes": "n" * 10_001}, "notes"),
    "NUL": ({"notes": "a\0b"}, "notes"),
}


@pytest.mark.parametrize(("fields", "field"), BAD_ABOUT.values(), ids=list(BAD_ABOUT))
def test_what_can_not_be_told_is_refused_beside_its_field(
    mara: Client, sheet: LyricSheet, fields: dict[str, str], field: str
) -> None:
    told = {"title": "Red night", "language": "xx-Latn", "notes": "typed", "before": "", **fields}
    answer = mara.post(reverse("lyric_about", args=[sheet.pk]), told)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert answer.context["form"].errors[field][0] in page_of(answer)
    assert answer.context["form"][field].value() == told[field]
    assert LyricSheet.objects.get().title == "Blue night"


def test_a_sheet_is_put_away_and_taken_out_again(mara: Client, sheet: LyricSheet) -> None:
    path = reverse("lyric_put_away", args=[sheet.pk])
    done = mara.post(path, follow=True)
    assert "Blue night is put away." in page_of(done)
    assert f'action="{path}"' in page_of(done)  # Undo
    assert "This sheet is put away: it is in no list." in page_of(mara.get(f"/lyrics/{sheet.pk}/"))
    lists = [reverse("lyrics"), reverse("project_lyrics", args=[sheet.project_id])]
    for address in lists:
        listed = mara.get(address)
        assert (list(listed.context["sheets"]), "?away=1" in page_of(listed)) == ([], True)
        assert list(mara.get(address, {"away": 1}).context["sheets"]) == [sheet]
    mara.post(path, {"back": "1"})
    for address in lists:
        assert list(mara.get(address).context["sheets"]) == [sheet]
        assert list(mara.get(address, {"away": 1}).context["sheets"]) == []
