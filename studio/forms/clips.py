"""An order that works on a clip: extend, replace, cover, film, download. Its fields are the provider's."""

import math
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from studio.forms.fields import PlainText, form_key
from studio.models import Clip
from studio.music_api.fields import Field
from studio.music_api.providers import Operation, validate

CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,4}(?:\.\d{1,3})?)")
PART_S = 20  # seconds that "Replace part" proposes, in the middle of the song
SHORTEST_PART_S = 1
ROUNDING_S = 0.5  # what a person may be off who reads the song's length from the screen
LOOKS = {
    "simple": "The cover, and the wave moving past.",
    "modern": "Big letters, and a wave that swings with the song.",
    "player": "A player that fills up as the song goes on.",
}
FORMATS = {
    "mp3": "Small; plays everywhere.",
    "wav": "For mixing and editing; large.",
}


@dataclass(frozen=True)
class Option:
    """One of the radio buttons of a choice."""

    value: str
    name: str
    text: str
    chosen: bool


def clock(seconds: float) -> str:
    """45.37 -> "0:45.3": never later than the moment itself, and without needless tenths."""
    tenths = math.floor(round(10 * seconds, 3))
    minutes, rest = divmod(tenths, 600)
    return f"{minutes}:{rest // 10:02d}" + (f".{rest % 10}" if rest % 10 else "")


class SecondsField(forms.Field):
    """A moment or a length, as seconds ("45", "45.5") or as minutes and seconds ("0:45")."""

    def to_python(self, value: Any) -> float | None:
        text = str(value or "").strip().replace(",", ".")
        if not text:
            return None
        found = CLOCK.fullmatch(text)
        if found is None or (found[1] and float(found[2]) >= 60):
            raise forms.ValidationError("Write minutes and seconds, such as 1:05.")
        return 60 * int(found[1] or 0) + float(found[2])

    def prepare_value(self, value: Any) -> Any:
        return clock(value) if isinstance(value, int | float) else value


class ClipOrderForm(forms.Form):
    """One order of `operation` for `clip`. Field names are those of the wire."""

    form_key = form_key()
    again = forms.IntegerField(required=False, widget=forms.HiddenInput)  # the task this one repeats
    comment = forms.IntegerField(required=False, widget=forms.HiddenInput)  # the remark that it answers

    def __init__(self, *args: Any, operation: Operation, clip: Clip, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.operation, self.clip = operation, clip
        self.offered = [field for field in operation.fields if field.name != "clip_id"]
        for field in self.offered:
            self.fields[field.name] = _form_field(field)
            self.fields[field.name].help_text = _help(operation, field, clip.duration)
        self.initial = {**_proposed(operation, clip), **self.initial}
        self.initial.setdefault("form_key", uuid.uuid4())

    @staticmethod
    def part_of(clip: Clip, operation: Operation, given: Mapping[str, str]) -> dict[str, float]:
        """The part that was chosen on the song's page, `?start=12.5&end=30`; nonsense counts as absent."""
        named = {"starts_at": given.get("start", ""), "ends_at": given.get("end", "")}
        found = {name: CLOCK.fullmatch(text) for name, text in named.items() if operation.field(name)}
        moments = {name: float(match[2]) for name, match in found.items() if match and not match[1]}
        return {name: moment for name, moment in moments.items() if moment <= clip.duration + ROUNDING_S}

    @staticmethod
    def part_meant(clip: Clip, operation: Operation, start: float, end: float | None) -> dict[str, float]:
        """The part that a comment is about. What is said of a moment is meant of what follows it; a part is
        long enough to be replaced."""
        until = max(min(end or start + PART_S, clip.duration), SHORTEST_PART_S)
        first = start if not operation.field("ends_at") else min(start, until - SHORTEST_PART_S)
        part = {"starts_at": first, "ends_at": until}
        return {name: moment for name, moment in part.items() if operation.field(name)}

    @property
    def price(self) -> int:
        return self.operation.price

    @property
    def options(self) -> list[Option]:
        """The looks of a video, or the formats of a file."""
        field = next((field for field in self.offered if field.kind == "choice"), None)
        if field is None:
            return []
        names = {"mp3": "MP3", "wav": "WAV"}
        chosen = self[field.name].value()
        return [
            Option(each, names.get(each, each.capitalize()), self._text_of(each), each == chosen)
            for each in field.choices
        ]

    def _text_of(self, option: str) -> str:
        has = option in FORMATS and self.clip.asset(option) is not None
        return f"{(LOOKS | FORMATS).get(option, '')}{' The song has one already.' if has else ''}"

    @property
    def end(self) -> float:
        """The last moment that can be named, in seconds."""
        return math.floor(10 * self.clip.duration) / 10

    @property
    def changes_most(self) -> bool:
        """Whether more than half of the song would be new, as far as what was typed can be read."""
        start, end = (self._moment(name) for name in ("starts_at", "ends_at"))
        return start is not None and end is not None and end - start > self.clip.duration / 2

    def _moment(self, name: str) -> float | None:
        if name not in self.fields:
            return None
        try:
            return SecondsField().to_python(self[name].value())
        except forms.ValidationError:
            return None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("starts_at", "ends_at"):
            if self.end < (data.get(name) or 0) <= self.clip.duration + ROUNDING_S:
                data[name] = self.end
        params = {**data, "clip_id": self.clip.upstream_id}
        sentences = {
            **validate(self.operation, (), params),
            **_bounds_errors(self.offered, data),
            **_range_errors(data, self.clip.duration),
        }
        for name, sentence in sentences.items():
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, sentence)
        return data

    def order(self) -> dict[str, Any]:
        """What `services.tasks.order` takes: empty fields are left out."""
        names = [field.name for field in self.offered]
        given = {name: self.cleaned_data[name] for name in names if self.cleaned_data[name] not in (None, "")}
        return {
            "provider": self.clip.provider,
            "operation": self.operation.name,
            "source": self.clip,
            "params": {**given, "clip_id": self.clip.upstream_id},
            "form_key": self.cleaned_data["form_key"],
        }


