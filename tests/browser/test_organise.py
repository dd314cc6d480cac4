"""Choosing songs, what is done to them, the bin, and lists that are put in order: in a real browser."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from studio.models import Asset, Clip, Playlist, Project
from studio.services import bin, playlists
from tests.browser.conftest import assert_valid, until, violations
from tests.factories import again
from tests.songs import song

LONG = "Rain on the roof of a house where nobody has lived for a very long time"
TITLES = ("Ash", "Birch", "Cedar", "Dogwood", LONG)


@pytest.fixture
def songs(transactional_db: None, settings: Any, member: User, project: Project) -> list[Clip]:
    """Five songs of Mara's, listed with the newest first."""
    # The server of these tests finds files by their own names only.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    made = [song(project, title, sound="slow jazz with brushes") for title in reversed(TITLES)]
    for clip in made:
        facts: dict[str, Any] = {"content_type": "audio/mp4", "size": 9, "sha256": "0" * 64}
        Asset.objects.create(clip=clip, kind="master", name=f"clips/{clip.pk}.m4a", **facts)
    return made[::-1]


@pytest.fixture
def album(songs: list[Clip], project: Project, member: User) -> Playlist:
    playlist = playlists.create(project=project, name="Album", by=member)
    playlists.add(playlist, [clip.pk for clip in songs])
    return again(playlist)


@pytest.fixture
def mara(chromium: Browser, songs: list[Clip], live_server: Any, member: User) -> Any:
    client = Client()
    client.force_login(member)
    context = chromium.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900})
    name = django_settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    yield context.new_page()
    context.close()


def order(page: Page) -> list[str]:
    return [text.split()[0] for text in page.locator("#songs .song").all_inner_texts()]


def kept(playlist: Playlist) -> list[str]:
    return [entry.clip.title.split()[0] for entry in playlists.entries(playlist)]


def saved(page: Page, playlist: Playlist, titles: list[str]) -> None:
    for _ in range(100):
        if kept(playlist) == titles:
            return
        page.wait_for_timeout(50)
    assert kept(playlist) == titles


# -- Choosing --------------------------------------------------------------------------------------


def test_songs_are_chosen_and_outlive_what_the_list_does(mara: Page, songs: list[Clip]) -> None:
    mara.goto("/library/")
    bar = mara.get_by_role("form", name="The chosen songs")
    until(mara, "document.getElementById('bulk').hidden")
    mara.get_by_label("Select Ash").check()
    expect(bar.get_by_text("1 chosen", exact=True)).to_be_visible()
    mara.get_by_label("Select Cedar").click(modifiers=["Shift"])
    expect(bar.get_by_text("3 chosen", exact=True)).to_be_visible()
    mara.get_by_role("link", name="Dogwood", exact=True).focus()
    mara.keyboard.press("x")
    expect(mara.get_by_label("Select Dogwood")).to_be_checked()
    mara.get_by_label("Select Dogwood").press("Enter")  # would press the first button of the form
    # The list is drawn anew, as when somebody's song has come.
    redraw = "htmx.ajax('GET', '/library/', {target: '#found', select: '#found', swap: 'outerHTML'})"
    mara.evaluate("document.getElementById('found').dataset.old = '1'")
    mara.evaluate(redraw)
    until(mara, "!('old' in document.getElementById('found').dataset)")
    expect(mara.get_by_text("4 chosen", exact=True)).to_be_visible()
    expect(mara.get_by_label("Select Birch")).to_be_checked()
    mara.get_by_label("All on this page").check()
    expect(mara.get_by_text("5 chosen", exact=True)).to_be_visible()
    mara.get_by_label("All on this page").uncheck()
    expect(bar).to_be_hidden()


def test_many_are_tagged_and_binned_and_come_back(mara: Page, songs: list[Clip]) -> None:
    mara.goto("/library/?q=slow")
    mara.get_by_label("Select Ash").check()
    mara.get_by_text("Tag, move, playlist").click()
    mara.get_by_label("Tags", exact=True).press("Enter")
    expect(mara.get_by_text("Type a tag first.")).to_be_visible()
    assert mara.url.endswith("/library/?q=slow")
    mara.get_by_label("Tags", exact=True).fill("late")
    mara.get_by_role("button", name="Add", exact=True).click()
    expect(mara.get_by_text("1 song tagged “late”.")).to_be_visible()
    expect(mara.get_by_label("Everything that is found (5)")).to_be_hidden()
    mara.get_by_label("All on this page").check()
    mara.get_by_label("Everything that is found (5)").check()
    expect(mara.get_by_text("All chosen", exact=True)).to_be_visible()
    mara.get_by_role("button", name="Bin", exact=True).click()
    expect(mara.get_by_text("5 songs put into the bin.")).to_be_visible()
    mara.get_by_role("button", name="Undo").click()
    expect(mara.get_by_text("5 songs are back.")).to_be_visible()
    expect(mara.get_by_label("Select Ash")).to_be_visible()
    assert not Clip.objects.exclude(binned_at=None).exists()


