"""The text of a lyric sheet, what is told about it, and how two texts become one."""

import re
import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from studio.forms.fields import AsShown, PlainText
from studio.forms.uploads import as_title, title_of
from studio.models import LyricRevision, LyricSheet
from studio.text import files

LONGEST_TITLE = 80
LONGEST_TEXT = LyricRevision.LONGEST
LONGEST_NOTE = LyricRevision._meta.get_field("note").max_length or 0
LONGEST_NOTES = 10_000
LONGEST_LANGUAGE = LyricSheet._meta.get_field("language").max_length or 0
LOST_BASE = "This page has lost track of its version. Copy your text, reload the page and save it again."
TAG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)
# What is offered; any other tag may be typed.
LANGUAGES = {
    "ar": "Arabic",
    "zh": "Chinese",
    "da": "Danish",
    "nl": "Dutch",
    "en": "English",
    "fi": "Finnish",
    "fr": "French",
    "de": "German",
    "el": "Greek",
    "he": "Hebrew",
    "hi": "Hindi",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "pt-BR": "Portuguese (Brazil)",
    "ru": "Russian",
    "es": "Spanish",
    "sv": "Swedish",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
}
TAGS = {name.casefold(): tag for tag, name in LANGUAGES.items()} | {tag.casefold(): tag for tag in LANGUAGES}


def too_long(what: str) -> dict[str, str]:
    return {"max_length": f"{what} at most %(limit_value)d characters; this has %(show_value)d."}


def title_field() -> PlainText:
    return PlainText(required=False, max_length=LONGEST_TITLE, error_messages=too_long("A title has"))


def text_field() -> PlainText:
    messages = too_long("A sheet holds")
    return PlainText(
        label="Lyrics", required=False, strip=False, max_length=LONGEST_TEXT, error_messages=messages
    )


def note_field() -> PlainText:
    return PlainText(required=False, max_length=LONGEST_NOTE, error_messages=too_long("A note has"))


def number_field() -> forms.IntegerField:
    messages = dict.fromkeys(("required", "invalid", "min_value", "max_value"), LOST_BASE)
    return forms.IntegerField(min_value=1, max_value=2**31 - 1, error_messages=messages)


class LanguageField(PlainText):
    """A tag such as "pt-BR"; the names of the languages that are offered are understood too."""

    def __init__(self) -> None:
        about = {"help_text": "Choose one, or type its short tag such as pt-BR."}
        attrs = {"list": "languages", "autocomplete": "off", "maxlength": LONGEST_LANGUAGE}
        super().__init__(required=False, widget=forms.TextInput(attrs=attrs), **about)

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value)
        tag = TAGS.get(typed.casefold(), typed)
        if tag and (len(tag) > LONGEST_LANGUAGE or not TAG.fullmatch(tag)):
            raise forms.ValidationError(
                "This is no language that we know: choose one, or type a tag like en."
            )
        return tag


class DraftKeyField(forms.CharField):
    """Names the window's draft, which a save settles. Nobody typed it: what can't be read is none."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput)
        self.validators = []

    def to_python(self, value: Any) -> uuid.UUID | None:  # type: ignore[override]
        try:
            return uuid.UUID(str(value))
        except ValueError:
            return None


class WholeForm(forms.Form):
    """A form that came without its text at all was cut on its way: nobody has emptied anything."""

    written = "text"

    def clean(self) -> dict[str, Any]:
        if self.written not in self.data:
            # What is shown now has no text either: it must not be saved by a second press.
            self.data = {**dict(self.data.items()), "base": ""}
            if "base" not in self.errors:
                self.add_error("base", LOST_BASE)
        return super().clean() or {}


class SheetForm(WholeForm):
    """The text of a sheet. `base` is the version that the writing began with."""

    title = title_field()
    title_shown = AsShown()
    text = text_field()
    base = number_field()
    note = note_field()
    draft_key = DraftKeyField()


class NewSheetForm(forms.Form):
    """A sheet that is written, pasted, or read from a file."""

    title = title_field()
    text = text_field()
    language = LanguageField()
    file = forms.FileField(required=False, error_messages={"empty": "This file is empty; choose another."})

    def clean_file(self) -> UploadedFile | None:
        file = self.cleaned_data["file"]
        limit = settings.LYRICS_MAX_BYTES
        if file and file.size > limit:
            raise forms.ValidationError(
                f"This file has {file.size / 1000:,.0f} kB; lyrics have at most {limit / 1000:.0f} kB."
            )
        return file

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        file = data.pop("file", None)
        if self.errors:
            return data
        if file and data["text"].strip():
            self.add_error("file", "A file and a text are two sheets. Clear the text, or save it first.")
        elif file:
            self._read(file, data)
        elif not data["title"] and not data["text"].strip():
            self.add_error("text", "Write a first line, give the sheet a title, or choose a file.")
        return data

    def _read(self, file: UploadedFile, data: dict[str, Any]) -> None:
        """Put the file's words where they would have been typed."""
        name, content, titled = file.name or "", file.read(), ""
        try:
            data["text"] = self.fields["text"].clean(files.read(content, name))
            titled = as_title(files.titled(content, name))
        except ValueError as error:
            self.add_error("file", str(error))
        except forms.ValidationError as error:
            self.add_error("file", error)
        data["title"] = data["title"] or titled or title_of(name)


# What is told about a sheet -> the field that says how it was shown.
SHOWN = {"title": "title_shown", "language": "language_shown", "notes": "before"}


class AboutForm(forms.Form):
    """What a sheet is called, in which language it is, and what there is to say about it."""

    title = PlainText(
        label="Title",
        max_length=LONGEST_TITLE,
        error_messages={"required": "Give the sheet a title.", **too_long("A title has")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    language = LanguageField()
    notes = PlainText(
        label="Notes",
        required=False,
        max_length=LONGEST_NOTES,
        error_messages=too_long("Notes have"),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    before = AsShown()  # the notes as they were shown
    title_shown = AsShown()
    language_shown = AsShown()

    @classmethod
    def of(cls, sheet: LyricSheet) -> "AboutForm":
        about = {name: getattr(sheet, name) for name in SHOWN}
        return cls(initial=about | {SHOWN[name]: value for name, value in about.items()})


class MergeForm(WholeForm):
    """One's own text, the version that it began with, and the one that somebody saved meanwhile."""

    written = "mine"
    title = title_field()
    title_shown = AsShown()
    mine = text_field()
    base = number_field()
    theirs = number_field()
    note = note_field()
    draft_key = DraftKeyField()
