"""A guest reviews a song in a real Chromium: the player's position is taken along, and leads back."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import User
from studio.audio import ffmpeg
from studio.models import Asset, Clip, Comment, Project, Share
from studio.services import comments, guests, media
from tests.browser.conftest import assert_valid, until, violations
from tests.sharing import shared
from tests.songs import song

SECONDS = 30
PLAYER = "document.getElementById('audio')"


@pytest.fixture
def clip(transactional_db: None, plain_files: None, project: Project) -> Clip:
    """With a tone to hear."""
    clip = song(project, "Night train", duration=float(SECONDS), peaks=bytes(range(200)) * 3)
    path = media.incoming("tone")
    ffmpeg.run(["-f", "lavfi", "-i", f"sine=duration={SECONDS}", "-f", "ipod", str(path)])
    facts: dict[str, Any] = {"content_type": "audio/mp4", "size": path.stat().st_size, "sha256": "0" * 64}
    media.keep(path, "clips/tone.m4a")
    Asset.objects.create(clip=clip, kind=Asset.Kind.MASTER, name="clips/tone.m4a", **facts)
    return clip


@pytest.fixture
def link(clip: Clip, member: User) -> tuple[Share, str]:
    share, token = shared(clip, member, level="approve", see_each_other=True)
    head = guests.comment(share, ("Ben", None), clip, text="Too soft here", start=10.0, end=14.0)
    comments.answer(head, text="We try another take", by=member)
    done = guests.comment(share, ("Ben", None), clip, text="Ends too soon", start=28.0, end=None)
    comments.resolve(done, by=member)
    return share, token


@pytest.fixture
def here(link: tuple[Share, str], live_server: Any, settings: Any) -> str:
    settings.PUBLIC_URL = live_server.url
    return f"{live_server.url}/s/{link[1]}/"


def opened(browser: Browser, here: str, **options: Any) -> tuple[BrowserContext, Page]:
    context = browser.new_context(**options)
    page = context.new_page()
    page.goto(here)
    return context, page


def test_a_comment_takes_the_moment_along_and_leads_back_to_it(chromium: Browser, here: str) -> None:
    context, page = opened(chromium, here)
    # A time plays from there.
    page.get_by_role("link", name="0:10–0:14").click()
    until(page, f"{PLAYER}.currentTime > 10 && !{PLAYER}.paused")
    words = page.get_by_label("Comment", exact=True)
    words.focus()
    assert page.get_by_label("From").input_value() in ("0:10", "0:11", "0:12")
    words.press_sequentially("Lo")
    until(page, f"{PLAYER}.paused")  # while somebody types
    words.fill("")
    page.get_by_role("button", name="Pause").or_(page.get_by_role("button", name="Play")).first.focus()
    until(page, f"!{PLAYER}.paused")  # they thought better of it
    words.fill("Louder drums")
    page.get_by_label("Your name").first.fill("Anna")
    assert {each.input_value() for each in page.get_by_label("Your name").all()} == {"Anna"}  # in every form
    page.get_by_role("button", name="Comment", exact=True).click()
    page.wait_for_url("**#c-*")
    thread = page.locator(":target")
    expect(thread).to_contain_text("Louder drums")
    expect(thread).to_contain_text("Anna (you)")
    assert page.get_by_label("Your name").count() == 0
    # A mark on the waveform leads to its comment, and one in the fold opens it.
    page.goto(here)
    page.locator(".marks path").last.click()
    expect(page.locator(":target")).to_contain_text("Louder drums")
    done = Comment.objects.get(text="Ends too soon")
    page.goto(f"{here}#c-{done.key}")
    expect(page.get_by_text("Ends too soon", exact=True)).to_be_visible()
    context.close()


def test_without_a_script_all_of_it_works(chromium: Browser, here: str, clip: Clip) -> None:
    context, page = opened(chromium, here, java_script_enabled=False, viewport={"width": 390, "height": 844})
    page.get_by_label("Comment", exact=True).fill("Less reverb")
    page.get_by_label("From").fill("0:12")
    page.locator("form", has=page.get_by_label("From")).get_by_label("Your name").fill("Anna")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.get_by_text("Less reverb", exact=True)).to_be_visible()
    page.get_by_role("link", name="Change it").click()
    page.get_by_label("Comment").fill("No reverb")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("No reverb", exact=True)).to_be_visible()
    page.get_by_text("Answer", exact=False).first.click()
    page.get_by_role("textbox", name="Answer").first.fill("I agree")
    page.get_by_role("button", name="Send the answer").first.click()
    expect(page.get_by_text("I agree", exact=True)).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("You approved this")).to_be_visible()
    assert str(Clip.objects.get(pk=clip.pk).approved_guest) == "Anna"
    context.close()


def test_everybody_can_read_and_use_it(chromium: Browser, here: str, tmp_path: Path) -> None:
    context, page = opened(chromium, here, viewport={"width": 390, "height": 844}, color_scheme="light")
    assert violations(page) == []
    for fold in page.locator("details").all():
        fold.locator("> summary").click()
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.get_by_text("Write what there is to say.")).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    until(page, "document.documentElement.scrollWidth <= innerWidth")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == []
    assert_valid(page, [here], tmp_path)
    context.close()