# -- Order -----------------------------------------------------------------------------------------


def test_a_list_is_put_in_order_by_keys_buttons_and_the_mouse(mara: Page, album: Playlist) -> None:
    mara.goto(f"/playlists/{album.pk}/")
    grip = mara.get_by_role("button", name="Move Ash", exact=True)
    grip.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowUp"):
        mara.keyboard.press(key)
    assert order(mara) == ["Birch", "Ash", "Cedar", "Dogwood", "Rain"]
    expect(mara.get_by_text("Ash, 2 of 5", exact=True)).to_be_attached()
    expect(grip).to_be_focused()
    saved(mara, album, ["Birch", "Ash", "Cedar", "Dogwood", "Rain"])
    mara.keyboard.press("End")
    saved(mara, album, ["Birch", "Cedar", "Dogwood", "Rain", "Ash"])
    down = mara.get_by_role("button", name="Move Birch down")
    down.click()
    expect(down).to_be_focused()
    saved(mara, album, ["Cedar", "Birch", "Dogwood", "Rain", "Ash"])
    drag(mara, "Ash", "Cedar")
    assert order(mara) == ["Ash", "Cedar", "Birch", "Dogwood", "Rain"]
    saved(mara, album, ["Ash", "Cedar", "Birch", "Dogwood", "Rain"])


def drag(page: Page, title: str, to: str) -> None:
    """By the handle, to the upper edge of another song."""
    grip = page.get_by_role("button", name=f"Move {title}", exact=True).bounding_box()
    over = page.get_by_role("button", name=f"Move {to}", exact=True).bounding_box()
    assert grip
    assert over
    page.mouse.move(grip["x"] + 10, grip["y"] + 10)
    page.mouse.down()
    page.mouse.move(over["x"] + 10, over["y"] - 2, steps=8)
    page.mouse.up()


def test_an_order_that_somebody_else_changed_is_shown_instead(mara: Page, album: Playlist) -> None:
    mara.goto(f"/playlists/{album.pk}/")
    ids = [entry.clip_id for entry in playlists.entries(album)]
    playlists.arrange(album, album.version, ids[::-1])
    mara.get_by_role("button", name="Move Ash down").click()
    expect(mara.get_by_text("Somebody has changed this list meanwhile.")).to_be_visible()
    assert order(mara) == ["Rain", "Dogwood", "Cedar", "Birch", "Ash"]
    mara.get_by_role("button", name="Move Ash up").click()
    saved(mara, album, ["Rain", "Dogwood", "Cedar", "Ash", "Birch"])


def test_without_scripts_all_of_it_is_plain_forms(
    chromium: Browser, mara: Page, album: Playlist, live_server: Any
) -> None:
    state = mara.context.storage_state()
    context = chromium.new_context(base_url=live_server.url, storage_state=state, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/playlists/{album.pk}/")
    page.get_by_role("button", name="Move Ash down").click()
    assert order(page)[:2] == ["Birch", "Ash"]
    page.goto("/library/?sort=title")
    page.get_by_label("Select Cedar").check()
    page.get_by_role("button", name="Bin", exact=True).click()
    page.get_by_role("button", name="Undo").click()
    assert page.url.endswith("/library/?sort=title")
    page.get_by_label("Select Cedar").check()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("Choose two to four songs to compare.")).to_be_visible()
    context.close()


# -- Everybody -------------------------------------------------------------------------------------


def test_everybody_can_use_it(
    mara: Page, songs: list[Clip], album: Playlist, member: User, tmp_path: Path
) -> None:
    binned = [song(album.project, title).pk for title in (LONG, "Elm")]
    bin.put(binned, by=member)
    paths = ["/bin/", "/playlists/", f"/playlists/{album.pk}/"]
    assert_valid(mara, paths, tmp_path)
    found = {}
    for path in [*paths, "/library/"]:
        mara.goto(path)
        if path in ("/bin/", "/library/"):
            mara.locator("input[form=bulk]").first.check()
            expect(mara.get_by_text("1 chosen", exact=True)).to_be_visible()
        if path == "/library/":
            mara.get_by_text("Tag, move, playlist").click()
        for scheme in ("light", "dark"):
            mara.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            found[path, scheme] = violations(mara)
        mara.set_viewport_size({"width": 390, "height": 844})
        assert mara.evaluate("document.documentElement.scrollWidth") <= 390, path
        mara.set_viewport_size({"width": 1440, "height": 900})
    assert {page: wrong for page, wrong in found.items() if wrong} == {}
