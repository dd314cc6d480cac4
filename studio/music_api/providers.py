"""The providers as data: what each offers, what it costs, and what it accepts.

Add a provider, a model or an operation here and the screens offer it; nothing else knows their names.
A file of the team's own may change prices, models and limits (overrides.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from studio.music_api.operations import (
    COVER_MUSIC,
    CREATE_MUSIC,
    CREATE_WITH_LYRIA,
    DOWNLOAD,
    EXTEND_MUSIC,
    IMPORT,
    KNOWN,
    MAKE_LYRICS,
    REPLACE_MUSIC,
    UPLOAD,
    VIDEO_CLIP,
    Operation,
    request_body,
    validate,
)

__all__ = ["PROVIDERS", "Model", "Operation", "Provider", "label_of", "request_body", "validate"]


@dataclass(frozen=True)
class Model:
    """A value of `mv`. `seconds` is how long it usually takes, from and to."""

    name: str
    seconds: tuple[int, int]
    note: str


@dataclass(frozen=True)
class Provider:
    """`concurrency` is tasks in flight at once, `min_interval_s` the pause between two paid calls.

    `dialect` is the family of contract: Producer's tasks and balance, or useapi.net's plain download.
    """

    name: str
    label: str
    base_url: str
    operations: tuple[Operation, ...]
    models: tuple[Model, ...]
    default_model: str
    concurrency: int
    min_interval_s: float
    media_hosts: tuple[str, ...]
    dialect: Literal["producer", "useapi"] = "producer"

    def operation(self, name: str) -> Operation:
        """KeyError for one that this provider does not have."""
        return {operation.name: operation for operation in self.operations}[name]

    def offers(self, name: str) -> bool:
        """Whether it sells the operation of this name."""
        return any(operation.name == name for operation in self.operations)

    @property
    def model_names(self) -> tuple[str, ...]:
        """The values that `mv` may have, in the order they are offered."""
        return tuple(model.name for model in self.models)

    @property
    def has_balance(self) -> bool:
        """Whether it counts credits that can be asked for."""
        return self.dialect == "producer"


def label_of(operation: str) -> str:
    """What people call an operation, also one that no provider offers any more."""
    return KNOWN[operation].label if operation in KNOWN else operation


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
LYRIA = Model("Lyria 3 Pro", (30, 30), "the only one here; up to four minutes")

# The vendors answer 429 to too many tasks at once but name no number (upstream.md 3.4): four is a careful
# start. Nor do they name a pause between two orders; one second is ours.
AIMUSICAPI = Provider(
    name="aimusicapi",
    label="AI Music API",
    base_url="https://api.aimusicapi.ai",
    operations=(CREATE_MUSIC, MAKE_LYRICS, VIDEO_CLIP, UPLOAD, DOWNLOAD),
    models=FUZZ_MODELS,
    default_model="FUZZ-2.0",
    concurrency=4,
    min_interval_s=1.0,
    media_hosts=("musicapi-cdn.b-cdn.net", "storage.googleapis.com"),
)

MUSICAPI = Provider(
    name="musicapi",
    label="MusicAPI",
    base_url="https://api.musicapi.ai",
    operations=(CREATE_WITH_LYRIA, EXTEND_MUSIC, REPLACE_MUSIC, COVER_MUSIC, UPLOAD, DOWNLOAD),
    models=(LYRIA,),
    default_model=LYRIA.name,
    concurrency=4,
    min_interval_s=1.0,
    media_hosts=("musicapi-cdn.b-cdn.net", "cdn.musicapi.ai", "storage.googleapis.com"),
)

USEAPI = Provider(
    name="useapi",
    label="useapi.net Riffusion",
    base_url="https://api.useapi.net",
    operations=(IMPORT,),
    models=(),
    default_model="",
    concurrency=2,
    min_interval_s=1.0,
    media_hosts=("storage.googleapis.com",),
    dialect="useapi",
)

SANDBOX = replace(
    AIMUSICAPI,
    name="sandbox",
    label="Sandbox",
    base_url="http://127.0.0.1:8100",
    operations=(
        *AIMUSICAPI.operations[:1],
        EXTEND_MUSIC,
        REPLACE_MUSIC,
        COVER_MUSIC,
        *AIMUSICAPI.operations[1:],
    ),
    models=(*FUZZ_MODELS, replace(LYRIA, note="up to four minutes")),
    min_interval_s=0.0,
    media_hosts=(),
)

PROVIDERS: dict[str, Provider] = {
    provider.name: provider for provider in (AIMUSICAPI, MUSICAPI, USEAPI, SANDBOX)
}
