"""One way to write each letter, in a time that grows with the text alone."""

import re
import unicodedata
from typing import Literal

# Unicode sorts the marks of a letter, which takes time squared. No language puts thirty on one letter.
# The two letters of the end are marks as well, once they are composed for comparison.
MARKS = re.compile(r"((?:[^\w\s\x00-\x7f]|[\uff9e\uff9f]){31,})")


def composed(text: str, form: Literal["NFC", "NFKC"] = "NFC") -> str:
    """The text in this Unicode form; more than thirty marks or signs in a row stay as they were typed."""
    if text.isascii():
        return text
    pieces = MARKS.split(text)  # every other one is such a row
    pieces[::2] = [unicodedata.normalize(form, piece) for piece in pieces[::2]]
    return "".join(pieces)
