"""One field of an order: what it may hold, and the sentence for a person when it does not."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Value = str | float | bool
Kind = Literal["text", "digits", "number", "seconds", "flag", "model", "choice", "id"]


@dataclass(frozen=True)
class Field:
    """One field of an operation, by its wire name. Lengths are in characters, after NFC and with LF."""

    name: str
    kind: Kind
    label: str
    max_length: int = 0  # of text and digits
    minimum: float = 0
    maximum: float = 1
    default: Value | None = None
    noun: str = ""  # what sentences call it, where the label is none: "A text has at most ..."
    plural: bool = False  # "lyrics have", where others say "a title has"
    missing: str = ""  # not empty: it is required, and this is what a person reads without it
    choices: tuple[str, ...] = ()

    def clean(self, value: object) -> Value | None:
        """The value as it goes over the wire, None when empty; ValueError with a sentence for people."""
        if isinstance(value, str):
            value = value.replace("\r\n", "\n").replace("\r", "\n").strip()
        if value is None or value == "":
            return None
        cleaners: dict[Kind, Callable[[object], Value]] = {
            "text": self._clean_text,
            "digits": self._clean_digits,
            "number": self._clean_number,
            "seconds": self._clean_number,
            "flag": self._clean_flag,
            "model": str,
            "choice": self._clean_choice,
            "id": self._clean_id,
        }
        return cleaners[self.kind](value)

    def _clean_text(self, value: object) -> str:
        if not isinstance(value, str) or re.search("[\0\ud800-\udfff]", value):
            raise ValueError(f"{self.label} cannot hold one of these characters; please type it again.")
        # NFC makes at most four characters one, and takes minutes over a megabyte of accents.
        text = unicodedata.normalize("NFC", value) if len(value) <= 4 * self.max_length else value
        if len(text) > self.max_length:
            subject, this = (self.label, "these") if self.plural else (self._one(), "this one")
            has = "have" if self.plural else "has"
            raise ValueError(
                f"{subject} {has} at most {self.max_length:,} characters; {this} {has} {len(text):,}."
            )
        return text

    def _one(self) -> str:
        noun = self.noun or self.label.lower()
        return f"{'An' if noun[0] in 'aeiou' else 'A'} {noun}"

    def _clean_digits(self, value: object) -> str:
        if type(value) is int and 0 <= value < 10**self.max_length:
            value = str(value)
        if not isinstance(value, str) or not re.fullmatch(rf"[0-9]{{1,{self.max_length}}}", value):
            raise ValueError(f"{self._one()} is a whole number of at most {self.max_length} digits.")
        return value

    def _clean_number(self, value: object) -> float:
        try:
            number = float(value) if isinstance(value, (str, int, float)) else math.nan
        except (ValueError, OverflowError):
            number = math.nan
        if isinstance(value, bool) or not self.minimum <= number <= self.maximum:
            raise ValueError(f"{self.label} is a number from {self.minimum:g} to {self.maximum:g}.")
        return number

    def _clean_choice(self, value: object) -> str:
        if value not in self.choices:
            raise ValueError(f"{self.label} is one of: {', '.join(self.choices)}.")
        return str(value)

    def _clean_id(self, value: object) -> str:
        """An id goes into addresses as well, so that only plain characters may pass."""
        if not isinstance(value, str) or not re.fullmatch("[A-Za-z0-9][A-Za-z0-9_-]*", value):
            raise ValueError(f"{self.label} has letters, digits and hyphens only.")
        return self._clean_text(value)

    def _clean_flag(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise ValueError(f"{self.label} is either on or off.")
        return value
