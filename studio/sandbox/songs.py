"""The four orders that end in a song: what the composer is asked for, and the clip that comes of it."""

from pathlib import Path
from typing import TYPE_CHECKING

from studio.sandbox.makers import Makers
from studio.sandbox.orders import CoverMusic, CreateMusic, ExtendMusic, ReplaceMusic
from studio.sandbox.splice import spliced
from studio.sandbox.types import Clip, Task
from studio.sandbox.workshop import now

if TYPE_CHECKING:
    from studio.sandbox.music import Rendered, SongRequest


def render(makers: Makers, task: Task, source: Clip | None, media: Path, drafts: Path) -> "Rendered":
    """Have the song of a task rendered into `drafts`; `source` is the clip that it starts from."""
    place = (drafts, str(task.clip_id))
    match task.order, source:
        case CreateMusic() as order, _:
            return makers.compose(_request(order), *place)
        case ExtendMusic() as order, Clip() as clip:
            wav, new, seed = media / clip.wav, (order.instruction, order.lyrics), int(order.seed)
            return makers.extend(clip.recipe, wav, order.starts_at, order.length, *new, seed, *place)
        case ReplaceMusic() as order, Clip() as clip:
            wav, new, seed = media / clip.wav, (order.instruction, order.lyrics), int(order.seed)
            return makers.replace(clip.recipe, wav, order.starts_at, order.ends_at, *new, seed, *place)
        case CoverMusic() as order, Clip() as clip:
            style, title = (order.instruction, order.strength), order.title or clip.title
            return makers.cover(clip.recipe, media / clip.wav, *style, title, int(order.seed), *place)
    raise TypeError(f"{task.order.task_type} makes no song")


def song_clip(task: Task, source: Clip | None, song: "Rendered") -> Clip:
    """The clip of a rendered song. What the order does not say, it has from the clip that it started from."""
    order = task.order
    assert isinstance(order, CreateMusic | ExtendMusic | ReplaceMusic | CoverMusic)
    title, sound, lyrics = _texts(order, source)
    return Clip(
        id=str(task.clip_id),
        parent_id=source.id if source else None,
        title=title or song.title,
        sound=sound,
        lyrics=lyrics,
        mv=order.mv,
        seed=order.seed,
        duration=round(song.duration, 3),
        audio=song.audio.name,
        wav=song.wav.name,
        cover=song.cover.name,
        created_at=now(),
        recipe=song.recipe,
        words=[list(word) for word in song.words],
    )


def _request(order: CreateMusic) -> "SongRequest":
    from studio.sandbox.music import SongRequest

    return SongRequest(
        sound=order.sound,
        lyrics=order.lyrics,
        title=order.title,
        seed=int(order.seed),
        instrumental=order.make_instrumental,
        model=order.mv,
        lyrics_strength=order.lyrics_strength,
        sound_strength=order.sound_strength,
    )


def _texts(
    order: CreateMusic | ExtendMusic | ReplaceMusic | CoverMusic, source: Clip | None
) -> tuple[str, str, str]:
    """Title, sound and lyrics of the new clip."""
    match order, source:
        case CreateMusic(), _:
            return order.title, order.sound, order.lyrics
        case CoverMusic(), Clip() as clip:
            return order.title or clip.title, order.instruction, clip.lyrics
        case ExtendMusic(), Clip() as clip:
            return clip.title, clip.sound, "\n\n".join(filter(None, [clip.lyrics, order.lyrics]))
        case ReplaceMusic(), Clip() as clip:
            return clip.title, clip.sound, _replaced_lyrics(order, clip)
    raise TypeError(f"{order.task_type} without a clip")


def _replaced_lyrics(order: ReplaceMusic, clip: Clip) -> str:
    if not order.lyrics:
        return clip.lyrics
    return spliced(clip.lyrics, clip.words, (order.starts_at, order.ends_at), order.lyrics)