def _proposed(operation: Operation, clip: Clip) -> dict[str, Any]:
    """Where the form begins: at the end of the song, around its middle, or with a format it has not yet."""
    if formats := operation.field("format"):
        lacking = (each for each in formats.choices if clip.asset(each) is None)
        return {"format": next(lacking, formats.default)}
    if operation.field("ends_at"):
        middle, half = clip.duration / 2, PART_S / 2
        return {
            "starts_at": max(round(middle - half), 0),
            "ends_at": min(round(middle + half), clip.duration),
        }
    return {"starts_at": clip.duration} if operation.field("starts_at") else {}


def _help(operation: Operation, field: Field, duration: float) -> str:
    """The limits, told before anything is paid."""
    song, most = f"The song ends at {clock(duration)}.", f"At most {field.max_length:,} characters."
    match operation.name, field.name:
        case "extend_music", "starts_at":
            return f"From here on the music is new. {song}"
        case _, "starts_at" | "ends_at":
            return song if field.name == "ends_at" else "Minutes and seconds, such as 0:45."
        case _, "length":
            return f"From {clock(field.minimum)} to {clock(field.maximum)} of new music."
        case "cover_music", "instruction":
            return f"Style, voice, instruments. {most}"
        case _, "instruction":
            return f"What should happen there. {most} May stay empty."
        case _, "lyrics":
            return f"Words for the new part. {most} May stay empty."
        case _, "strength":
            return "0 stays close to the original, 1 is free of it."
        case _, "title":
            return f"{most} Empty: as the song is called."
    return ""


def _form_field(field: Field) -> forms.Field:
    common: dict[str, Any] = {"label": field.label, "required": False, "initial": field.default}
    match field.kind:
        case "seconds":
            return SecondsField(**common)
        case "choice":
            return forms.ChoiceField(choices=[(each, each) for each in field.choices], **common)
        case "text" if field.max_length > 200:
            return PlainText(widget=forms.Textarea(attrs={"rows": 3}), strip=False, **common)
    return PlainText(**common)


def _bounds_errors(fields: list[Field], data: dict[str, Any]) -> dict[str, str]:
    """Lengths are named on the clock, as they were typed."""
    seconds = [(field, data.get(field.name)) for field in fields if field.kind == "seconds"]
    return {
        field.name: f"{field.label}: from {clock(field.minimum)} to {clock(field.maximum)}, please."
        for field, value in seconds
        if value is not None and not field.minimum <= value <= field.maximum
    }


def _range_errors(data: dict[str, Any], duration: float) -> dict[str, str]:
    """What only the clip itself can tell: whether the moments lie in it, one after the other."""
    start, end = data.get("starts_at"), data.get("ends_at")
    errors = {}
    for name, moment in (("starts_at", start), ("ends_at", end)):
        if moment is not None and moment > duration:
            errors[name] = f"The song ends at {clock(duration)}."
    if start is not None and end is not None and end - start < SHORTEST_PART_S:
        late = "end after it begins" if end <= start else "last at least a second"
        errors["ends_at"] = f"The part has to {late}."
    return errors
