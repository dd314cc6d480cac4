"""The items that a finished task shows under `data` (upstream.md 1.7). Pure.

They are kept with the names of the media files; addressed() makes addresses of them.

No source names a field of this contract that says when the words are sung. `lyrics_timestamped` is the
sandbox's own addition: JSON text, as the song of useapi.net has it (6), of entries such as the sonic family's
(5.1).
"""

import json
from typing import Any

from studio.sandbox.types import Clip

# The item of a webhook (upstream.md 2.3) and of the older API: other field order, and no wav_url.
OLDER_ORDER = (
    "clip_id",
    "title",
    "sound",
    "lyrics",
    "image_url",
    "audio_url",
    "video_url",
    "created_at",
    "mv",
    "seed",
    "duration",
    "state",
)
NEWER = ("wav_url", "lyrics_timestamped")

Item = dict[str, Any]


def music(clip: Clip) -> Item:
    """create_music, extend_music, replace_music and cover_music."""
    return {
        "clip_id": clip.id,
        "title": clip.title,
        "sound": clip.sound or None,
        "lyrics": clip.lyrics,
        "audio_url": clip.audio,
        "wav_url": clip.wav,
        "image_url": clip.cover,
        "video_url": None,
        "duration": clip.duration,
        "mv": clip.mv,
        "seed": clip.seed,
        "state": "succeeded",
        "created_at": clip.created_at,
        **_timestamped(clip.words),
    }


def _timestamped(words: list[list[Any]]) -> Item:
    """What is added where somebody sings."""
    times = [{"word": text, "start_s": start, "end_s": end} for text, start, end in words]
    return {"lyrics_timestamped": json.dumps(times)} if times else {}


def lyrics(lyrics_id: str, text: str, title: str, sound: str, created_at: str) -> Item:
    """make_lyrics, the only one without a state."""
    return {
        "lyrics_id": lyrics_id,
        "lyrics": text,
        "title": title,
        "sound": sound,
        "created_at": created_at,
    }


def video(clip: Clip, file: str, created_at: str) -> Item:
    """video_clip, which repeats the clip's id."""
    return {
        "clip_id": clip.id,
        "title": clip.title,
        "audio_url": clip.audio,
        "video_url": file,
        "image_url": clip.cover,
        "duration": clip.duration,
        "state": "succeeded",
        "created_at": created_at,
    }


def upload(clip: Clip) -> Item:
    """upload, whose clip has a new id."""
    return {
        "clip_id": clip.id,
        "audio_url": clip.audio,
        "duration": clip.duration,
        "state": "succeeded",
        "created_at": clip.created_at,
    }


def download(clip: Clip, file: str, format: str, created_at: str) -> Item:
    """download, which repeats the clip's id."""
    return {
        "clip_id": clip.id,
        "format": format,
        "audio_url": file,
        "state": "succeeded",
        "created_at": created_at,
    }


def addressed(item: Item, origin: str) -> Item:
    """The item with the addresses of its files, which start with `origin`."""
    return {
        name: f"{origin}/media/{value}" if name.endswith("_url") and value else value
        for name, value in item.items()
    }


def older(item: Item) -> Item:
    """The item as webhooks and the older API show it."""
    names = [name for name in OLDER_ORDER if name in item]
    names += [name for name in item if name not in (*OLDER_ORDER, *NEWER)]
    return {name: item[name] for name in names}
