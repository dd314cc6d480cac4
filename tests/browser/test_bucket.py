"""A studio whose media lie in a bucket: started as people start it, and played by a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests import buckets
from tests.browser.conftest import become_owner, until
from tests.running import RunningStudio

AUDIO = "document.querySelector('#audio')"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory, s3_server: str) -> Iterator[RunningStudio]:
    folder = tmp_path_factory.mktemp("bucket")
    with buckets.bucket(s3_server):
        running = RunningStudio(folder, **buckets.environment(s3_server)).start()
        yield running
        assert running.stop() < 10


@pytest.mark.slow
def test_a_song_plays_from_the_bucket(page: Page, studio: RunningStudio, s3_server: str) -> None:
    """Our policy lets the browser go there, and what it may not do fails in the `page` fixture."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.resource_type} {request.url}"))
    become_owner(page, studio)
    studio.manage(
        "make_song", "--sound", "quiet folk", "--title", "Blue night", "--out", str(studio.media / "a.m4a")
    )
    page.goto("/clips/1/")
    until(
        page,
        "[...document.images].filter(each => each.src.includes('/media/')).every(each => each.naturalWidth)",
    )
    master = studio.query("Asset.objects.get(kind='master').pk")
    page.evaluate(f"{AUDIO}.src = '/media/{master}/'; {AUDIO}.play()")
    until(page, f"{AUDIO}.currentTime > 0.5")
    page.evaluate(f"{AUDIO}.currentTime = {AUDIO}.duration - 5")
    until(page, f"!{AUDIO}.seeking && {AUDIO}.currentTime > {AUDIO}.duration - 4.5")
    assert any(each.startswith(f"media {s3_server}/{buckets.NAME}/studio/media/clips/") for each in asked)
    (studio.media / "a.m4a").unlink()
    assert "All is well" in studio.manage("audit", "--files")
