"""One way to write each letter, whatever is piled onto it."""

import time

import pytest

from studio.text.composed import composed
from studio.text.syllables import counts
from studio.text.timing import read_lrc

PILE = "\u0301\u0327" * 20_000  # in the order that takes Unicode longest to sort


def test_letters_are_composed_and_a_pile_of_marks_stays_as_typed() -> None:
    typed = f"Cafe\u0301\na{PILE}\nu\u0308ber \u3042" + "\u0301" * 30
    whole = composed(typed)
    assert whole == f"Café\na{PILE}\nüber \u3042" + "\u0301" * 30
    assert composed(whole) == whole
    assert composed("o\u0323\u0302 o\u0302\u0323 ﬁ", "NFKC") == "ộ ộ fi"


@pytest.mark.parametrize(
    "pile",
    # Signs that are marks by their class, only after they are taken apart, or only for comparison.
    [PILE, "\u0f73\u0323" * 20_000, "\uff9e\u0323" * 20_000],
)
def test_a_pile_of_marks_takes_no_time(pile: str) -> None:
    began = time.process_time()
    composed(f"a{pile}")
    composed(f"a{pile}", "NFKC")
    counts(f"a{pile}")
    read_lrc("\n".join(f"[00:01.00]{pile[at : at + 5_000]}" for at in range(0, len(pile), 5_000)), pile)
    assert time.process_time() - began < 1
