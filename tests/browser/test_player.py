"""The player in a real Chromium with real files: it goes on while pages change, and from song to song."""

import json
import re

import pytest
from playwright.sync_api import Browser, Page, expect

from studio.audio import ffmpeg
from tests.browser.conftest import become_owner, sign_in, until, violations
from tests.running import RunningStudio

# As the project page lists them: the newest first.
SONGS = {"Short": 3, "Brief": 3, "Torn": 3, "Middle": 6, "Long": 40}
SEED = """
import hashlib, json; from pathlib import Path
project = Project.objects.get()
for title, seconds in reversed(json.loads({songs!r}).items()):
    clip = Clip.objects.create(project=project, created_by=project.owner, title=title, sort_title=title,
        sound="a tone", duration=seconds, loudness=-14, true_peak=-1, peaks=bytes(range(200)))
    data = Path({folder!r}, f"{{title}}.m4a").read_bytes()
    Asset.objects.create(clip=clip, kind="master", name=f"{{title}}.m4a", content_type="audio/mp4",
        size=len(data), sha256=hashlib.sha256(data).hexdigest())
"""
AUDIO = "document.getElementById('audio')"
PLAYS = f"!{AUDIO}.paused && {AUDIO}.currentTime > 0.2"
TITLE = "document.querySelector('[data-player-title]').textContent"


@pytest.fixture(scope="module")
def session(studio: RunningStudio, chromium: Browser) -> list[dict[str, str]]:
    """The songs, and the cookies of a person who is signed in to hear them."""
    studio.media.mkdir(exist_ok=True)
    for number, (title, seconds) in enumerate(SONGS.items()):
        tone = f"sine=frequency={220 + 40 * number}:duration={seconds}"
        ffmpeg.run(["-f", "lavfi", "-i", tone, "-c:a", "aac", str(studio.media / f"{title}.m4a")])
    (studio.media / "Torn.m4a").write_bytes(b"not a song at all")
    context = chromium.new_context(base_url=studio.url)
    become_owner(context.new_page(), studio)
    studio.manage("shell", "--command", SEED.format(songs=json.dumps(SONGS), folder=str(studio.media)))
    cookies = context.cookies()
    context.close()
    return cookies  # type: ignore[return-value]


@pytest.fixture
def player(page: Page, session: list[dict[str, str]]) -> Page:
    page.context.add_cookies(session)  # type: ignore[arg-type]
    page.goto("/projects/1/")
    return page


def press_play(page: Page, title: str) -> None:
    page.get_by_role("button", name=f"Play {title}").first.click()
    until(page, PLAYS)
    assert page.evaluate(TITLE) == title


def sounding(page: Page) -> int:
    return int(page.evaluate("[...document.querySelectorAll('audio')].filter(each => !each.paused).length"))


@pytest.mark.slow
def test_it_plays_on_through_four_pages(player: Page) -> None:
    press_play(player, "Long")
    player.evaluate(f"window.heard = {AUDIO}")
    links = {"Long": "clips", "Lyrics": "lyrics", "Tasks": "tasks", "Team": "team"}
    for name, address in links.items():
        at = player.evaluate(f"{AUDIO}.currentTime")
        player.get_by_role("link", name=name, exact=True).first.click()
        player.wait_for_url(f"**/{address}/**")
        until(player, f"{AUDIO}.currentTime > {at} + 0.2")
        assert player.evaluate(f"heard === {AUDIO} && !heard.paused"), f"it stopped on the way to {name}"


@pytest.mark.slow
def test_no_hole_between_two_songs(player: Page) -> None:
    """From `ended` of one to the first sound of the other, with what that one has played by then taken off.
    The line is slow: a song that was only asked for at the end would come too late."""
    line = {"offline": False, "latency": 300, "downloadThroughput": -1, "uploadThroughput": -1}
    player.context.new_cdp_session(player).send("Network.emulateNetworkConditions", line)
    player.evaluate("""() => {
      window.ended = window.hole = null;
      for (const each of document.querySelectorAll('[data-player] audio')) {
        each.addEventListener('ended', () => (window.ended ??= performance.now()), true);
        each.addEventListener('timeupdate', () => {
          if (window.ended && !each.ended && each.currentTime)
            window.hole ??= performance.now() - window.ended - 1000 * each.currentTime;
        });
      }
    }""")
    with player.expect_response(re.compile("/played/")) as counted:
        press_play(player, "Short")
        until(player, f"{TITLE} === 'Brief' && {PLAYS}")
    assert counted.value.status == 204
    until(player, "window.hole !== null")
    hole = player.evaluate("window.hole")
    print(f"from one song to the next: {hole:.0f} ms")
    assert hole < 200


