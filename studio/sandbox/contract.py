"""Which requests the Producer contract accepts (upstream.md 1.2-1.4). Pure: bytes in, Order out.

"The page" is the vendor's "Producer API - Complete Request Examples" of 2026-04-27, the newest source of
aimusicapi (upstream.md 0). Where no source gives the words of an error, they follow the page's one example:
The '<field>' field ...
"""

import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

from studio.sandbox.bodies import not_found
from studio.sandbox.form import Form, invalid, read_object
from studio.sandbox.orders import (
    CoverMusic,
    CreateMusic,
    Download,
    ExtendMusic,
    MakeLyrics,
    Order,
    ReplaceMusic,
    Upload,
    VideoClip,
)
from studio.sandbox.profiles import LYRIA, Profile
from studio.sandbox.types import Clip, Refusal

CREATE = "/api/v1/producer/create"
# path -> the one task type that it takes; CREATE names its task type in the body.
ENDPOINTS = {
    CREATE: None,
    "/api/v1/producer/lyrics-create": "make_lyrics",
    "/api/v1/producer/video-clip": "video_clip",
    "/api/v1/producer/upload": "upload",
    "/api/v1/producer/download": "download",
}
TITLE_LENGTH = 80
PROMPT_LENGTH = 3000
WEBHOOK_URL_LENGTH = 1024
AUDIO_URL_LENGTH = 2048
LONGEST_EXTENSION_S = 240
LONGEST_CLIP_S = 3600
PRESETS = ("simple", "modern", "player")
FORMATS = ("mp3", "wav")


class Webhook(TypedDict):
    webhook_url: str
    webhook_secret: str


@dataclass(frozen=True)
class Desk:
    """Where an order is judged: what the host offers, and the clips that the account has."""

    profile: Profile
    find_clip: Callable[[str], Clip | None]


def check_key(authorization: str | None, key: str) -> None:
    """Raise the 401 of the page, section 8, unless the header is `Bearer <key>`."""
    if authorization is None:
        raise _unauthorized("Authorization header is missing")
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() != "bearer" or not given.strip():
        raise _unauthorized("Authorization header is malformed")
    # Bytes: compare_digest() raises TypeError for strings that are not ASCII.
    if not hmac.compare_digest(given.strip().encode(), key.encode()):
        raise _unauthorized("Invalid API key")


def read_order(path: str, raw: bytes, desk: Desk) -> Order:
    """Validate the body of a POST to one of the ENDPOINTS.

    Raises Refusal 410 for a retired task type, 404 for an endpoint that the host does not have or a clip
    that is not this account's, and 400 for every other fault. Each order that draws lots has a seed, a random
    one if none was given: the same order gives the same result, also when a killed server starts again.
    """
    form = Form(read_object(raw))
    task_type = ENDPOINTS[path] or _task_type(form, desk.profile)
    if task_type not in desk.profile.prices:
        raise not_found("endpoint not found")
    return READERS[task_type](form, desk)


def _unauthorized(error: str) -> Refusal:
    return Refusal(401, "unauthorized", error)


def _task_type(form: Form, profile: Profile) -> str:
    task_type = form.get("task_type")
    if task_type in profile.retired:
        # No source shows this body (upstream.md 9); the type is the one in the page's table of errors.
        error = f"The task type '{task_type}' is retired. Use create_music with a new prompt."
        raise Refusal(410, "endpoint_retired", error)
    offered = [name for name in CREATE_TYPES if name in profile.prices]
    if task_type not in offered:
        raise invalid(f"The 'task_type' field is invalid. Allowed values: {', '.join(offered)}")
    return str(task_type)


def _create_music(form: Form, desk: Desk) -> CreateMusic:
    fixed = desk.profile.fixed_model
    order = CreateMusic(
        sound=form.text("sound"),
        lyrics=form.text("lyrics"),
        title=form.text("title", TITLE_LENGTH),
        seed=_seed(form),
        mv=_model(form, desk.profile),
        make_instrumental=not fixed and form.flag("make_instrumental"),
        lyrics_strength=0.5 if fixed else form.number("lyrics_strength", 0, 1, 0.5),
        sound_strength=0.5 if fixed else form.number("sound_strength", 0.2, 1, 0.5),
        **_webhook(form),
    )
    if not order.sound.strip() and not order.lyrics.strip():
        raise invalid("Either the 'sound' or the 'lyrics' field is required.")
    return order


