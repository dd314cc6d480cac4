"""Two texts put together: nothing is lost, and it does not matter who came first."""

from hypothesis import given, settings
from hypothesis import strategies as st

from studio.text.merge import Chunk, joined, merge

TEXTS = st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=7).map("\n".join)
BASE = "one\ntwo\nthree\nfour"
few = settings(max_examples=60, deadline=None)


def test_changes_of_neighbouring_lines_stand_together() -> None:
    chunks = merge(BASE, BASE.replace("two", "2\n2b"), BASE.replace("three", "3"))
    assert [chunk.kind for chunk in chunks] == ["same", "mine", "theirs", "same"]
    assert joined(chunks) == "one\n2\n2b\n3\nfour"


def test_a_clash_is_decided_or_keeps_both() -> None:
    chunks = merge(BASE, BASE.replace("two", "2"), BASE.replace("two", "II"))
    assert chunks[1] == Chunk("clash", ("two",), ("2",), ("II",))
    texts = {choice: joined(chunks, {1: choice}) for choice in ("mine", "theirs", "both", "nonsense")}
    both = "one\n2\nII\nthree\nfour"
    assert texts == {
        "mine": "one\n2\nthree\nfour",
        "theirs": "one\nII\nthree\nfour",
        "both": both,
        "nonsense": both,
    }
    assert joined(chunks) == both


def test_lines_put_in_at_one_place_clash_and_beside_a_change_do_not() -> None:
    assert [chunk.kind for chunk in merge("a", "x\na", "y\na")] == ["clash", "same"]
    assert [chunk.kind for chunk in merge("a\nb", "a\nx\nb", "a\nB")] == ["same", "mine", "theirs"]


@few
@given(TEXTS, TEXTS)
def test_who_changed_nothing_gets_the_others_text(base: str, text: str) -> None:
    assert joined(merge(base, base, text)) == joined(merge(base, text, base)) == text
    assert joined(merge(base, text, text)) == text


@few
@given(TEXTS, TEXTS, TEXTS)
def test_nobodys_lines_are_lost(base: str, mine: str, theirs: str) -> None:
    chunks = merge(base, mine, theirs)
    for side, text in (("base", base), ("mine", mine), ("theirs", theirs)):
        assert "\n".join(line for chunk in chunks for line in getattr(chunk, side)) == text
    result, before = joined(chunks).split("\n"), set(base.split("\n"))
    for text in (mine, theirs):
        assert set(text.split("\n")) - before <= set(result)
    for index in (n for n, chunk in enumerate(chunks) if chunk.kind == "clash"):
        assert chunks[index].mine != chunks[index].theirs


@few
@given(TEXTS, TEXTS, TEXTS)
def test_it_is_the_same_from_the_other_side(base: str, mine: str, theirs: str) -> None:
    turned = {"mine": "theirs", "theirs": "mine"}
    other = [Chunk(turned.get(c.kind, c.kind), c.base, c.theirs, c.mine) for c in merge(base, theirs, mine)]
    assert merge(base, mine, theirs) == other
