"""The seam between the server and the music: all that makes something new, as functions."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from studio.sandbox.music import LyricDraft, Rendered, SongRequest

Recipe = dict[str, Any]


@dataclass(frozen=True)
class Makers:
    """Each may raise anything; times are in seconds, a name is that of the new files in a folder.

    `audio` is a wav, but an m4a for a video.

    compose(request, folder, name)
    extend(recipe, audio, starts_at, length, instruction, lyrics, seed, folder, name)
    replace(recipe, audio, starts_at, ends_at, instruction, lyrics, seed, folder, name)
    cover(recipe, audio, instruction, strength, title, seed, folder, name)
    write_lyrics(prompt, seed)
    make_video(audio, cover, title, preset, target)
    stems_of(recipe, folder, name): the wav of each stem by its name
    draw_cover(title, seed, target)
    """

    compose: Callable[["SongRequest", Path, str], "Rendered"]
    extend: Callable[[Recipe, Path, float, float, str, str, int, Path, str], "Rendered"]
    replace: Callable[[Recipe, Path, float, float, str, str, int, Path, str], "Rendered"]
    cover: Callable[[Recipe, Path, str, float, str, int, Path, str], "Rendered"]
    write_lyrics: Callable[[str, int], "LyricDraft"]
    make_video: Callable[[Path, Path, str, str, Path], None]
    stems_of: Callable[[Recipe, Path, str], dict[str, Path]]
    draw_cover: Callable[[str, int, Path], None]


def real() -> Makers:
    """The composer."""
    return Makers(
        compose=_of_music("make_song"),
        extend=_of_music("extend_song"),
        replace=_of_music("replace_part"),
        cover=_of_music("cover_song"),
        write_lyrics=_of_music("write_lyrics"),
        make_video=_of_music("make_video"),
        stems_of=_of_music("stems_of"),
        draw_cover=_draw_cover,
    )


def _of_music(name: str) -> Callable[..., Any]:
    """That function of the music package, which is only imported when it is called."""

    def call(*arguments: Any) -> Any:
        return getattr(import_module("studio.sandbox.music"), name)(*arguments)

    return call


def _draw_cover(title: str, seed: int, target: Path) -> None:
    """A picture for music that came without a song."""
    from studio.sandbox.music import SongRequest, compose
    from studio.sandbox.music.cover import draw_cover

    draw_cover(target, compose(SongRequest(sound="", lyrics="", title=title, seed=seed)))