def _extend_music(form: Form, desk: Desk) -> ExtendMusic:
    clip = _clip(form, desk)
    return ExtendMusic(
        clip_id=clip.id,
        starts_at=_start(form, clip),
        length=form.number("length", 1, LONGEST_EXTENSION_S, 60),
        instruction=form.text("instruction"),
        lyrics=form.text(form.name("lyrics", "lyrics_text")),
        seed=_lot(),
        mv=LYRIA,
        **_webhook(form),
    )


def _replace_music(form: Form, desk: Desk) -> ReplaceMusic:
    clip = _clip(form, desk)
    starts_at, name = _start(form, clip), form.name("ends_at", "ends")
    ends_at = min(form.number(name, 0, LONGEST_CLIP_S), clip.duration)
    if ends_at <= starts_at:
        raise invalid(f"The '{name}' field must be greater than the start, which lies inside the clip.")
    return ReplaceMusic(
        clip_id=clip.id,
        starts_at=starts_at,
        ends_at=ends_at,
        instruction=form.text("instruction"),
        lyrics=form.text(form.name("lyrics", "lyrics_text")),
        seed=_lot(),
        mv=LYRIA,
        **_webhook(form),
    )


def _cover_music(form: Form, desk: Desk) -> CoverMusic:
    return CoverMusic(
        clip_id=_clip(form, desk).id,
        instruction=form.required_text("instruction"),
        strength=form.number(form.name("strength", "cover_strength"), 0, 1, 0.5),
        title=form.text("title", TITLE_LENGTH),
        seed=_lot(),
        mv=LYRIA,
        **_webhook(form),
    )


def _make_lyrics(form: Form, desk: Desk) -> MakeLyrics:
    prompt = form.required_text("prompt", PROMPT_LENGTH)
    return MakeLyrics(prompt=prompt, seed=_lot(), **_webhook(form))


def _video_clip(form: Form, desk: Desk) -> VideoClip:
    clip = _clip(form, desk)
    preset = form.choice("preset", PRESETS, default="simple")
    return VideoClip(clip_id=clip.id, preset=preset, **_webhook(form))


def _upload(form: Form, desk: Desk) -> Upload:
    form.required_text("audio_url")
    return Upload(audio_url=form.url("audio_url", AUDIO_URL_LENGTH), **_webhook(form))


def _download(form: Form, desk: Desk) -> Download:
    clip = _clip(form, desk)
    return Download(clip_id=clip.id, format=form.choice("format", FORMATS), **_webhook(form))


READERS: dict[str, Callable[[Form, Desk], Order]] = {
    "create_music": _create_music,
    "extend_music": _extend_music,
    "replace_music": _replace_music,
    "cover_music": _cover_music,
    "make_lyrics": _make_lyrics,
    "video_clip": _video_clip,
    "upload": _upload,
    "download": _download,
}
CREATE_TYPES = tuple(name for name in READERS if name not in ENDPOINTS.values())


def _webhook(form: Form) -> Webhook:
    return {
        "webhook_url": form.url("webhook_url", WEBHOOK_URL_LENGTH),
        "webhook_secret": form.text("webhook_secret"),
    }


def _clip(form: Form, desk: Desk) -> Clip:
    clip = desk.find_clip(form.required_text("clip_id"))
    if clip is None:
        raise not_found("clip not found")
    return clip


def _start(form: Form, clip: Clip) -> float:
    return form.number(form.name("starts_at", "starts"), 0, clip.duration)


def _model(form: Form, profile: Profile) -> str:
    model = form.get("mv")
    if model is None or profile.fixed_model:
        return profile.default_model
    if model not in profile.models:
        raise invalid(f"The 'mv' field is invalid. Allowed models: {', '.join(profile.models)}")
    return str(model)


def _seed(form: Form) -> str:
    seed = form.get("seed")
    if seed is None:
        return _lot()
    # 18 digits fit a signed 64-bit integer; the page only says "numeric".
    if not isinstance(seed, str) or not re.fullmatch("[0-9]{1,18}", seed):
        raise invalid("The 'seed' field must be a numeric string.")
    return seed


def _lot() -> str:
    return str(secrets.randbelow(10**9))