@pytest.mark.slow
def test_a_song_that_cannot_be_played_is_told_and_passed_over(player: Page) -> None:
    press_play(player, "Brief")
    player.keyboard.press("j")
    expect(player.get_by_text("Torn can’t be played now. The queue goes on after it.")).to_be_visible()
    until(player, f"{TITLE} === 'Middle' && {PLAYS}")
    assert sounding(player) == 1


@pytest.mark.slow
def test_the_queue_by_keyboard_alone(player: Page) -> None:
    press_play(player, "Short")
    player.keyboard.press("Space")  # the pressed button is in focus: pause
    until(player, f"{AUDIO}.paused")
    player.get_by_role("button", name="Queue", exact=True).focus()
    player.keyboard.press("Enter")
    queue = player.get_by_role("dialog", name="Queue")
    rows = queue.get_by_role("listitem")
    expect(rows).to_have_text(["Brief0:03", "Torn0:03", "Middle0:06", "Long0:40"])
    for _ in range(3):  # close, Brief, its cross
        player.keyboard.press("Tab")
    expect(queue.get_by_role("button", name="Remove Brief")).to_be_focused()
    player.keyboard.press("Enter")
    expect(queue.get_by_role("button", name="Remove Torn")).to_be_focused()
    player.keyboard.press("Enter")
    expect(rows).to_have_text(["Middle0:06", "Long0:40"])
    player.keyboard.press("Shift+Tab")
    player.keyboard.press("Enter")
    until(player, f"{TITLE} === 'Middle' && {PLAYS}")
    player.keyboard.press("Escape")
    expect(queue).to_be_hidden()
    expect(player.get_by_role("button", name="Queue", exact=True)).to_be_focused()


@pytest.mark.slow
def test_what_is_put_into_the_queue_comes_before_the_rest_of_the_page(player: Page) -> None:
    press_play(player, "Middle")
    player.get_by_role("button", name="Pause", exact=True).click()
    player.get_by_role("checkbox", name="Select Brief").check()
    player.get_by_role("checkbox", name="Select Short").check()
    player.get_by_role("button", name="Add to queue").click()
    expect(player.get_by_text("In the queue: 2 songs")).to_be_visible()
    player.get_by_role("button", name="Queue", exact=True).click()
    rows = player.get_by_role("dialog", name="Queue").get_by_role("listitem")
    expect(rows).to_contain_text(["Short", "Brief", "Long"])
    player.keyboard.press("Escape")

    player.get_by_role("link", name="Long", exact=True).click()
    expect(player.get_by_role("heading", name="Long", level=1)).to_be_visible()
    press_play(player, "Long")  # another song from another page: what was asked for still comes next
    expect(player.locator("[data-player-cover] .art")).to_be_visible()
    button = player.get_by_role("button", name="Add to queue")
    button.click()
    button.evaluate("button => (button.dataset.enqueue = 'next')")
    button.click()
    expect(player.get_by_text("Next: Long")).to_be_visible()
    player.get_by_role("button", name="Queue", exact=True).click()
    expect(rows).to_contain_text(["Long", "Short", "Brief", "Long"])


@pytest.mark.slow
def test_it_remembers_until_somebody_signs_out(page: Page, session: list[dict[str, str]]) -> None:
    sign_in(page)
    press_play(page, "Long")
    page.locator("[data-player-seek]").fill("20")
    until(page, f"{AUDIO}.currentTime > 20.8")
    left = page.evaluate(f"{AUDIO}.currentTime")
    page.goto("about:blank")
    again = page.context.new_page()
    again.goto("/credits/")
    expect(again.locator("[data-player-title]")).to_have_text("Long")
    until(again, f"{AUDIO}.readyState > 0 && {AUDIO}.currentTime >= {left}")
    again.wait_for_timeout(300)
    assert sounding(again) == 0, "it started by itself"
    again.get_by_role("button", name="Play", exact=True).click()
    until(again, f"{AUDIO}.currentTime > {left} + 0.3")

    again.get_by_role("button", name="Account").click()
    again.get_by_role("button", name="Sign out").click()
    again.wait_for_url("**/account/**")
    assert again.evaluate("localStorage.getItem('player')") is None


