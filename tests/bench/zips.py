"""A zip of many songs from the running studio: when it begins, how fast it comes, what memory it takes."""

import hashlib
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.figures import figure
from tests.running import RunningStudio
from tests.visitor import Visitor, owner_of

SONGS, EACH = 40, 50_000_000  # 2 GB
BLOCK = 1 << 20

SEED = """
from pathlib import Path
from django.conf import settings
from studio.models import *
project = Project.objects.first()
for n in range({songs}):
    measured = {{"duration": 2, "loudness": -14, "true_peak": -1, "peaks": b"x"}}
    clip = Clip.objects.create(project=project, created_by=project.owner, title=f"Silence {{n}}", **measured)
    path = Path(settings.MEDIA_ROOT) / "clips" / f"silence-{{n}}.m4a"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate({each})
    facts = {{"name": f"clips/{{path.name}}", "size": {each}, "sha256": "{sha256}"}}
    Asset.objects.create(clip=clip, kind="master", content_type="audio/mp4", **facts)
"""


def main() -> None:
    with TemporaryDirectory() as folder:
        studio = RunningStudio(Path(folder)).start()
        try:
            owner = owner_of(studio.url, studio.owner_link)
            sha256 = hashlib.sha256(bytes(EACH)).hexdigest()
            seed = SEED.format(songs=SONGS, each=EACH, sha256=sha256)
            studio.manage("shell", "--verbosity", "0", "--command", seed)
            download(studio, owner)
            owner.close()
        finally:
            studio.stop()


def download(studio: RunningStudio, owner: Visitor) -> None:
    before = memory(studio)
    start = time.perf_counter()
    cookies = "; ".join(f"{name}={value}" for name, value in owner.cookies.items())
    owner.connection.request("GET", "/library/zip/?download=1", headers={"Cookie": cookies})
    answer = owner.connection.getresponse()
    assert answer.status == 200
    size, peak = len(answer.read(1)), before
    figure("zip.first_byte_ms", (time.perf_counter() - start) * 1000, "ms")
    looked = time.perf_counter()
    while part := answer.read(BLOCK):
        size += len(part)
        if time.perf_counter() - looked > 0.2:
            looked, peak = time.perf_counter(), max(peak, memory(studio))
    assert size > SONGS * EACH
    figure("zip.mb_per_s", size / 1e6 / (time.perf_counter() - start), "MB/s", songs=SONGS, bytes=size)
    figure("zip.peak_mb", peak - before, "MB", songs=SONGS, bytes=size)


def memory(studio: RunningStudio) -> float:
    """What the web server's processes hold, in MB."""
    pages = 0
    for pid in studio.children("granian"):
        pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / 1e6


if __name__ == "__main__":
    main()
