"""Lyrics that go along with the song, and times that are tapped along with it: in a real browser."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from studio.audio import ffmpeg
from studio.models import Asset, Clip, Project, Timing
from studio.services import media, timings
from studio.text.timing import Line
from tests.browser.conftest import assert_valid, until, violations, window_of
from tests.songs import song

SECONDS = 20
LINES = ["Streetlights hum", "I am walking home again", "Blue, blue night"]
LYRICS = "\n".join(["[Verse]", *LINES[:2], "[Chorus]", LINES[2]])
AT = "document.getElementById('audio').currentTime"


@pytest.fixture
def clip(transactional_db: None, plain_files: None, project: Project) -> Clip:
    """A song that can be heard, whose lines follow one another at 0.5 s, 2 s and 8 s."""
    clip = song(project, lyrics=LYRICS, duration=float(SECONDS))
    path = media.path_of("clips/song.m4a")
    path.parent.mkdir(parents=True)
    ffmpeg.run(["-f", "lavfi", "-i", f"sine=330:duration={SECONDS}", "-c:a", "aac", str(path)])
    data = path.read_bytes()
    facts: dict[str, Any] = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    Asset.objects.create(clip=clip, kind="master", name="clips/song.m4a", content_type="audio/mp4", **facts)
    times = zip((1, 2, 4), LINES, (0.5, 2.0, 8.0), (1.5, 4.0, 12.0), strict=True)
    lines = [Line(*each) for each in times]
    timings.write(clip, lines, by=project.owner, source="file", before="")
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


def test_lines_follow_the_song_and_are_tapped_by_keyboard(page: Page, clip: Clip, tmp_path: Any) -> None:
    page.goto(f"/clips/{clip.pk}/")
    line = [page.get_by_role("button", name=text, exact=True) for text in LINES]
    marked = page.locator("[data-follow] [aria-current]")
    page.get_by_role("button", name="Play Blue night").first.click()
    expect(marked).to_have_text(LINES[0])
    expect(marked).to_have_text(LINES[1])
    line[2].click()
    until(page, f"{AT} > 8")
    expect(marked).to_have_text(LINES[2])
    line[2].press("ArrowUp")
    expect(line[1]).to_be_focused()
    page.keyboard.press("Enter")
    until(page, f"{AT} >= 2 && {AT} < 4")
    expect(marked).to_have_text(LINES[1])
    assert violations(page) == []

    page.get_by_role("link", name="Change the times").click()
    now = page.get_by_role("button", name="Now", exact=True)
    text = page.get_by_label("Lines and times")
    text.fill(LYRICS)
    page.locator("main").focus()
    # The recording is short, and a busy machine may have come to its end by now.
    page.evaluate("audio => { audio.currentTime = 0; return audio.play() }", page.query_selector("#audio"))
    moments = []
    for key in (" ", "Enter", " "):
        moments.append(page.evaluate(AT))
        page.keyboard.press(key)
        assert not page.evaluate("document.getElementById('audio').paused"), "Space is the player's elsewhere"
    expect(now).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Backspace")
    expect(text).to_have_value(
        re.compile(r"^\[Verse\]\n\[00:0\d\.\d\d\] Streetlights hum\n.*\n\[Chorus\]\n\[00")
    )
    page.keyboard.press("Escape")
    expect(page.locator("[data-now]")).to_have_text("Play")
    assert violations(page) == []
    assert_valid(page, [page.url, f"/clips/{clip.pk}/"], tmp_path)
    page.get_by_role("button", name="Save the times").press("Enter")
    expect(page.get_by_text("The times are saved.")).to_be_visible()
    saved = timings.lines_of(Timing.objects.get(clip=clip))
    assert [each.line for each in saved] == [1, 2, 4]
    assert [each.start for each in saved] == pytest.approx(moments, abs=0.3)
    assert [each.start for each in saved] == sorted(each.start for each in saved)
