"""Comments on a song in a real browser: they take the player's moment, and lead to it."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from studio.audio import ffmpeg
from studio.models import Asset, Clip, Comment, Guest, Project
from studio.services import comments, media
from tests.browser.conftest import assert_valid, until, violations, window_of
from tests.sharing import shared
from tests.songs import song

SECONDS = 60
AUDIO = "document.getElementById('audio')"


@pytest.fixture
def clip(transactional_db: None, plain_files: None, project: Project, member: User) -> Clip:
    """A song that can be heard, with a guest's comment on a part of it."""
    clip = song(project, duration=float(SECONDS), provider="sandbox")
    path = media.path_of("clips/song.m4a")
    path.parent.mkdir(parents=True)
    ffmpeg.run(["-f", "lavfi", "-i", f"sine=330:duration={SECONDS}", "-c:a", "aac", str(path)])
    data = path.read_bytes()
    facts: dict[str, Any] = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    Asset.objects.create(clip=clip, kind="master", name="clips/song.m4a", content_type="audio/mp4", **facts)
    guest = Guest.objects.create(share=shared(clip, member, level="comment")[0], name="Anna")
    comments.add(clip, text="Softer here", start=20.0, end=30.0, guest=guest)
    return clip


@pytest.fixture
def page(chromium: Browser, clip: Clip, live_server: Any, member: User) -> Iterator[Page]:
    context = window_of(chromium, live_server.url, member, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def test_comments_and_the_player_go_together(page: Page, clip: Clip) -> None:
    first = Comment.objects.get()
    # Without its script the moment is a link to the file itself.
    page.goto(f"/clips/{clip.pk}/", wait_until="networkidle")
    page.get_by_role("link", name="0:20–0:30").click()
    until(page, f"!{AUDIO}.paused && {AUDIO}.currentTime >= 20")

    # The moment is taken as soon as somebody begins to write, and the song waits for them.
    words = page.get_by_role("textbox", name="Comment", exact=True)
    words.focus()
    start = page.locator("#remark_start")
    taken = int(start.input_value().removeprefix("0:"))
    assert 20 <= taken < 40
    words.press_sequentially("More bass")
    until(page, f"{AUDIO}.paused")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("#marks a")).to_have_count(2)
    until(page, f"!{AUDIO}.paused")
    said = Comment.objects.latest("pk")
    assert (said.text, said.start, said.end) == ("More bass", taken, None)
    expect(words).to_have_value("")

    # From its mark to the thread; and a part that is chosen is what the next one is about.
    page.locator("#marks a").last.dispatch_event("click")
    expect(page.locator(f"#comment-{said.pk}")).to_be_focused()
    page.evaluate(f"{AUDIO}.pause()")
    page.get_by_role("button", name="Choose a part").click()
    part = [page.locator(f"#part-{name}").input_value() for name in ("start", "end")]
    assert all(part)
    assert [page.locator(f"#remark_{name}").input_value() for name in ("start", "end")] == part

    # An address leads to its comment, also to one that is resolved.
    comments.resolve(first, by=clip.project.owner)
    page.goto(f"/clips/{clip.pk}/comments/")
    page.goto(f"/clips/{clip.pk}/#comment-{first.pk}")
    expect(page.locator(f"#comment-{first.pk}")).to_be_visible()
    expect(page.locator(f"#comment-{first.pk}")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_a_phone_holds_it(page: Page, clip: Clip, scheme: str, tmp_path: Path) -> None:
    head = Comment.objects.get()
    comments.answer(head, text="We will", by=clip.project.owner)
    comments.add(clip, text="The whole of it", start=None, end=None, by=clip.project.owner)
    order = f"/clips/{clip.pk}/order/replace_music/?comment={head.pk}"
    paths = [f"/clips/{clip.pk}/", f"/clips/{clip.pk}/comments/", order]
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for path in paths:
        page.goto(path)
        for fold in page.locator("#comments details").all():
            fold.evaluate("fold => { fold.open = true }")
        assert violations(page) == []
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.set_viewport_size({"width": 1440, "height": 900})
    assert_valid(page, paths, tmp_path)
