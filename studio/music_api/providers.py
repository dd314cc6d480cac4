"""The providers as data: what each offers, what it costs, and what it accepts.

Add a provider, a model or an operation here and the screens offer it; nothing else knows their names.
Prices and models are those of 2026-04-27 (upstream.md 1.1, 1.8, 4.2).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

Value = str | float | bool
Kind = Literal["text", "digits", "number", "flag", "model"]


@dataclass(frozen=True)
class Model:
    """A value of `mv`. `seconds` is how long it usually takes, from and to."""

    name: str
    seconds: tuple[int, int]
    note: str


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
    plural: bool = False  # "lyrics have", where others say "a title has"

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
            "flag": self._clean_flag,
            "model": str,
        }
        return cleaners[self.kind](value)

    def _clean_text(self, value: object) -> str:
        if not isinstance(value, str) or re.search("[\0\ud800-\udfff]", value):
            raise ValueError(f"{self.label} cannot hold one of these characters; please type it again.")
        # NFC makes at most four characters one, and takes minutes over a megabyte of accents.
        text = unicodedata.normalize("NFC", value) if len(value) <= 4 * self.max_length else value
        if len(text) > self.max_length:
            subject, this = (self.label, "these") if self.plural else (f"A {self.label.lower()}", "this one")
            has = "have" if self.plural else "has"
            raise ValueError(
                f"{subject} {has} at most {self.max_length:,} characters; {this} {has} {len(text):,}."
            )
        return text

    def _clean_digits(self, value: object) -> str:
        if type(value) is int and 0 <= value < 10**self.max_length:
            value = str(value)
        if not isinstance(value, str) or not re.fullmatch(rf"[0-9]{{1,{self.max_length}}}", value):
            raise ValueError(f"A {self.label.lower()} is a whole number of at most {self.max_length} digits.")
        return value

    def _clean_number(self, value: object) -> float:
        try:
            number = float(value) if isinstance(value, (str, int, float)) else math.nan
        except (ValueError, OverflowError):
            number = math.nan
        if isinstance(value, bool) or not self.minimum <= number <= self.maximum:
            raise ValueError(f"{self.label} is a number from {self.minimum:g} to {self.maximum:g}.")
        return number

    def _clean_flag(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise ValueError(f"{self.label} is either on or off.")
        return value


@dataclass(frozen=True)
class Operation:
    """One thing a provider sells. `needs` are the fields of a result without which a SUCCESS is none."""

    name: str
    path: str
    task_type: str
    price: int
    fields: tuple[Field, ...]
    one_of: tuple[str, ...]
    needs: tuple[str, ...]
    verb: str


@dataclass(frozen=True)
class Provider:
    """`concurrency` is tasks in flight at once, `min_interval_s` the pause between two paid calls."""

    name: str
    label: str
    base_url: str
    operations: tuple[Operation, ...]
    models: tuple[Model, ...]
    default_model: str
    concurrency: int
    min_interval_s: float
    media_hosts: tuple[str, ...]

    def operation(self, name: str) -> Operation:
        """KeyError for one that this provider does not have."""
        return {operation.name: operation for operation in self.operations}[name]

    @property
    def model_names(self) -> tuple[str, ...]:
        return tuple(model.name for model in self.models)


def validate(operation: Operation, models: Collection[str], params: Mapping[str, object]) -> dict[str, str]:
    """What a person must change before this order may cost money: wire field -> sentence, or nothing.

    `params` is by wire name and may hold anything; names the operation does not have are ignored.
    """
    errors: dict[str, str] = {}
    body: dict[str, Value] = {}
    for field in operation.fields:
        try:
            value = field.clean(params.get(field.name))
        except ValueError as error:
            errors[field.name] = str(error)
            continue
        if field.kind == "model" and value is not None and value not in models:
            errors[field.name] = "This model is not offered; choose one from the list."
        elif value is not None:
            body[field.name] = value
    if operation.one_of and not any(name in body or name in errors for name in operation.one_of):
        labels = [field.label.lower() for field in operation.fields if field.name in operation.one_of]
        errors[operation.one_of[0]] = f"This needs at least one of: {', '.join(labels)}."
    return errors


def request_body(operation: Operation, params: Mapping[str, object]) -> dict[str, Value]:
    """The JSON object to POST: the task type and the known, non-empty fields; ValueError for a bad one."""
    body: dict[str, Value] = {"task_type": operation.task_type}
    for field in operation.fields:
        value = field.clean(params.get(field.name))
        if value is not None:
            body[field.name] = value
    return body


# The vendor documents no upper length for sound and lyrics; 2,000 and 5,000 are where its integrators cut
# (upstream.md 1.2). The ten digits of a seed are our own limit: they fit any 32-bit number.
CREATE_MUSIC = Operation(
    name="create_music",
    path="/api/v1/producer/create",
    task_type="create_music",
    price=10,
    fields=(
        Field("sound", "text", "Sound description", max_length=2000),
        Field("lyrics", "text", "Lyrics", max_length=5000, plural=True),
        Field("title", "text", "Title", max_length=80),
        Field("mv", "model", "Model"),
        Field("make_instrumental", "flag", "Instrumental", default=False),
        Field("seed", "digits", "Seed", max_length=10),
        Field("lyrics_strength", "number", "Lyrics strength", minimum=0, maximum=1, default=0.5),
        Field("sound_strength", "number", "Sound strength", minimum=0.2, maximum=1, default=0.5),
    ),
    one_of=("sound", "lyrics"),
    needs=("clip_id", "audio_url"),
    verb="Create",
)

# Times and notes are the vendor's own (upstream.md 1.8).
FUZZ_MODELS = (
    Model("FUZZ-2.0 Pro", (20, 30), "recommended; a retry now and then"),
    Model("FUZZ-2.0", (0, 30), "very stable"),
    Model("FUZZ-2.0 Raw", (0, 30), "very stable"),
    Model("FUZZ-1.1 Pro", (30, 50), "stable"),
    Model("FUZZ-1.0 Pro", (0, 30), "very stable"),
    Model("FUZZ-1.0", (30, 50), "stable"),
    Model("FUZZ-1.1", (30, 50), "fails now and then"),
    Model("FUZZ-0.8", (30, 50), "legacy; fails now and then"),
    Model("Lyria 3 preview", (30, 50), "fails now and then"),
    Model("FUZZ-3-Demo", (50, 80), "newest demo; often fails"),
)

# The vendor answers 429 to too many tasks at once but names no number (upstream.md 3.4): four is a careful
# start. Nor does it name a pause between two orders; one second is ours.
AIMUSICAPI = Provider(
    name="aimusicapi",
    label="AI Music API",
    base_url="https://api.aimusicapi.ai",
    operations=(CREATE_MUSIC,),
    models=FUZZ_MODELS,
    default_model="FUZZ-2.0",
    concurrency=4,
    min_interval_s=1.0,
    media_hosts=("musicapi-cdn.b-cdn.net", "storage.googleapis.com"),
)

SANDBOX = replace(
    AIMUSICAPI,
    name="sandbox",
    label="Sandbox",
    base_url="http://127.0.0.1:8100",
    min_interval_s=0.0,
    media_hosts=(),
)

PROVIDERS: dict[str, Provider] = {provider.name: provider for provider in (AIMUSICAPI, SANDBOX)}
