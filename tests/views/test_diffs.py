"""Two texts without end beside each other: the page stays one that can be read."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.models import LyricSheet
from studio.services import lyrics
from studio.text.diff import diff
from studio.views import diffs

# What is shown of two texts is made in Python.
pytestmark = pytest.mark.same_anywhere

EQUAL = "\n".join("l" for _ in range(9_000))


@pytest.fixture
def page(mara: Client, sheet: LyricSheet) -> Any:
    """What `?version=` shows of two texts."""

    def of(old: str, new: str) -> str:
        for base, text in enumerate((old, new), 1):
            lyrics.save(sheet, by=sheet.created_by, title="", text=text, base=base)
        return mara.get(reverse("lyric_sheet", args=[sheet.pk]), {"version": 3}).content.decode()

    return of


def test_rows_beyond_a_page_are_counted_and_lead_to_the_whole_text(page: Any, sheet: LyricSheet) -> None:
    html = page("a\n" * 9_999, "b\n" * 9_999)
    assert len(html) < 700_000
    rest = html[html.index("The rest, ") :]
    assert rest.startswith("The rest, 18499 lines, is not shown here.")  # and one empty line on both sides
    link = f'href="{reverse("lyric_sheet", args=[sheet.pk])}?version=2"'
    assert link in rest[:300]


def test_a_change_far_down_is_shown_and_not_all_that_is_equal_above_it(page: Any) -> None:
    html = page(f"{EQUAL}\nhum", f"{EQUAL}\nsing")
    assert len(html) < 100_000
    assert "8997 equal lines, not shown here" in html
    assert "<ins>sing</ins>" in html


def test_no_line_is_lost_to_the_count() -> None:
    old = f"first\nx\n{EQUAL}\n" + "a\n" * 3_000 + EQUAL
    new = f"begun\nx\n{EQUAL}\n" + "b\n" * 3_000 + EQUAL
    parts = diffs.stretches(old, new)
    shown, left_out = sum(len(part.rows) for part in parts), sum(part.omitted for part in parts)
    assert shown == diffs.MOST_ROWS
    assert shown + left_out == len(diff(old, new))
    assert diffs.differs(parts)
