"""Form fields that several forms share."""

import re
import uuid
from typing import Any

from django import forms
from django.http import QueryDict

from studio.text.composed import composed

LONGEST_NORMALISED = 250_000  # what is longer is refused everywhere
LOST_KEY = "This form has lost its number. Reload the page and send it again; nothing was charged."


def alike(text: str) -> str:
    """With one kind of line end, and one way to write each letter."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if len(text) > LONGEST_NORMALISED else composed(text)


class PlainText(forms.CharField):
    """Text as typed, with one kind of line end; what no database can hold is refused in words."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # Django's own message for NUL speaks of "null characters".
        self.validators = [check for check in self.validators if "Null" not in type(check).__name__]

    def to_python(self, value: Any) -> str:
        text = alike(super().to_python(value) or "")
        if found := re.search("[\0\ud800-\udfff]", text):
            number = text.count("\n", 0, found.start()) + 1
            where = f"Line {number}" if "\n" in text else "This"
            raise forms.ValidationError(
                f"{where} holds an invisible control character. Please type it again."
            )
        return text


class AsShown(forms.CharField):
    """What a page was given and sends back by itself: nobody typed it, so nothing about it is wrong."""

    def __init__(self) -> None:
        widget = forms.HiddenInput({"data-shown": True})
        super().__init__(required=False, strip=False, widget=widget)
        self.validators = []

    def to_python(self, value: Any) -> str:
        return alike(super().to_python(value) or "")


def form_key() -> forms.UUIDField:
    """A new number with every form that is drawn: the same form sent twice is one order."""
    messages = {"required": LOST_KEY, "invalid": LOST_KEY}
    return forms.UUIDField(widget=forms.HiddenInput, error_messages=messages)


def draw_again(form: forms.Form) -> None:
    """With a new number, and all that was typed: its old one is that of another order already."""
    data = QueryDict(mutable=True)
    data.update(form.data)
    data["form_key"] = str(uuid.uuid4())
    form.data = data
