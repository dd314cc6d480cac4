"""When the lines of a song are sung, as text or as a file."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from studio.forms.fields import AsShown, PlainText
from studio.models import Timing
from studio.text import files, following
from studio.text.timing import Line, read_lrc

LONGEST = 100_000  # characters
AS_IT_IS = "times.txt"  # of an .lrc file only the words would be read


class TimingForm(forms.Form):
    """Text in the .lrc form. `lyrics` are the song's, `duration` is its length in seconds."""

    lrc = PlainText(
        label="Lines and times",
        required=False,
        strip=False,
        max_length=LONGEST,
        error_messages={"max_length": "This has %(show_value)d characters; at most %(limit_value)d go in."},
    )
    file = forms.FileField(
        label="Or an .lrc file",
        required=False,
        error_messages={"empty": "This file is empty; choose another."},
    )
    before = AsShown()  # the version of the times as they were shown

    def __init__(self, *args: Any, lyrics: str, duration: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lyrics, self.duration = lyrics, duration
        self.lines: list[Line] = []

    @property
    def source(self) -> str:
        return Timing.Source.FILE if self.cleaned_data.get("file") else Timing.Source.HAND

    def clean_file(self) -> str:
        """Its text; "" without a file."""
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is None:
            return ""
        limit, size = settings.LYRICS_MAX_BYTES, file.size or 0
        if size > limit:
            raise forms.ValidationError(
                f"This file has {size / 1000:,.0f} kB; times have at most {limit / 1000:.0f} kB."
            )
        try:
            return files.read(file.read(), AS_IT_IS)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors or self._removes(data):
            return data
        name, reader = ("file", read_lrc) if data["file"] else ("lrc", following.read)
        try:
            self.lines = self._within(reader(data[name], self.lyrics))
        except ValueError as error:
            sentence = str(error)
            self.add_error(name, sentence if data["file"] else sentence.replace("This file", "This text"))
        return data

    def _removes(self, data: dict[str, Any]) -> bool:
        """Whether there were times, and nothing but the song's own words is left: a mistyped time is no such
        wish."""
        words = {line.strip() for line in self.lyrics.splitlines()}
        bare = all(line.strip() in words for line in data["lrc"].split("\n") if line.strip())
        return bool(data["before"]) and not data["file"] and bare

    def _within(self, lines: Iterable[Line]) -> list[Line]:
        """Raises ValueError for a line that begins after the end of the song."""
        found = list(lines)
        late = next((line for line in found if line.start > self.duration), None)
        if late:
            begins, ends = _clock(late.start), _clock(self.duration)
            raise ValueError(f"“{late.text[:40]}” begins at {begins}, and the song ends at {ends}.")
        return [Line(each.line, each.text, each.start, min(each.end, self.duration)) for each in found]


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"
