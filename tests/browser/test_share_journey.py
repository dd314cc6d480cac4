"""A song goes to a client and comes back approved: by a link, a comment, an order, and a handover."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from studio.audio import ffmpeg
from tests.browser.conftest import become_owner, until
from tests.running import RunningStudio, wait_for

pytestmark = pytest.mark.slow

PATIENCE = 120_000
LYRICS = "[Verse]\nStreetlights hum along the river\nI am walking home again\n[Chorus]\nOh the night is blue"
SECRET = "eight blue nights"
LONG_S = 180  # as a WAV some 30 MB, far more than a browser keeps ahead
LONG = """
from studio.services import media, search, shares
project = Project.objects.get()
clip = Clip.objects.create(project=project, created_by=project.owner, title="Long night", duration={seconds},
    loudness=-14, true_peak=-1, peaks=bytes(600), upstream_id="long")
search.index(clip)
Asset.objects.create(clip=clip, kind="master", name="long.wav", content_type="audio/wav",
    size={size}, sha256="0" * 64)
share, token = shares.create(project=project, kind="clip", by=project.owner, thing={{"clip": clip}},
    expires_at=None, label="For a listener")
print(share.pk, token)
"""


def fresh(chromium: Browser, studio: RunningStudio, **options: Any) -> tuple[BrowserContext, Page]:
    """A browser that was never here."""
    context = chromium.new_context(base_url=studio.url, **options)
    assert context.cookies() == []
    return context, context.new_page()


@pytest.fixture(scope="module")
def cookies(studio: RunningStudio, chromium: Browser) -> Any:
    """Of the studio's owner."""
    context = chromium.new_context(base_url=studio.url)
    become_owner(context.new_page(), studio)
    found = context.cookies()
    context.close()
    return found


@pytest.fixture
def team(page: Page, cookies: Any) -> Page:
    page.context.add_cookies(cookies)
    return page


def new_song(page: Page, studio: RunningStudio) -> int:
    page.goto("/projects/1/new-song/")
    page.get_by_label("Sound description").fill("slow folk with guitar")
    page.get_by_text("From lyrics", exact=True).click()
    page.get_by_label("Lyrics", exact=True).fill(LYRICS)
    page.get_by_label("Title").fill("Blue night")
    page.locator("[data-create]").click()
    expect(page.locator("#takes [data-status=done]")).to_have_count(1, timeout=PATIENCE)
    return int(studio.query("Clip.objects.get().pk"))


def share(page: Page, song: int) -> str:
    """With a password, for an hour: the address, which stands on the page this once."""
    page.goto(f"/clips/{song}/")
    page.get_by_role("link", name="Share", exact=True).click()
    page.get_by_label("Who gets it").fill("Anna Berg")
    page.get_by_label("Approve: comment").check()
    page.get_by_label("Ends", exact=True).select_option("In an hour")
    page.get_by_label("Password", exact=True).fill(SECRET)
    page.get_by_role("button", name="Create the link").click()
    address = page.locator("#new-address").input_value()
    page.reload()
    expect(page.locator("#new-address")).to_have_count(0)
    return address


def article(page: Page, number: int) -> Locator:
    return page.locator("article.song").nth(number)


