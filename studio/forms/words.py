"""Other words for some lines of a song: to be sung in their place, or in a new take."""

from typing import Any

from django import forms

from studio.forms.clips import ClipOrderForm
from studio.forms.fields import PlainText
from studio.forms.sheets import LONGEST_TEXT
from studio.text.parts import has_words

LABEL = "New words"
NONE = "Write the words for this part."
ROWS = 16  # at most, before it scrolls


class WordsForm(ClipOrderForm):
    """The order that replaces a part, with the lines that are sung there."""

    words_first = True  # above the waveform: they are what the page is for

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = self.fields["lyrics"]
        words.label, words.help_text = LABEL, _help(self.operation.field("lyrics"))
        words.widget.attrs = _attributes(self["lyrics"].value())

    def clean_lyrics(self) -> str:
        return _words(self.cleaned_data["lyrics"], f"{NONE} To change the music alone, use Replace part.")


class NewLinesForm(forms.Form):
    """The lines alone, for a song that nobody can replace a part of."""

    lyrics = PlainText(label=LABEL, strip=False, max_length=LONGEST_TEXT, error_messages={"required": NONE})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lyrics"].widget = forms.Textarea(attrs=_attributes(self["lyrics"].value()))

    def clean_lyrics(self) -> str:
        return _words(self.cleaned_data["lyrics"], NONE)


def _words(text: str, otherwise: str) -> str:
    """Without the empty lines around them, which belong to the song's other lines."""
    if not has_words(text):
        raise forms.ValidationError(otherwise)
    return text.strip("\n")


def _attributes(text: Any) -> dict[str, Any]:
    """As high as what stands in it, as far as it can be seen at once."""
    return {"rows": min(max(str(text or "").count("\n") + 2, 4), ROWS), "class": "lyrics"}


def _help(field: Any) -> str:
    return f"At most {field.max_length:,} characters. The other lines of the song stay as they are."
