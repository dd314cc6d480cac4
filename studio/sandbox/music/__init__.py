"""The sandbox's music: a deterministic composer and renderer.

`compose` turns an order into notes, `render_stems` into five buses, `make_song` goes the whole way to files.
`extend_song`, `replace_part` and `cover_song` make a song of another one.
"""

from .edits import cover_song, extend_song, replace_part
from .produce import make_song
from .render import render_stems
from .request import Recipe, Rendered, SongRequest, Word
from .song import Song, compose
from .stems import stems_of
from .video import make_video
from .writing import LyricDraft, write_lyrics

__all__ = [
    "LyricDraft",
    "Recipe",
    "Rendered",
    "Song",
    "SongRequest",
    "Word",
    "compose",
    "cover_song",
    "extend_song",
    "make_song",
    "make_video",
    "render_stems",
    "replace_part",
    "stems_of",
    "write_lyrics",
]
