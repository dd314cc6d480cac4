"""The sandbox's music: a deterministic composer and renderer.

`compose` turns an order into notes, `render_stems` into five buses, `make_song` goes the whole way to files.
"""

from .produce import make_song
from .render import render_stems
from .request import Rendered, SongRequest, Word
from .song import Song, compose

__all__ = ["Rendered", "Song", "SongRequest", "Word", "compose", "make_song", "render_stems"]
