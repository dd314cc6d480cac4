"""The versions of a sheet: its history, what changed in each, and the way back."""

from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import LyricSheet, Project
from studio.services import bin, lyrics
from tests.songs import song
from tests.views.conftest import WORDS
from tests.views.test_pages import queries


def page_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def write(sheet: LyricSheet, count: int) -> None:
    base = sheet.revisions.count()
    for number in range(base, base + count):
        words = {"title": "", "text": f"words {number}", "note": f"note {number}"}
        lyrics.save(sheet, by=sheet.created_by, base=number, **words)


def test_the_history_pages_and_tells_who_what_and_who_sang(
    mara: Client, sheet: LyricSheet, order: Any, stranger: User
) -> None:
    write(sheet, 39)
    sung = sheet.revisions.get(number=39)
    takes = [song(sheet.project, task=order(lyric_revision=sung)[0]) for _ in range(3)]
    bin.put([takes[0].pk], by=sheet.created_by)
    takes[1].project = Project.objects.get(owner=stranger)
    takes[1].save()
    path = reverse("lyric_history", args=[sheet.pk])
    first = mara.get(path)
    assert [each.number for each in first.context["versions"]] == list(range(40, 10, -1))
    assert [each.songs for each in first.context["versions"]][:3] == [0, 1, 0]
    page = page_of(first)
    assert "Version 39: note 38" in page
    assert "Mara Member · sung by 1 song</p>" in page
    rest = mara.get(path, {"before": first.context["earlier"]})
    assert [each.number for each in rest.context["versions"]] == list(range(10, 0, -1))
    assert rest.context["earlier"] is None
    assert "Nothing earlier" in page_of(mara.get(path, {"before": 1}))


def test_each_version_is_read_and_brought_back(mara: Client, sheet: LyricSheet) -> None:
    write(sheet, 1)
    path = reverse("lyric_sheet", args=[sheet.pk])
    page = page_of(mara.get(path, {"version": 1}))
    assert "Version 1 of 2, by Mara Member" in page
    assert WORDS in page
    assert "The first version" in page
    assert "<textarea" not in page
    back = reverse("lyric_bring_back", args=[sheet.pk, 1])
    assert back in page
    assert mara.post(back)["Location"] == path
    assert [each.text for each in sheet.revisions.all()] == [WORDS, "words 1", WORDS]


def test_a_version_shows_what_changed_by_line_and_by_word(mara: Client, sheet: LyricSheet) -> None:
    middle = "".join(f"line {n}\n" for n in range(20))
    texts = [f"Streetlights hum\n{middle}gone", f"Streetlights sing <b>\n{middle}new", "apart"]
    for base, text in enumerate(texts, 1):
        lyrics.save(sheet, by=sheet.created_by, title="", text=text, base=base)
    path = reverse("lyric_sheet", args=[sheet.pk])
    html = mara.get(path, {"version": 3}).content.decode()
    assert "From version 2 to version 3" in html
    for part in ("<del>hum</del>", "<ins>sing &lt;b&gt;</ins>", "<del>gone</del>", "<ins>new</ins>"):
        assert part in html
    assert html.count('<span class="sign">−</span>') == html.count('<span class="sign">+</span>') == 2
    assert "14 equal lines</summary>" in html
    assert html.count("line 9<") == 1  # folded, and there to be opened
    # The other way round it is the same comparison.
    one, other = ({"version": 2, "against": 4}, {"version": 4, "against": 2})
    assert mara.get(path, one).context["stretches"] == mara.get(path, other).context["stretches"]
    assert "<ins>apart</ins>" in mara.get(path, other).content.decode()
    choices = mara.get(path, {"version": 3, "against": 3}).context["choices"]
    assert [each.number for each in choices] == [4, 2, 1]
    assert "Both say the same" in page_of(mara.get(path, {"version": 3, "against": 3}))


def test_what_never_was_is_not_found(mara: Client, sheet: LyricSheet) -> None:
    path = reverse("lyric_sheet", args=[sheet.pk])
    for query in ({"version": 9}, {"version": 1, "against": 9}, {"version": 1, "against": 0}):
        assert mara.get(path, query).status_code == 404
    assert mara.get(path, {"version": 1, "against": "x"}).status_code == 200
    assert mara.post(reverse("lyric_bring_back", args=[sheet.pk, 9])).status_code == 404
    assert mara.get(reverse("lyric_sheet", args=[10**9])).status_code == 404


@pytest.mark.parametrize(
    ("name", "query"), [("lyric_history", ""), ("lyric_sheet", ""), ("lyric_sheet", "?version=5")]
)
def test_ten_versions_cost_as_many_queries_as_a_thousand(
    mara: Client, sheet: LyricSheet, name: str, query: str
) -> None:
    path = reverse(name, args=[sheet.pk]) + query
    mara.get(reverse("project_lyrics", args=[sheet.project_id]))  # the provider's row is made on first use
    write(sheet, 9)
    few = queries(mara, path)
    copies = [sheet.revisions.first() for _ in range(990)]
    for number, copy in enumerate(copies, 11):
        copy.pk, copy.number = None, number
    type(copies[0]).objects.bulk_create(copies)
    assert queries(mara, path) == few
