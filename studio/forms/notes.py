"""What people write on a clip: title, notes and tags."""

import re

from django import forms

from studio.forms.fields import AsShown, PlainText
from studio.models import Clip, Tag
from studio.models.search import fold

LONGEST_TAG = Tag._meta.get_field("key").max_length or 0
LONGEST_TITLE = Clip._meta.get_field("title").max_length or 0
LONGEST_NOTES = 10_000
MOST_TAGS = 20  # in one entry: no song has more


def too_long(what: str, most: int) -> str:
    return f"{what} at most {most:,} characters; these are %(show_value)s."


class NotesForm(forms.Form):
    title = PlainText(
        label="Title",
        max_length=LONGEST_TITLE,
        error_messages={
            "required": "Give the song a title.",
            "max_length": too_long("A title has", LONGEST_TITLE),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    notes = PlainText(
        label="Notes",
        required=False,
        max_length=LONGEST_NOTES,
        error_messages={"max_length": too_long("Notes have", LONGEST_NOTES)},
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    before = AsShown()  # the notes as they were shown

    @classmethod
    def of(cls, clip: Clip) -> "NotesForm":
        return cls(initial={"title": clip.title, "notes": clip.notes, "before": clip.notes})

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"]
        return " ".join(title.split())


class TagsForm(forms.Form):
    add = PlainText(
        label="Add tags",
        help_text="Several with commas between them.",
        error_messages={"required": "Type a tag first."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "known-tags"}),
    )

    def clean_add(self) -> list[str]:
        """The names, each once."""
        names = [" ".join(name.split()) for name in re.split("[,\n]", self.cleaned_data["add"])]
        by_key = {fold(name): name for name in reversed(names) if name}
        if len(by_key) > MOST_TAGS:
            raise forms.ValidationError(f"A song has at most {MOST_TAGS} tags; these are {len(by_key):,}.")
        for key, name in by_key.items():
            _check(key, name)
        return list(reversed(by_key.values()))


def _check(key: str, name: str) -> None:
    if not key:
        raise forms.ValidationError(f"“{name[:LONGEST_TAG]}” has no letter and no digit.")
    if (length := max(len(key), len(name))) > LONGEST_TAG:
        said = f"“{name[:LONGEST_TAG]}…” has {length:,} characters; a tag has at most {LONGEST_TAG}."
        raise forms.ValidationError(said)