def test_from_a_link_to_the_handover(team: Page, studio: RunningStudio, chromium: Browser) -> None:
    song = new_song(team, studio)
    address = share(team, song)

    # The client: a new browser, without a script.
    context, client = fresh(chromium, studio, java_script_enabled=False)
    client.goto(address)
    assert "Blue night" not in client.content()
    client.get_by_label("Password").fill(SECRET)
    client.get_by_role("button", name="Open").click()
    expect(client.get_by_role("heading", name="Blue night")).to_be_visible()
    client.locator("article audio").evaluate("audio => audio.play()")
    until(client, "document.querySelector('article audio').currentTime > 0.3")
    client.get_by_label("Comment", exact=True).fill("This part drags")
    client.get_by_label("From").fill("0:02")
    client.get_by_label("To", exact=True).fill("0:08")
    expect(client.get_by_label("Your name").last).to_have_value("Anna Berg")  # for whom the link was made
    client.get_by_role("button", name="Comment", exact=True).click()
    expect(client.get_by_text("This part drags", exact=True)).to_be_visible()
    assert client.get_by_label("Your name").count() == 0

    # The team: the comment, and the order that it becomes.
    team.goto(f"/clips/{song}/")
    remarks = team.get_by_role("region", name="Comments")
    expect(remarks).to_contain_text("Anna Berg, guest through")
    remarks.get_by_role("link", name=re.compile("^Replace this part")).click()
    team.wait_for_url("**/order/**")
    expect(team.get_by_text("This part drags", exact=True)).to_be_visible()
    part = [team.locator(f"#id_{name}").input_value() for name in ("starts_at", "ends_at")]
    assert part == ["0:02", "0:08"]
    team.locator(".send .primary").click()
    team.wait_for_url(f"**/clips/{song}/")
    answers = f"Clip.objects.filter(task__comment__clip={song}).values_list('pk', flat=True)"
    [take] = wait_for(lambda: studio.query(f"list({answers})"), within=120, every=1)
    team.goto(f"/clips/{take}/")
    expect(team.get_by_text("Answers a comment by Anna Berg", exact=False)).to_be_visible()

    # The client: the new take beside the old, and yes to it.
    client.goto(address)
    expect(client.locator("article.song")).to_have_count(2)
    expect(article(client, 0)).to_contain_text("Answered by a new take")
    article(client, 1).get_by_role("button", name="Approve").click()
    expect(article(client, 1)).to_contain_text("You approved this")
    expect(article(client, 0)).not_to_contain_text("You approved this")

    # The team: locked, and handed over.
    team.goto(f"/clips/{take}/")
    expect(team.locator(".verdict").first).to_contain_text(
        "Approved by Anna Berg (guest, through “For Anna Berg”)"
    )
    team.get_by_role("button", name="Make final").click()
    team.get_by_role("link", name="Hand over").click()
    team.get_by_role("button", name=re.compile("^Prepare")).click()
    expect(team.get_by_role("link", name="Download MP3")).to_be_visible(timeout=PATIENCE)
    with team.expect_download() as zipped:
        team.get_by_role("link", name="Everything in one zip").click()
    assert Path(zipped.value.path()).stat().st_size > 100_000
    client.goto(address)
    expect(article(client, 1).get_by_role("button", name="Take back")).to_have_count(0)
    context.close()


def test_a_link_that_is_revoked_while_it_plays_stops(
    team: Page, studio: RunningStudio, chromium: Browser
) -> None:
    path = studio.media / "long.wav"
    ffmpeg.run(["-f", "lavfi", "-i", f"sine=duration={LONG_S}:sample_rate=48000", "-ac", "2", str(path)])
    code = LONG.format(seconds=LONG_S, size=path.stat().st_size)
    key, token = studio.manage("shell", "--verbosity", "0", "--command", code).split()
    context, client = fresh(chromium, studio)
    client.goto(f"/s/{token}/")
    client.get_by_role("button", name="Play Long night").click()
    until(client, "document.getElementById('audio').currentTime > 0.5")
    team.goto(f"/shares/{key}/")
    team.get_by_role("button", name=re.compile("Revoke")).first.click()
    expect(team.get_by_text("Revoked").first).to_be_visible()
    # What the browser had fetched ahead runs out, here sooner than a person would hear.
    client.evaluate("document.getElementById('audio').playbackRate = 16")
    until(client, "document.getElementById('audio').error !== null", within=30)
    assert client.evaluate("document.getElementById('audio').currentTime") < LONG_S / 2
    assert client.goto(f"/s/{token}/").status == 404  # type: ignore[union-attr]
    context.close()
