"""`python -m tests.crash`: the sweep of all crash points, on DATABASE_URL; one line of JSON per kill."""

import json
import os
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="an empty folder for all that is made")
    parser.add_argument("--story", action="append", help="only these; default: all")
    parser.add_argument("--only", default="", help="only the points with these words in their name")
    parser.add_argument("--control", default="", help="take a protection away, as in the chaos run")
    given = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "studio.settings"
    import django

    django.setup()
    from django.conf import settings

    from tests.crash.databases import databases_for
    from tests.crash.stories import STORIES
    from tests.crash.sweep import CrashSweep

    lifeline, url = upstream_in_a_fork(given.folder)
    databases = databases_for(settings.DATABASE_URL, given.folder)
    try:
        sweep = CrashSweep(databases, given.folder, url, given.control)
        for name in given.story or STORIES:
            for run in sweep.run(name, given.only):
                print(json.dumps(asdict(run)), flush=True)
    finally:
        databases.close()
        os.close(lifeline)
        os.wait()


def upstream_in_a_fork(folder: Path) -> tuple[int, str]:
    """In a process of its own, since one that forks again and again should have no threads; it ends with us.
    Gives what keeps it alive as long as it is open, and its address."""
    from tests.crash.upstream import Upstream

    reading, writing = os.pipe()
    alive, lifeline = os.pipe()
    if not os.fork():
        os.close(lifeline)
        with Upstream(folder) as upstream:
            os.write(writing, upstream.url.encode())
            os.close(writing)
            os.read(alive, 1)  # until nobody has the other end
        os._exit(0)
    os.close(writing)
    os.close(alive)
    with os.fdopen(reading) as pipe:
        return lifeline, pipe.read()


if __name__ == "__main__":
    main()
