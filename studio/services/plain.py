"""Text out of other people's files, as it can be stored and shown."""

import re
import unicodedata

LOST = "\ufffd"  # stands where somebody could not read a letter
JOINERS = "\u200c\u200d"  # they hold letters and emoji together; all other invisible signs go


def one_line(text: str, longest: int) -> str:
    """ "Blue\\n\\u202enight" -> "Blue night": one line, without signs that nobody sees."""
    return re.sub(" +", " ", _visible(text[: 4 * longest], "")).strip()[:longest].strip()


def many_lines(text: str, longest: int) -> str:
    """The same for lyrics, whose lines stay."""
    lines = text[: 2 * longest].replace("\r\n", "\n").replace("\r", "\n")
    return _visible(lines, "\n").strip()[:longest].strip()


def _visible(text: str, kept: str) -> str:
    signs = []
    for sign in unicodedata.normalize("NFC", text):
        kind = unicodedata.category(sign)
        if sign in JOINERS + kept:
            signs.append(sign)
        elif kind != "Cf" and sign != LOST:
            signs.append(" " if kind[0] in "CZ" else sign)
    return "".join(signs)
