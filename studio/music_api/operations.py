"""What can be ordered: each operation with its fields and what its result must bring (upstream.md 1.1-1.7).

Prices are those of aimusicapi on 2026-04-27, and of musicapi for what only that host sells (upstream.md 4.2).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from studio.music_api.fields import Field, Value

CREATE_PATH = "/api/v1/producer/create"
SAYS_INSTRUMENTAL = "instrumental, no vocals"


@dataclass(frozen=True)
class Operation:
    """One thing a provider sells, priced in its credits.

    `needs` are the fields of a result item without which a SUCCESS is none; `stateless` items have no state.
    `doing` says what goes on meanwhile. `spoken_instrumental`: the provider knows no such switch, but obeys
    words in the sound.
    """

    name: str
    label: str
    verb: str
    doing: str
    path: str
    price: int
    fields: tuple[Field, ...]
    needs: tuple[str, ...]
    one_of: tuple[str, ...] = ()
    stateless: bool = False
    spoken_instrumental: bool = False

    def field(self, name: str) -> Field | None:
        """The field of this wire name, or None."""
        return next((field for field in self.fields if field.name == name), None)

    @property
    def works_on_a_clip(self) -> bool:
        """Whether it is ordered for a clip that the provider made or took in."""
        return self.field("clip_id") is not None


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
        if value is None:
            errors |= {field.name: field.missing} if field.missing else {}
        elif field.kind == "model" and value not in models:
            errors[field.name] = "This model is not offered; choose one from the list."
        else:
            body[field.name] = value
    if operation.one_of and not any(name in body or name in errors for name in operation.one_of):
        labels = [field.label.lower() for field in operation.fields if field.name in operation.one_of]
        errors[operation.one_of[0]] = f"This needs at least one of: {', '.join(labels)}."
    return errors


def request_body(operation: Operation, params: Mapping[str, object]) -> dict[str, Value]:
    """The JSON object to POST: the known, non-empty fields; ValueError for a bad one or a missing one."""
    body: dict[str, Value] = {"task_type": operation.name} if operation.path == CREATE_PATH else {}
    for field in operation.fields:
        value = field.clean(params.get(field.name))
        if value is not None:
            body[field.name] = value
        elif field.missing:
            raise ValueError(field.missing)
    return _spoken(body) if operation.spoken_instrumental else body


def _spoken(body: dict[str, Value]) -> dict[str, Value]:
    """The vendor's own recipe for a song without a voice: say so in the sound, and send no lyrics."""
    if not body.pop("make_instrumental", False):
        return body
    body.pop("lyrics", None)
    sound = f"{body.get('sound', '')}, {SAYS_INSTRUMENTAL}".removeprefix(", ")
    return {**body, "sound": sound}


CLIP = Field("clip_id", "text", "Clip", max_length=128, missing="This needs a clip.")
TITLE = Field("title", "text", "Title", max_length=80)
SONG = ("clip_id", "audio_url")

# The vendor documents no upper length for sound, lyrics and instruction; 2,000 and 5,000 are where its
# integrators cut (upstream.md 1.2). The ten digits of a seed are our own limit: they fit any 32-bit number.
SOUND = Field("sound", "text", "Sound description", max_length=2000)
LYRICS = Field("lyrics", "text", "Lyrics", max_length=5000, plural=True)
MODEL = Field("mv", "model", "Model")
INSTRUMENTAL = Field("make_instrumental", "flag", "Instrumental", default=False)
SEED = Field("seed", "digits", "Seed", max_length=10)
INSTRUCTION = Field("instruction", "text", "Instruction", max_length=2000)

