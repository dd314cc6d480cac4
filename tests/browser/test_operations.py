"""Everything that can be ordered, each from the screen where a person looks for it to its result in place."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from studio.audio import ffmpeg
from tests.browser.conftest import PASSWORD, assert_valid, become_owner, sign_in, until, violations
from tests.running import RunningStudio

pytestmark = pytest.mark.slow

PATIENCE = 120_000
LYRICS = "[Verse]\nStreetlights hum along the river\nI am walking home again\n[Chorus]\nOh the night is blue"


def new_song(page: Page, studio: RunningStudio) -> int:
    """The first song of this studio, a clip's number."""
    become_owner(page, studio)
    page.goto("/projects/1/new-song/")
    page.get_by_label("Sound description").fill("slow folk with guitar")
    page.get_by_text("From lyrics", exact=True).click()
    page.get_by_label("Lyrics", exact=True).fill(LYRICS)
    page.get_by_label("Title").fill("Blue night")
    page.locator("[data-create]").click()
    expect(page.locator("#takes [data-status=done]")).to_have_count(1, timeout=PATIENCE)
    return int(studio.query("Clip.objects.get(title='Blue night').pk"))


@pytest.fixture(scope="module")
def books(studio: RunningStudio) -> dict[str, Any]:
    """What is known of the first song; the tests of this file go on from each other's results."""
    return {}


@pytest.fixture
def song(page: Page, studio: RunningStudio, books: dict[str, Any]) -> int:
    if "song" in books:
        sign_in(page)
    else:
        books["song"] = new_song(page, studio)
    return int(books["song"])


def price_of(page: Page, do: Any) -> int:
    """Credits that the pill lost meanwhile."""
    pill = page.locator("#credits")
    before = int(pill.get_attribute("data-balance") or 0)
    do()
    page.reload()
    return before - int(pill.get_attribute("data-balance") or 0)


def order(page: Page, song: int, operation: str, button: str, **fields: str) -> None:
    """From the clip's page to the order, and back to the clip's page."""
    page.goto(f"/clips/{song}/")
    page.get_by_role("group", name="Make from this song").get_by_role("link", name=operation).click()
    page.wait_for_url("**/order/**")
    for label, value in fields.items():
        page.get_by_role("textbox", name=label.replace("_", " "), exact=True).fill(value)
    page.get_by_role("button", name=re.compile(button)).click()
    page.wait_for_url(f"**/clips/{song}/")


def child(studio: RunningStudio, operation: str) -> dict[str, Any]:
    """The clip that came of the last order of this operation."""
    theirs = f"Clip.objects.filter(task__operation='{operation}').order_by('-pk')"
    facts = "'pk', 'title', 'duration', 'task__source', 'task__price'"
    found = studio.query(f"list({theirs}.values({facts})[:1])")
    assert found, f"no clip of {operation}"
    return dict(found[0])


def family(page: Page) -> Any:
    return page.get_by_role("region", name="Family")


def test_lyrics_are_made_then_edited_then_sung(page: Page, song: int, studio: RunningStudio) -> None:
    page.goto("/projects/1/lyrics/")

    def write() -> None:
        page.get_by_label("What it is about").fill("a lighthouse in the fog")
        page.get_by_role("button", name=re.compile("Write · 1 credit")).click()
        expect(page.get_by_role("link", name=re.compile("^Open"))).to_be_visible(timeout=PATIENCE)

    assert price_of(page, write) == 1
    page.goto(f"/lyrics/{studio.query('LyricSheet.objects.get().pk')}/")
    words = page.get_by_label("Lyrics", exact=True)
    expect(words).to_have_value(re.compile(r"\[Verse 1\](.|\n)*\[Chorus\]"))
    words.fill("[Verse]\nThe lighthouse is mine\nAnd the fog is thine")
    page.get_by_role("button", name="Save version").click()
    expect(page.get_by_text(re.compile("version 2"))).to_be_visible()
    page.get_by_role("button", name="Sing it").click()
    page.wait_for_url("**/new-song/**")
    expect(page.get_by_label("Lyrics", exact=True)).to_have_value(re.compile("The lighthouse is mine"))
    page.locator("[data-create]").click()
    expect(page.locator("#takes [data-status=done]")).to_have_count(2, timeout=PATIENCE)
    assert "The lighthouse is mine" in studio.query("Clip.objects.order_by('-pk')[0].lyrics")


