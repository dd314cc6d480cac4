"""A sheet of 3,000 characters with 1,000 versions: how fast its page and its history open."""

import os
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.figures import figure, percentile
from tests.bench.library import timings
from tests.running import RunningStudio, drop_database, postgres_url
from tests.visitor import Visitor, owner_of

VERSIONS, CHARACTERS = 1000, 3000
PAGES = {"sheet": "", "history": "history/", "earlier": "history/?before=500", "version": "?version=1000"}

SEED = """
from studio.models import *
from studio.services import lyrics
project = Project.objects.order_by("pk").first()
lines = [f"Line {{n}} of the song that nobody has sung" for n in range(75)]
text = "\\n".join("[Verse]" if n % 9 == 0 else line for n, line in enumerate(lines))[:{characters}]
sheet = lyrics.create_sheet(project=project, by=project.owner, title="Blue night", text=text)
rows = [LyricRevision(sheet=sheet, number=n, text=text.replace("Line 7", f"Row {{n}}"), note=f"Try {{n}}",
        created_by=project.owner) for n in range(2, {versions} + 1)]
LyricRevision.objects.bulk_create(rows)
"""


def main(database_url: str = "") -> None:
    with TemporaryDirectory() as folder:
        database = postgres_url(database_url)
        studio = RunningStudio(Path(folder), database)
        try:
            owner = owner_of(studio.start().url, studio.owner_link)
            seed = SEED.format(characters=CHARACTERS, versions=VERSIONS)
            studio.manage("shell", "--verbosity", "0", "--command", seed)
            measure(owner, "postgresql" if database else "sqlite")
            owner.close()
        finally:
            studio.stop()
            drop_database(database)


def measure(owner: Visitor, database: str) -> None:
    """The slowest page is the figure; the others stand beside it."""
    sheet = re.search(r"/lyrics/\d+/", owner.get("/lyrics/").text)
    assert sheet
    p95 = {page: percentile(timings(owner, sheet[0] + path)[0], 95) for page, path in PAGES.items()}
    of = {"database": database, **{page: round(value, 1) for page, value in p95.items()}}
    figure("lyrics.history_1000.p95_ms", max(p95.values()), "ms", versions=VERSIONS, **of)


if __name__ == "__main__":
    main(os.environ.get("DATABASE_URL", ""))
