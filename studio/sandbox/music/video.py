"""A song as a film: its cover, its title and its wave, in one of three looks."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from studio.audio import ffmpeg
from studio.audio.peaks import waveform

from . import stills
from .stills import BAR, GAP, Cover

FPS = 20
SPEED = 4  # pixels that the wave of `simple` moves in each picture
ROOM = 580  # its width
WAVE = 160  # its height
# What players take for granted at this size
COLOURS = "scale=out_color_matrix=bt709:out_range=tv"
TAGS = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"]


def make_video(audio: Path, cover: Path, title: str, preset: str, target: Path) -> None:
    """Film an m4a with its cover: 1280 x 720, H.264 and the AAC as it is, as long as the song.

    `preset` is simple (the wave moves past), modern (it swings) or player (it fills up); KeyError for others.
    Raises studio.audio.ffmpeg.FfmpegError, and OSError for a cover that is no picture.
    """
    draw = PRESETS[preset]
    seconds = ffmpeg.probe(audio, demuxer="mov").duration
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        pictures, moves = draw(audio, stills.open_cover(cover), title, seconds)
        inputs = [part for path in _saved(pictures, Path(folder)) for part in ("-i", str(path))]
        _film(ffmpeg.source(audio, "mov"), inputs, _graph(len(pictures), moves), seconds, target)


def _film(song: list[str], pictures: list[str], graph: str, seconds: float, target: Path) -> None:
    film = ["-filter_complex", graph, "-map", "[film]", "-map", "0:a:0", "-map_metadata", "-1"]
    quick = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "24"]
    coded = [*quick, "-pix_fmt", "yuv420p", *TAGS, "-r", str(FPS)]
    whole = ["-c:a", "copy", "-t", f"{seconds:.3f}", "-movflags", "+faststart", "-f", "mp4"]
    ffmpeg.run([*song, *pictures, *film, *coded, *whole, str(target)], timeout=600)


def _saved(pictures: list[Image.Image], folder: Path) -> list[Path]:
    paths = [folder / f"{number}.png" for number in range(len(pictures))]
    for picture, path in zip(pictures, paths, strict=True):
        picture.save(path, compress_level=1)
    return paths


def _graph(count: int, moves: str) -> str:
    """Each picture as a film that stands still, [p1], [p2] and so on, and what moves over them."""
    # Read and decoded once, then repeated: an image that ffmpeg loops itself is decoded for each frame.
    still = f"{COLOURS},format=yuv420p,loop=loop=-1:size=1,setpts=N/{FPS}/TB,fps={FPS}"
    return ";".join([*(f"[{number}:v]{still}[p{number}]" for number in range(1, count + 1)), moves])


Drawn = tuple[list[Image.Image], str]


def _simple(audio: Path, cover: Cover, title: str, seconds: float) -> Drawn:
    """The wave goes by from right to left; what has been heard is coloured."""
    count = max(1, round(seconds * FPS * SPEED / (BAR + GAP)))
    levels = waveform(audio, "mov", count)
    size = (count * (BAR + GAP) + 2 * ROOM, WAVE)
    half, moved = ROOM // 2, f"n*{SPEED}"
    strips = [stills.bars(levels, size, colour, stills.PAPER, half) for colour in (cover.accent, stills.GREY)]
    return [stills.simple(cover, title), *strips], (
        f"[p2]crop={half}:{WAVE}:{moved}:0[heard];[p3]crop={half}:{WAVE}:{moved}+{half}:0[coming];"
        f"[p1][heard]overlay=620:400[one];[one][coming]overlay=620+{half}:400[film]"
    )


def _modern(audio: Path, cover: Cover, title: str, seconds: float) -> Drawn:
    """The sound itself from edge to edge."""
    wave = f"s=320x150:mode=cline:rate={FPS}:colors=0x{cover.accent[1:]}:scale=sqrt:draw=full"
    return [stills.modern(cover, title)], (
        f"[0:a:0]aformat=channel_layouts=mono,showwaves={wave},{COLOURS}:w=1280:h=150:flags=neighbor,format=yuva420p[wave];"
        "[p1][wave]overlay=0:550:eof_action=repeat[film]"
    )


def _player(audio: Path, cover: Cover, title: str, seconds: float) -> Drawn:
    """The wave of the whole song, filling with colour, and the time."""
    left, top, width, height = stills.PLAYER_WAVE
    levels = waveform(audio, "mov", width // (BAR + GAP))
    still = stills.player(cover, title, seconds)
    still.paste(stills.bars(levels, (width, height), "#4a4d53", stills.CARD), (left, top))
    # What is still to come lies over the coloured wave, with what is right of it on the picture, and goes
    # off to the right; its content moves against it and so stands still.
    coming = still.crop((left, top, left + 2 * width, top + height))
    still.paste(stills.bars(levels, (width, height), cover.accent, stills.CARD), (left, top))
    heard = f"2*trunc({width}*n/{max(1, round(seconds * FPS))}/2)"
    return [still, coming, stills.times(int(seconds) + 1)], (
        f"[p2]crop={width}:{height}:{heard}:0[coming];[p3]crop=100:32:0:32*trunc(n/{FPS})[time];"
        f"[p1][coming]overlay={left}+{heard}:{top}[one];[one][time]overlay={left}:{top + height + 8}[film]"
    )


PRESETS: dict[str, Callable[[Path, Cover, str, float], Drawn]] = {
    "simple": _simple,
    "modern": _modern,
    "player": _player,
}