def test_a_song_goes_on_from_where_one_says(page: Page, song: int, studio: RunningStudio) -> None:
    fields = {"Goes_on_from": "0:45", "New_music": "20"}
    assert price_of(page, lambda: _extended(page, song, fields)) == 12
    made = child(studio, "extend_music")
    assert (made["task__source"], made["task__price"]) == (song, 12)
    assert made["duration"] == pytest.approx(65, abs=1)
    expect(family(page).get_by_role("link", name="Blue night")).to_be_visible()
    page.goto(f"/clips/{made['pk']}/")
    expect(family(page)).to_contain_text("Extended from")


def _extended(page: Page, song: int, fields: dict[str, str]) -> None:
    order(page, song, "Extend", "Extend · 12 credits", **fields)
    expect(family(page)).to_be_visible(timeout=PATIENCE)


def test_a_part_is_replaced_that_was_chosen_on_the_waveform(
    page: Page, song: int, studio: RunningStudio
) -> None:
    page.goto(f"/clips/{song}/order/replace_music/")
    start, end = (page.get_by_role("textbox", name=name, exact=True) for name in ("From", "To"))
    start.fill("0:20")
    end.fill("0:39")
    handles = page.locator("[data-handle]")
    handles.nth(1).focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    expect(end).to_have_value("0:40")
    page.get_by_role("button", name=re.compile("Replace · 12 credits")).click()
    page.wait_for_url(f"**/clips/{song}/")
    expect(family(page)).to_contain_text("replaced", timeout=PATIENCE)
    made = child(studio, "replace_music")
    assert made["task__source"] == song
    params = studio.query("Task.objects.get(operation='replace_music').params")
    assert (params["starts_at"], params["ends_at"]) == (20, 40)
    assert made["duration"] == pytest.approx(studio.query(f"Clip.objects.get(pk={song}).duration"), abs=0.1)


def test_a_song_is_covered(page: Page, song: int, studio: RunningStudio) -> None:
    order(page, song, "Cover", "Cover · 12 credits", How_it_should_sound="fast techno", Title="Blue club")
    expect(family(page).get_by_role("link", name="Blue club")).to_be_visible(timeout=PATIENCE)
    assert child(studio, "cover_music")["title"] == "Blue club"