CREATE_MUSIC = Operation(
    name="create_music",
    label="New song",
    verb="Create",
    doing="Composing",
    path=CREATE_PATH,
    price=10,
    fields=(
        SOUND,
        LYRICS,
        TITLE,
        MODEL,
        INSTRUMENTAL,
        SEED,
        Field("lyrics_strength", "number", "Lyrics strength", minimum=0, maximum=1, default=0.5),
        Field("sound_strength", "number", "Sound strength", minimum=0.2, maximum=1, default=0.5),
    ),
    one_of=("sound", "lyrics"),
    needs=SONG,
)
# The other host maps every model onto its one and ignores the switches (upstream.md 1.2).
CREATE_WITH_LYRIA = replace(
    CREATE_MUSIC,
    price=12,
    fields=(SOUND, LYRICS, TITLE, MODEL, INSTRUMENTAL, SEED),
    spoken_instrumental=True,
)
EXTEND_MUSIC = Operation(
    name="extend_music",
    label="Extend",
    verb="Extend",
    doing="Composing",
    path=CREATE_PATH,
    price=12,
    fields=(
        CLIP,
        Field("starts_at", "seconds", "Goes on from", maximum=3600, missing="Say where the song goes on."),
        Field("length", "seconds", "New music", minimum=1, maximum=240, default=60),
        INSTRUCTION,
        LYRICS,
    ),
    needs=SONG,
)
REPLACE_MUSIC = Operation(
    name="replace_music",
    label="Replace part",
    verb="Replace",
    doing="Composing",
    path=CREATE_PATH,
    price=12,
    fields=(
        CLIP,
        Field("starts_at", "seconds", "From", maximum=3600, missing="Say where the part begins."),
        Field("ends_at", "seconds", "To", maximum=3600, missing="Say where the part ends."),
        INSTRUCTION,
        LYRICS,
    ),
    needs=SONG,
)
COVER_MUSIC = Operation(
    name="cover_music",
    label="Cover",
    verb="Cover",
    doing="Composing",
    path=CREATE_PATH,
    price=12,
    fields=(
        CLIP,
        Field(
            "instruction",
            "text",
            "How it should sound",
            max_length=2000,
            noun="instruction",
            missing="Say how the cover should sound.",
        ),
        Field("strength", "number", "How far from the original", minimum=0, maximum=1, default=0.5),
        TITLE,
    ),
    needs=SONG,
)
MAKE_LYRICS = Operation(
    name="make_lyrics",
    label="Write lyrics",
    verb="Write",
    doing="Writing the lyrics",
    path="/api/v1/producer/lyrics-create",
    price=1,
    fields=(
        Field(
            "prompt",
            "text",
            "What it is about",
            max_length=3000,
            noun="text",
            missing="Say what the lyrics are about.",
        ),
    ),
    needs=("lyrics",),
    stateless=True,
)
VIDEO_CLIP = Operation(
    name="video_clip",
    label="Video",
    verb="Make the video",
    doing="Making the video",
    path="/api/v1/producer/video-clip",
    price=5,
    fields=(
        CLIP,
        Field("preset", "choice", "Look", choices=("simple", "modern", "player"), default="simple"),
    ),
    needs=("video_url",),
)
UPLOAD = Operation(
    name="upload",
    label="Upload",
    verb="Upload",
    doing="Taking the recording in",
    path="/api/v1/producer/upload",
    price=2,
    fields=(
        Field("audio_url", "text", "Address", max_length=2048, missing="Enter the address of a recording."),
    ),
    needs=SONG,
)
DOWNLOAD = Operation(
    name="download",
    label="Download",
    verb="Fetch",
    doing="Preparing the file",
    path="/api/v1/producer/download",
    price=2,
    fields=(
        CLIP,
        Field(
            "format", "choice", "Format", choices=("mp3", "wav"), default="wav", missing="Choose a format."
        ),
    ),
    needs=("audio_url",),
)
# useapi.net sells no songs any more: it gives out those that it has, at no cost (upstream.md 6).
IMPORT = Operation(
    name="download",
    label="Import",
    verb="Import",
    doing="Fetching the song",
    path="/v1/riffusion/music/download/",
    price=0,
    fields=(
        Field("id", "id", "Song id", max_length=60, missing="Enter the id of the song."),
        Field("user_id", "id", "Account", max_length=40),
        Field(
            "download_format",
            "choice",
            "Format",
            choices=("mp3", "wav", "stems"),
            default="mp3",
            missing="Choose a format.",
        ),
    ),
    needs=SONG,
)

# By name, also those that a provider has withdrawn: their tasks may still be under way.
KNOWN: dict[str, Operation] = {
    each.name: each
    for each in (
        CREATE_MUSIC,
        EXTEND_MUSIC,
        REPLACE_MUSIC,
        COVER_MUSIC,
        MAKE_LYRICS,
        VIDEO_CLIP,
        UPLOAD,
        DOWNLOAD,
    )
}
