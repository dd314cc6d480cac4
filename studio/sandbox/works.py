"""Makes what was ordered. Runs in a child process (workshop.py), so the entries are plain functions.

Each file is made in `folder`/drafts and moves to `folder`/media when all that belongs to it is complete.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from studio.audio.files import save
from studio.audio.media_types import WAV
from studio.sandbox import items, recordings
from studio.sandbox.contract import LONGEST_CLIP_S
from studio.sandbox.makers import Makers
from studio.sandbox.orders import Download, MakeLyrics, Upload, VideoClip
from studio.sandbox.songs import render, song_clip
from studio.sandbox.types import Clip, Product, Task
from studio.sandbox.workshop import file_name, now, stem_listing

# The page shows "<clip_id>-video.mp4" for a video without a preset, which is "simple".
VIDEO_ENDINGS = {"simple": "-video.mp4", "modern": "-video-modern.mp4", "player": "-video-player.mp4"}


@dataclass(frozen=True)
class Bench:
    """Where one work is done: finished files in `media`, its own ones in `drafts`."""

    makers: Makers
    media: Path
    drafts: Path

    def publish(self, *paths: Path) -> None:
        """Move finished files to where they are served from."""
        for path in paths:
            path.replace(self.media / path.name)


def make(makers: Makers, folder: Path, task: Task, source: Clip | None) -> Product:
    """Carry out the order of a task; `source` is the clip that the order names. May raise anything."""
    with _bench(makers, folder) as bench:
        match task.order, source:
            case MakeLyrics() as order, _:
                return _write_lyrics(bench, order, task.id)
            case Upload() as order, _:
                return _upload(bench, order, task)
            case VideoClip() as order, Clip() as clip:
                return _film(bench, order, clip)
            case Download() as order, Clip() as clip:
                return _download(bench, order, clip)
        return _song(bench, task, source)


def convert(makers: Makers, folder: Path, clip: Clip, format: str) -> None:
    """Make a clip's file in another format."""
    with _bench(makers, folder) as bench:
        _convert(bench, clip, format)


def stems(makers: Makers, folder: Path, clip: Clip) -> None:
    """Make the stems of a clip and, last of all, the listing of them: stem name -> file name."""
    with _bench(makers, folder) as bench:
        files = {}
        for stem, path in makers.stems_of(clip.recipe, bench.drafts, clip.id).items():
            files[stem] = f"{clip.id}-{stem}.wav"
            bench.publish(path.rename(bench.drafts / files[stem]))
        save([json.dumps(files).encode()], stem_listing(folder, clip))


@contextmanager
def _bench(makers: Makers, folder: Path) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(dir=folder / "drafts") as drafts:
        yield Bench(makers, folder / "media", Path(drafts))


def _song(bench: Bench, task: Task, source: Clip | None) -> Product:
    song = render(bench.makers, task, source, bench.media, bench.drafts)
    clip = song_clip(task, source, song)
    bench.publish(song.audio, song.wav, song.cover)
    return Product(items.music(clip), clip)


def _write_lyrics(bench: Bench, order: MakeLyrics, task_id: str) -> Product:
    draft = bench.makers.write_lyrics(order.prompt, int(order.seed))
    lyrics_id = f"lyr_{task_id[-12:]}"
    return Product(items.lyrics(lyrics_id, draft.lyrics, draft.title, draft.sound, now()))


def _film(bench: Bench, order: VideoClip, clip: Clip) -> Product:
    file = bench.drafts / f"{clip.id}{VIDEO_ENDINGS[order.preset]}"
    audio, cover = bench.media / clip.audio, bench.media / clip.cover
    bench.makers.make_video(audio, cover, clip.title, order.preset, file)
    bench.publish(file)
    return Product(items.video(clip, file.name, now()))


def _download(bench: Bench, order: Download, clip: Clip) -> Product:
    name = file_name(clip, order.format)
    if not (bench.media / name).exists():
        _convert(bench, clip, order.format)
    return Product(items.download(clip, name, order.format, now()))


def _convert(bench: Bench, clip: Clip, format: str) -> None:
    file = bench.drafts / file_name(clip, format)
    recordings.convert(bench.media / clip.wav, WAV.demuxer, file)
    bench.publish(file)


def _upload(bench: Bench, order: Upload, task: Task) -> Product:
    """Keep a recording as m4a and wav, as songs are kept, so that all can be done with it."""
    name, title = str(task.clip_id), recordings.title_of(order.audio_url)
    taken = recordings.take(order.audio_url, bench.drafts, longest_s=LONGEST_CLIP_S)
    audio, wav, cover = (bench.drafts / f"{name}{ending}" for ending in (".m4a", "-wav.wav", "-img.jpg"))
    for target in (audio, wav):
        recordings.convert(taken.path, taken.demuxer, target)
    bench.makers.draw_cover(title, int(name[:8], 16), cover)
    bench.publish(audio, wav, cover)
    clip = Clip(
        id=name,
        parent_id=None,
        title=title,
        sound="",
        lyrics="",
        mv="",
        seed="",
        duration=round(taken.duration, 3),
        audio=audio.name,
        wav=wav.name,
        cover=cover.name,
        created_at=now(),
        recipe={},
        words=[],
    )
    return Product(items.upload(clip), clip)
