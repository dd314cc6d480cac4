"""The difference of two texts, and what goes along with its line."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from studio.text.anchors import carry
from studio.text.diff import Piece, Row, diff, folded

LINES = st.lists(st.sampled_from(["a b", "a c", "la", "", "one two three", "one too three"]), max_size=9)
TEXTS = LINES.map("\n".join)
OLD = "[Verse]\nI walk alone at night\nand no one knows\n\n[Chorus]\nLa la la"
NEW = "[Verse]\nI walk along at night\nthe stars are cold\nand no one knows\n\n[Chorus]\nLa la la"


def test_a_line_that_changed_stands_beside_what_it_was() -> None:
    kinds = [(row.kind, row.old_number, row.new_number) for row in diff(OLD, NEW)]
    assert kinds[:4] == [("same", 1, 1), ("changed", 2, 2), ("new", None, 3), ("same", 3, 4)]
    changed = diff(OLD, NEW)[1]
    assert changed.old == (Piece("I walk ", False), Piece("alone", True), Piece(" at night", False))
    assert changed.new == (Piece("I walk ", False), Piece("along", True), Piece(" at night", False))


def test_another_line_altogether_is_gone_and_new() -> None:
    assert [row.kind for row in diff("red roses grow\nx", "blue is nothing\nx")] == ["gone", "new", "same"]


def test_equal_rows_far_from_a_change_are_folded() -> None:
    old = "\n".join(map(str, range(20)))
    shown = folded(diff(old, old.replace("10", "ten")), around=2)
    assert [each if isinstance(each, int) else each.kind for each in shown] == [
        *(8, "same", "same", "gone", "new", "same", "same", 7)
    ]
    assert folded(diff(old, old)) == [20]


def sides(rows: list[Row]) -> tuple[str, str]:
    old = ["".join(piece.text for piece in row.old) for row in rows if row.old_number]
    new = ["".join(piece.text for piece in row.new) for row in rows if row.new_number]
    return "\n".join(old), "\n".join(new)


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
def test_the_rows_hold_both_texts(old: str, new: str) -> None:
    rows = diff(old, new)
    assert sides(rows) == (old, new)
    assert [row.old_number for row in rows if row.old_number] == list(range(1, old.count("\n") + 2))
    assert [row.new_number for row in rows if row.new_number] == list(range(1, new.count("\n") + 2))
    assert all(row.kind == "same" for row in rows) == (old == new)


def test_lines_are_carried_where_they_went() -> None:
    assert carry(OLD, NEW) == {0: 0, 1: 1, 2: 3, 3: 4, 4: 5, 5: 6}
    assert carry("one two\nred rose\nend", "end of it\nend\none two") == {0: 2, 2: 1}
    assert carry("gone\nla\nla", "la\nla") == {1: 0, 2: 1}


def test_the_worst_texts_are_compared_at_once() -> None:
    equal, other = "a\n" * 10_000, "\n".join("ab"[n % 2] for n in range(10_000))
    long_line = "x y " * 5_000
    pairs = [(equal, other), (other, equal + "b"), (long_line, "y " * 9_000), (equal, "b\n" * 10_000)]
    started = time.process_time()
    for old, new in pairs:
        assert sides(diff(old, new)) == (old, new)
    assert time.process_time() - started < 2.0
