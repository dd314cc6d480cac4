"""What the sandbox's renderer costs: `python -m tests.bench.render [family ...]`.

Each song is rendered in a fresh process, one after the other. Figures go to standard output as JSON lines,
a table to standard error.
"""

import json
import subprocess
import sys
from typing import Any

FAMILIES = (
    "pop", "rock", "folk", "jazz", "lo-fi", "ambient", "cinematic", "techno", "drum & bass", "hip-hop",
)  # fmt: skip
LINES = "Walking down the midnight street\nI can hear my own heartbeat\n" * 2
SHORT = f"[Verse]\n{LINES}[Chorus]\n{LINES}"
LONG = SHORT * 12  # as long as songs get: the memory is worst here

RENDER = """
import json, resource, sys, tempfile, time
from pathlib import Path
from studio.sandbox.music import SongRequest, make_song
sound, lyrics = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    wall, cpu = time.perf_counter(), time.process_time()
    song = make_song(SongRequest(sound, lyrics, "", 1), Path(folder), "song")
    wall = time.perf_counter() - wall
own, encoder = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = time.process_time() - cpu + encoder.ru_utime + encoder.ru_stime
print(json.dumps({"wall": wall, "cpu": cpu, "seconds": song.duration, "mb": own.ru_maxrss / 1024}))
"""

EDIT = """
import json, sys, tempfile, time
from pathlib import Path
from studio.sandbox.music import SongRequest, cover_song, extend_song, make_song, replace_part
with tempfile.TemporaryDirectory() as folder:
    place = Path(folder), "edit"
    song = make_song(SongRequest("pop", sys.argv[1], "", 1), Path(folder), "song")
    known = song.recipe, song.wav
    orders = {
        "extend": lambda: extend_song(*known, song.duration / 2, 60.0, "", sys.argv[1], 2, *place),
        "replace": lambda: replace_part(*known, 15.0, 35.0, "", "Hello little lantern", 2, *place),
        "cover": lambda: cover_song(*known, "slow jazz", 0.5, "", 2, *place),
    }
    figures = {}
    for name, order in orders.items():
        start = time.perf_counter()
        made = order()
        figures[name] = [time.perf_counter() - start, made.duration]
print(json.dumps(figures))
"""

FILM = """
import json, sys, tempfile, time
from pathlib import Path
from studio.sandbox.music import SongRequest, make_song, make_video
with tempfile.TemporaryDirectory() as folder:
    song = make_song(SongRequest("pop", sys.argv[1], "", 1), Path(folder), "song")
    figures = {}
    for preset in ("simple", "modern", "player"):
        start = time.perf_counter()
        make_video(song.audio, song.cover, song.title, preset, Path(folder, "film.mp4"))
        figures[preset] = [time.perf_counter() - start, song.duration]
print(json.dumps(figures))
"""


def render(sound: str, lyrics: str) -> dict[str, float]:
    """Wall and processor seconds, length of the song and peak memory in MB, of one fresh process."""
    done = subprocess.run([sys.executable, "-c", RENDER, sound, lyrics], check=True, capture_output=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def edits() -> None:
    """An extension by a minute, 20 seconds anew and a cover, of a song of about a minute."""
    done = subprocess.run([sys.executable, "-c", EDIT, SHORT], check=True, capture_output=True)
    for name, (wall, seconds) in json.loads(done.stdout).items():
        tell(f"render.{name}_s", wall, "s", song=round(seconds))
        print(f"{name:<14}{seconds:>6.0f}s{wall:>8.2f}", file=sys.stderr)


def films() -> None:
    """A video of each preset, of a song of about a minute."""
    done = subprocess.run([sys.executable, "-c", FILM, SHORT], check=True, capture_output=True)
    for preset, (wall, seconds) in json.loads(done.stdout).items():
        tell("render.video_s", wall, "s", preset=preset, song=round(seconds))
        print(f"{preset:<14}{seconds:>6.0f}s{wall:>8.2f}", file=sys.stderr)


def tell(name: str, value: float, unit: str, **of: Any) -> None:
    print(json.dumps({"name": name, "value": round(value, 2), "unit": unit, "of": of}), flush=True)


def main(families: list[str]) -> None:
    print(f"{'family':<14}{'song':>7}{'s/min':>8}{'cpu/min':>9}{'MB':>7}", file=sys.stderr)
    for family in families:
        for length, lyrics in (("short", SHORT), ("longest", LONG)):
            figures = render(family, lyrics)
            per_minute = 60 / figures["seconds"]
            wall, cpu = figures["wall"] * per_minute, figures["cpu"] * per_minute
            tell("render.seconds_per_minute", wall, "s", family=family, song=length)
            tell("render.cpu_seconds_per_minute", cpu, "s", family=family, song=length)
            tell("render.peak_mb", figures["mb"], "MB", family=family, song=length)
            row = f"{figures['seconds']:>6.0f}s{wall:>8.2f}{cpu:>9.2f}{figures['mb']:>7.0f}"
            print(f"{family:<14}{row}", file=sys.stderr)
    edits()
    films()


if __name__ == "__main__":
    main(sys.argv[1:] or list(FAMILIES))