def test_an_ended_session_keeps_what_was_typed(page: Page, song: int) -> None:
    there = f"/clips/{song}/order/cover_music/"
    page.goto(there)
    page.get_by_role("textbox", name="How it should sound", exact=True).fill("a choir of frogs")
    page.context.clear_cookies()
    page.get_by_role("button", name=re.compile("Cover ·")).click()
    page.wait_for_url(re.compile("/account/sign-in/"))
    page.get_by_label("E-mail address").fill("olga@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"**{there}")
    typed = page.get_by_role("textbox", name="How it should sound", exact=True)
    expect(typed).to_have_value("a choir of frogs")


def test_a_film_is_made_and_played(page: Page, song: int, studio: RunningStudio) -> None:
    order(page, song, "Video", "Make the video · 5 credits")
    film = page.locator("video")
    expect(film).to_be_visible(timeout=PATIENCE)
    film.evaluate("film => { film.muted = true; }")
    box = film.bounding_box()
    assert box
    page.mouse.click(box["x"] + 24, box["y"] + box["height"] - 40)  # the play button of the browser's own bar
    until(page, "document.querySelector('video').currentTime > 0.3")
    page.get_by_role("button", name="Make a FLAC · free").click()
    expect(page.get_by_role("link", name="Download FLAC, flac")).to_be_visible(timeout=PATIENCE)
    expect(film).to_be_visible()
    assert film.evaluate("film => film.videoWidth") == 1280
    assert studio.query("Task.objects.get(operation='video_clip').price") == 5
    film_that_no_card_tells_of(page, song, studio)


def film_that_no_card_tells_of(page: Page, song: int, studio: RunningStudio) -> None:
    """The page was read between the film and the end of its order, and has no card that could change."""
    facts = "kind='video', label='late', name='late.mp4', content_type='video/mp4', size=1, sha256='0' * 64"
    late = studio.query(f"Asset.objects.create(clip_id={song}, {facts}).pk")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # the slow turn is a while away
    expect(page.locator("video")).to_have_count(2)
    studio.query(f"Asset.objects.filter(pk={late}).delete()")


def test_a_recording_is_uploaded_and_filmed(
    page: Page, song: int, studio: RunningStudio, tmp_path: Path
) -> None:
    file = tmp_path / "Field recording.wav"
    tone = "sine=frequency=330:sample_rate=44100:duration=8"
    ffmpeg.run(["-f", "lavfi", "-i", tone, "-ac", "2", f"file:{file}"])
    page.goto("/projects/1/upload/")
    page.get_by_label("Recording", exact=True).set_input_files(file)
    page.get_by_role("button", name=re.compile("Upload · 2 credits")).click()
    page.wait_for_url("**/projects/1/")
    expect(page.get_by_role("link", name="Field recording")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#takes > [data-status=done]").first).to_contain_text(
        "Field recording", timeout=PATIENCE
    )
    made = child(studio, "upload")
    assert made["duration"] == pytest.approx(8, abs=0.2)
    order(page, made["pk"], "Video", "Make the video · 5 credits")
    expect(page.locator("video")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("link", name="Download As uploaded, wav")).to_be_visible()


def test_a_wav_is_fetched_and_an_mp3_made_for_nothing(page: Page, song: int, studio: RunningStudio) -> None:
    page.goto(f"/clips/{song}/")

    def make_mp3() -> None:
        page.get_by_role("button", name="Make an MP3 · free").click()
        expect(page.get_by_role("link", name="Download MP3, mp3")).to_be_visible(timeout=PATIENCE)

    assert price_of(page, make_mp3) == 0

    def fetch_wav() -> None:
        page.get_by_text("Have it made by the provider").click()
        page.get_by_role("link", name="Choose a format").click()
        page.get_by_role("radio", name=re.compile("wav", re.IGNORECASE)).check()
        page.get_by_role("button", name=re.compile("Fetch · 2 credits")).click()
        page.wait_for_url(f"**/clips/{song}/")
        file = page.get_by_role("link", name=re.compile("Download WAV, from the provider"))
        expect(file).to_be_visible(timeout=PATIENCE)

    assert price_of(page, fetch_wav) == 2


def test_stems_are_imported(page: Page, song: int, studio: RunningStudio) -> None:
    page.goto("/projects/1/import/")
    page.get_by_label("Song id").fill(studio.query(f"Clip.objects.get(pk={song}).upstream_id"))
    page.get_by_label("Format").select_option("stems")
    page.get_by_role("button", name="Import · free").click()
    page.wait_for_url("**/projects/1/")
    until(page, "!document.querySelector('[data-moving]')", within=60)
    made = studio.query("Clip.objects.get(provider='useapi').pk")
    page.goto(f"/clips/{made}/")
    for stem in ("Drums", "Bass", "Chords", "Lead", "Voice"):
        expect(page.get_by_role("button", name=re.compile(f"^Play {stem}"))).to_be_visible()
    assert studio.query("Task.objects.get(provider='useapi').price") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_orders(page: Page, song: int, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    found = {}
    for path in pages(song):
        page.goto(path)
        found[path] = violations(page)
    assert {path: each for path, each in found.items() if each} == {}


def test_the_pages_of_orders_fit_a_phone(page: Page, song: int) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for path in pages(song):
        page.goto(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, f"{path} is {width} pixels wide"


def test_the_markup_of_the_pages_of_orders_is_valid(page: Page, song: int, tmp_path: Path) -> None:
    assert_valid(page, pages(song), tmp_path)


def test_the_books_are_right_after_all_of_it(page: Page, song: int, studio: RunningStudio) -> None:
    assert "All is well" in studio.manage("audit", "--files", "--upstream")


def pages(song: int) -> list[str]:
    orders = ("extend_music", "replace_music", "cover_music", "video_clip", "download")
    return [
        f"/clips/{song}/",
        *(f"/clips/{song}/order/{operation}/" for operation in orders),
        "/lyrics/",
        "/lyrics/1/",
        "/projects/1/lyrics/",
        "/projects/1/lyrics/new/",
        "/projects/1/upload/",
        "/projects/1/import/",
        "/providers/",
        "/queue/",
    ]
