"""The valid requests of the Producer contract, defaults filled in (upstream.md 1.2-1.4). Times in seconds."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, kw_only=True)
class Order:
    """`clip_id` is the clip that the order works on; a new clip gets an id of its own."""

    task_type: ClassVar[str]
    makes_clip: ClassVar[bool] = True
    clip_id: str | None = None
    webhook_url: str
    webhook_secret: str


@dataclass(frozen=True, kw_only=True)
class CreateMusic(Order):
    task_type = "create_music"
    sound: str
    lyrics: str
    title: str
    seed: str
    mv: str
    make_instrumental: bool
    lyrics_strength: float
    sound_strength: float


@dataclass(frozen=True, kw_only=True)
class ExtendMusic(Order):
    task_type = "extend_music"
    starts_at: float
    length: float
    instruction: str
    lyrics: str
    seed: str
    mv: str


@dataclass(frozen=True, kw_only=True)
class ReplaceMusic(Order):
    task_type = "replace_music"
    starts_at: float
    ends_at: float
    instruction: str
    lyrics: str
    seed: str
    mv: str


@dataclass(frozen=True, kw_only=True)
class CoverMusic(Order):
    task_type = "cover_music"
    instruction: str
    strength: float
    title: str
    seed: str
    mv: str


@dataclass(frozen=True, kw_only=True)
class MakeLyrics(Order):
    task_type = "make_lyrics"
    makes_clip = False
    prompt: str
    seed: str


@dataclass(frozen=True, kw_only=True)
class VideoClip(Order):
    task_type = "video_clip"
    makes_clip = False
    preset: str


@dataclass(frozen=True, kw_only=True)
class Upload(Order):
    task_type = "upload"
    audio_url: str


@dataclass(frozen=True, kw_only=True)
class Download(Order):
    task_type = "download"
    makes_clip = False
    format: str


ORDERS: dict[str, type[Order]] = {
    kind.task_type: kind
    for kind in (
        CreateMusic,
        ExtendMusic,
        ReplaceMusic,
        CoverMusic,
        MakeLyrics,
        VideoClip,
        Upload,
        Download,
    )
}