@pytest.mark.slow
def test_only_one_tab_plays(player: Page) -> None:
    press_play(player, "Long")
    other = player.context.new_page()
    other.goto("/projects/1/")
    press_play(other, "Middle")
    until(player, f"{AUDIO}.paused")
    other.get_by_role("button", name="Pause", exact=True).click()
    until(other, "localStorage.getItem('player') !== null")
    player.goto("about:blank")  # what this tab played is not the newest any more
    other.wait_for_timeout(200)  # until what it might have written is seen here
    kept = json.loads(other.evaluate("localStorage.getItem('player')"))
    assert kept["queue"][kept["place"]]["title"] == "Middle"


@pytest.mark.slow
def test_what_else_sounds_on_the_page_stops_it(player: Page) -> None:
    press_play(player, "Long")
    player.evaluate("""() => {
      const other = Object.assign(new Audio(document.getElementById('audio').src), {id: 'other'});
      document.querySelector('main').append(other);
      other.play();
    }""")
    until(player, f"{AUDIO}.paused && !other.paused")
    player.get_by_role("button", name="Play", exact=True).click()
    until(player, f"other.paused && {PLAYS}")


@pytest.mark.slow
def test_the_lock_screen_knows_the_song(player: Page) -> None:
    player.add_init_script("""
      window.told = {}; const session = navigator.mediaSession;
      session.setActionHandler = (name, act) => (window.told[name] = act);
      session.setPositionState = state => (window.position = state);
    """)
    player.reload()
    press_play(player, "Long")
    known = "(({title, artist}) => [title, artist])(navigator.mediaSession.metadata)"
    assert player.evaluate(known) == ["Long", "a tone"]
    player.evaluate("window.told.seekto({seekTime: 12})")
    until(player, f"{AUDIO}.currentTime > 12 && position.position >= 12 && position.duration > 39")
    player.evaluate("window.told.seekforward({})")
    until(player, f"{AUDIO}.currentTime > 22")
    player.evaluate("window.told.pause()")
    until(player, f"{AUDIO}.paused && navigator.mediaSession.playbackState === 'paused'")
    player.evaluate("window.told.previoustrack()")  # far into a song it means: from its start
    until(player, f"{AUDIO}.currentTime < 1")
    assert player.evaluate(TITLE) == "Long"
    player.evaluate("window.told.previoustrack()")
    until(player, f"{TITLE} === 'Middle' && {PLAYS}")


@pytest.mark.slow
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_with_the_queue_open(player: Page, width: int) -> None:
    player.set_viewport_size({"width": width, "height": 844})
    press_play(player, "Long")
    player.keyboard.press("k")
    if width == 390:
        expect(player.get_by_role("button", name="Next", exact=True)).to_be_hidden()
        player.get_by_role("button", name="All controls").click()
        expect(player.get_by_role("button", name="Next", exact=True)).to_be_visible()
    player.get_by_role("button", name="Queue", exact=True).click()
    for scheme in ("light", "dark"):
        player.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert violations(player) == []
    assert player.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.slow
def test_scripts_come_with_the_page_that_needs_them(player: Page) -> None:
    loaded: list[str] = []
    player.on("request", lambda request: loaded.append(request.url.rsplit("/", 1)[-1].split(".")[0]))
    for _ in range(2):
        player.get_by_role("link", name="New song").first.click()
        expect(player.get_by_role("button", name="lo-fi")).to_be_visible()  # a chip, which form.js has made
        player.go_back()
        expect(player.get_by_role("heading", name="Olga")).to_be_visible()
    assert loaded.count("form") == loaded.count("writing") == 1
    # The same script of a later release: it would act twice on every click.
    player.evaluate("""() => {
      document.querySelector('main').dataset.module = '/static/js/form.0123456789ab.js';
      document.dispatchEvent(new CustomEvent('htmx:afterSettle', {detail: {}}));
    }""")
    player.wait_for_timeout(200)
    assert loaded.count("form") == 1
