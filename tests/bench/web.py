"""The running studio: from the press of the button to the song, the live endpoint, and what pages weigh."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.figures import figure, load, percentile
from tests.running import RunningStudio
from tests.visitor import Visitor, owner_of

CLIENTS = 8
SECONDS = 8
LIBRARY = 200

SEED = """
from uuid import uuid4
from django.utils import timezone
from studio.models import *
first = Clip.objects.select_related("task").first()
assets = list(first.assets.all())
now = timezone.now()
for n in range({count}):
    task = first.task
    task.pk, task.form_key, task.upstream_id, task.status = None, uuid4(), f"seed-{{n}}", "done"
    task.ended_at = now
    task.save(force_insert=True)
    first.pk, first.task, first.upstream_id, first.stack = None, task, f"seed-{{n}}", uuid4()
    first.save(force_insert=True)
    for asset in assets:
        asset.pk, asset.clip, asset.name = None, first, f"seed/{{n}}-{{asset.kind}}"
        asset.save(force_insert=True)
"""


def main() -> None:
    with TemporaryDirectory() as folder:
        studio = RunningStudio(Path(folder)).start()
        try:
            owner = owner_of(studio.url, studio.owner_link)
            press_to_ready(owner)
            studio.manage("shell", "--verbosity", "0", "--command", SEED.format(count=LIBRARY))
            page_weights(owner)
            under_load(studio, owner)
            owner.close()
        finally:
            studio.stop()


def press_to_ready(owner: Visitor) -> None:
    """A song of about a minute, from the click to the player's first byte."""
    start = time.perf_counter()
    lyrics = "[Verse]\nHello morning, how are you"
    answer = owner.submit("/projects/1/new-song/", sound="quiet folk with guitar", lyrics=lyrics)
    assert answer.status == 302, answer.text
    while not (found := re.search(r"/clips/(\d+)/", owner.get("/projects/1/").text)):
        time.sleep(0.1)
    page = owner.get(found[0]).text
    media = re.search(r"/media/\d+/", page)
    assert media
    assert owner.get(media[0], Range="bytes=0-65535").status == 206
    figure("song.press_to_ready_s", time.perf_counter() - start, "s")


def page_weights(owner: Visitor) -> None:
    pages = {
        "projects": "/projects/",
        "library": "/library/",
        "project": "/projects/1/",
        "new song": "/projects/1/new-song/",
        "tasks": "/tasks/",
        "task": "/tasks/1/",
        "clip": "/clips/1/",
        "extend": "/clips/1/order/extend_music/",
        "replace part": "/clips/1/order/replace_music/",
        "lyrics": "/projects/1/lyrics/",
        "new lyric sheet": "/projects/1/lyrics/new/",
        "upload": "/projects/1/upload/",
        "providers": "/providers/",
        "credits": "/credits/",
        "sign-in": "/account/sign-in/",
    }
    for name, path in pages.items():
        answer = Visitor(owner.origin).get(path) if name == "sign-in" else owner.get(path)
        assert answer.status == 200, (path, answer.status)
        figure("page.bytes", len(answer.body), "bytes", page=name)


def under_load(studio: RunningStudio, owner: Visitor) -> None:
    seen = ",".join(re.findall(r'data-signature="([^"]+)"', owner.get("/projects/1/").text)[:5])
    live = f"/live/?project=1&balance=990&seen={seen}"
    rate, times = load([_again(studio, owner, live) for _ in range(CLIENTS)], SECONDS)
    figure("live.requests_per_s", rate, "1/s", clients=CLIENTS)
    figure("live.p95_ms", percentile(times, 95), "ms", clients=CLIENTS)
    rate, times = load([_again(studio, owner, "/projects/1/") for _ in range(CLIENTS)], SECONDS)
    figure("project.requests_per_s", rate, "1/s", clients=CLIENTS)
    figure("project.p95_ms", percentile(times, 95), "ms", clients=CLIENTS, clips=LIBRARY)


def _again(studio: RunningStudio, owner: Visitor, path: str) -> Callable[[], None]:
    visitor = Visitor(studio.url)
    visitor.cookies = dict(owner.cookies)

    def ask() -> None:
        assert visitor.get(path).status in (200, 204)

    return ask


if __name__ == "__main__":
    main()
