"""A link on other sites: framed in a real browser, read by a link preview parser, an oEmbed consumer and a
camera."""

import http.server
import json
import re
import subprocess
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import micawber
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser

from accounts.models import User
from studio.models import Asset, Clip, Project
from studio.services import media, previews
from tests.browser.conftest import until, violations
from tests.running import ROOT
from tests.sharing import shared
from tests.songs import song

TITLE = "Night </script><script>alert(1)</script> “train” \u2028&amp;"
SECONDS, RATE = 3, 8000

# Prints what open-graph-scraper, a parser of link previews from npm, makes of an address.
PARSER = """
require("open-graph-scraper")({ url: process.argv[1] }).then(
  ({ result }) => console.log(JSON.stringify(result)),
  ({ result }) => { console.error(result); process.exit(1); });
"""


@pytest.fixture
def clip(transactional_db: None, plain_files: None, project: Project) -> Clip:
    clip = song(project, TITLE, duration=float(SECONDS))
    path = media.incoming("silence")
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(bytes(2 * RATE * SECONDS))
    facts: dict[str, Any] = {"content_type": "audio/wav", "size": path.stat().st_size, "sha256": "0" * 64}
    media.keep(path, "clips/silence.wav")
    Asset.objects.create(clip=clip, kind=Asset.Kind.MASTER, name="clips/silence.wav", **facts)
    return clip


@pytest.fixture
def site(live_server: Any, settings: Any) -> str:
    settings.PUBLIC_URL = live_server.url.replace("localhost", "127.0.0.1")
    return str(settings.PUBLIC_URL)


@pytest.fixture
def elsewhere() -> Iterator[Callable[[str], str]]:
    """Another site, with any page."""
    page = {"html": ""}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page["html"].encode())

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()

    def show(html: str) -> str:
        page["html"] = f"<!doctype html><title>Elsewhere</title>{html}"
        return f"http://localhost:{server.server_port}/"  # another site, not only another port

    yield show
    server.shutdown()
    server.server_close()


def test_another_site_frames_the_embed_and_nothing_else(
    chromium: Browser, clip: Clip, site: str, member: User, elsewhere: Callable[[str], str]
) -> None:
    _, token = shared(clip, member, may_embed=True)
    _, closed = shared(clip, member)
    context = chromium.new_context()
    page = context.new_page()
    page.goto(elsewhere(previews.embed_code(token, clip.title)))
    frame = page.frames[1]
    frame.wait_for_url(previews.address("public_embed", token))
    frame.locator("[data-play]").first.click()
    until(frame, "document.getElementById('audio').currentTime > 0.2", within=20)  # type: ignore[arg-type]
    assert context.cookies() == []
    refused = [previews.address("public_embed", closed), previews.address("public", token)]
    page.goto(elsewhere("".join(f'<iframe src="{each}"></iframe>' for each in refused)))
    page.wait_for_load_state("networkidle")
    assert [each.url for each in page.frames[1:]] == ["chrome-error://chromewebdata/"] * 2
    context.close()


def test_readers_of_other_sites_know_what_it_is(clip: Clip, site: str, member: User) -> None:
    """A parser of link previews finds title, picture, length and player; a consumer of oEmbed the frame."""
    share, token = shared(clip, member, may_embed=True)
    page = previews.address("public", token)
    done = subprocess.run(["node", "-e", PARSER, page], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)
    assert (read["ogTitle"], read["ogType"], read["ogSiteName"]) == (clip.title, "music.song", "Studio")
    assert read["musicDuration"] == str(SECONDS)
    assert read["ogImage"][0]["url"] == previews.address("public_cover", token, share.handle(clip.pk))
    player = {"url": f"{page}embed/", "width": "480", "height": "240"}
    assert player.items() <= read["twitterPlayer"][0].items()
    assert (read["jsonLD"][0]["name"], read["jsonLD"][0]["duration"]) == (clip.title, f"PT0M{SECONDS}S")

    consumer = micawber.ProviderRegistry()
    consumer.register(rf"{re.escape(site)}/s/\S+", micawber.Provider(f"{site}/oembed"))
    told = consumer.request(page, maxwidth=320)
    assert (told["title"], told["type"], told["width"]) == (clip.title, "rich", 320)
    assert f'src="{page}embed/"' in consumer.parse_text(page)


def test_a_browser_and_a_camera_read_it(
    chromium: Browser, clip: Clip, site: str, member: User, tmp_path: Path
) -> None:
    _, token = shared(clip, member, may_embed=True)
    size = {"width": previews.WIDTH, "height": previews.HEIGHT}
    page = chromium.new_page(viewport=size)  # type: ignore[arg-type]
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(previews.address("public_embed", token))
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    page.set_viewport_size({"width": 600, "height": 600})
    page.goto(previews.address("public", token))
    data = page.locator('script[type="application/ld+json"]').text_content()
    assert page.evaluate("(text) => JSON.parse(text).name", data) == clip.title
    page.goto(previews.address("public_qr", token))
    page.screenshot(path=tmp_path / "qr.png")
    [found] = zxingcpp.read_barcodes(Image.open(tmp_path / "qr.png"))
    assert found.text == previews.address("public", token)
    page.close()
