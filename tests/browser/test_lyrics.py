"""Writing lyrics in a real browser: nothing that was typed is ever lost, and the keyboard does it all."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from studio.models import LyricDraft, LyricSheet, Project
from studio.services import lyrics
from tests.browser.conftest import assert_valid, until, violations, window_of

VERSE, CHORUS = "[Verse 1]\nStreetlights hum along the river", "[Chorus]\nBlue, blue night\nCarry me over"
TEXT = f"{VERSE}\n\n{CHORUS}\n"
TYPED = "Nobody has heard this line"


@pytest.fixture
def sheet(transactional_db: None, plain_files: None, project: Project, member: User) -> LyricSheet:
    return lyrics.create_sheet(project=project, by=member, title="Blue night", text=TEXT)


@pytest.fixture
def window(chromium: Browser, live_server: Any, sheet: LyricSheet) -> Iterator[Callable[..., Page]]:
    """The sheet in a browser of its own; whatever the browser complains about fails the test."""
    contexts, complaints = [], []

    def open_it(user: User, **options: Any) -> Page:
        contexts.append(window_of(chromium, live_server.url, user, **options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"/lyrics/{sheet.pk}/")
        expect(page.locator("#sheet[data-ready]")).to_be_visible()  # its scripts have come
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert complaints == []


def words(page: Page) -> Any:
    return page.get_by_label("Lyrics", exact=True)


def write(page: Page, text: str) -> None:
    words(page).press("Control+End")
    page.keyboard.type(text)


def said(page: Page, text: str) -> None:
    expect(page.locator("#saved").get_by_text(text)).to_be_visible()


def save(page: Page) -> None:
    words(page).press("Control+s")


def leave(page: Page) -> None:
    """The text is left for another part of the page, which saves it quietly."""
    page.get_by_role("searchbox", name="Search the library").focus()


def texts(sheet: LyricSheet) -> list[str]:
    return list(sheet.revisions.order_by("number").values_list("text", flat=True))


def test_two_people_save_and_both_texts_become_one(
    window: Callable[..., Page], sheet: LyricSheet, member: User, editor: User
) -> None:
    mara, edda = window(member), window(editor)
    words(edda).fill(TEXT.replace("Blue, blue night", "Red, red night"))
    save(edda)
    said(edda, "version 2")
    words(mara).fill(TEXT.replace("Blue, blue night", "Green, green night") + TYPED)
    said(mara, "Draft saved")
    leave(mara)  # saves, and nothing is swapped under her hands
    said(mara, "Somebody else saved meanwhile")
    expect(words(mara)).to_have_value(TEXT.replace("Blue, blue night", "Green, green night") + TYPED)
    mara.get_by_role("button", name="Save version").click()
    expect(mara.get_by_role("heading", name="Put together")).to_be_visible()
    assert LyricDraft.objects.get().text.endswith(TYPED)  # the window may close now
    mara.get_by_role("radio", checked=True).focus()
    for key in ("ArrowUp", "ArrowUp", "ArrowDown", "ArrowDown"):  # there are mine, theirs and both
        mara.keyboard.press(key)
    mara.get_by_role("button", name="Save merged").click()
    said(mara, "version 3")
    _, hers, whole = texts(sheet)
    expect(words(mara)).to_have_value(whole)
    assert "Red, red night" in hers
    assert whole == TEXT.replace("Blue, blue night", "Green, green night\nRed, red night") + TYPED
    assert not LyricDraft.objects.exists()


def test_what_is_typed_offline_comes_through(
    window: Callable[..., Page], sheet: LyricSheet, member: User
) -> None:
    page = window(member)
    page.context.set_offline(True)
    write(page, TYPED)
    said(page, "Offline. Kept in this browser since")
    leave(page)  # a save that fails without a word
    said(page, "Offline. Kept in this browser since")
    page.wait_for_timeout(1500)
    expect(page.locator("#toasts > *")).to_have_count(0)
    page.get_by_role("button", name="Save version").click()
    expect(page.locator("#toasts")).to_contain_text("The studio can’t be reached")
    page.context.set_offline(False)  # long before the next try
    expect(page.locator("#saved")).to_contain_text(re.compile(r"Draft saved \d\d:\d\d\. Not a version yet\."))
    assert LyricDraft.objects.get().text == TEXT + TYPED
    page.clock.install()  # nothing more is sent
    page.reload()
    expect(words(page)).to_have_value(TEXT + TYPED)
    said(page, "Draft saved")
    page.clock.resume()
    expect(page.get_by_text("You have an unsaved draft")).to_have_count(0)  # it is this one
    save(page)
    said(page, "version 2")
    assert texts(sheet) == [TEXT, TEXT + TYPED]
    assert not LyricDraft.objects.exists()


def sign_in(page: Page, user: User) -> None:
    user.set_password("horse battery 17")
    user.save()
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password").fill("horse battery 17")
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_what_is_typed_after_the_session_ended_is_there_after_signing_in(
    window: Callable[..., Page], sheet: LyricSheet, member: User
) -> None:
    page = window(member)
    Session.objects.all().delete()
    write(page, TYPED)
    said(page, "You were signed out. Your text is kept in this browser.")
    page.get_by_role("link", name="Sign in again").click()
    page.get_by_label("E-mail address").fill(member.email)
    page.get_by_label("Password").fill("wrong")  # and a full page load more
    page.get_by_role("button", name="Sign in", exact=True).click()
    sign_in(page, member)
    expect(words(page)).to_have_value(TEXT + TYPED)
    said(page, "Draft saved")
    save(page)
    said(page, "version 2")
    assert texts(sheet)[-1] == TEXT + TYPED


def test_what_others_changed_comes_in_and_ones_own_outlives_the_session(
    window: Callable[..., Page], sheet: LyricSheet, member: User, editor: User
) -> None:
    page, title = window(member), "Red night"
    about = {"language": "", "notes": "", "before": ""}
    lyrics.describe(sheet, title=title, **about)
    write(page, TYPED)
    save(page)
    said(page, "version 2")
    expect(page.get_by_label("Title", exact=True)).to_have_value(title)
    write(page, "!")
    said(page, "Draft saved")
    lyrics.save(sheet, by=editor, title="", text="Edda's", base=2)
    page.get_by_role("button", name="Save version").click()
    page.get_by_label("Lyrics, as you wrote them").fill(f"{TYPED}, and more")
    Session.objects.all().delete()
    page.get_by_role("button", name="Save yours on top").click()
    sign_in(page, member)
    expect(words(page)).to_have_value(f"{TYPED}, and more")
    page.goto(f"/lyrics/{sheet.pk}/about/")
    page.get_by_label("Notes").fill("for Ada")
    Session.objects.all().delete()
    lyrics.describe(sheet, title=title, **{**about, "notes": "for Bob"})
    page.get_by_role("button", name="Save", exact=True).click()
    sign_in(page, member)
    expect(page.get_by_label("Notes")).to_have_value("for Ada")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Somebody changed the notes meanwhile")).to_be_visible()


def test_a_section_is_moved_by_keyboard_and_undone_after_a_save(
    window: Callable[..., Page], sheet: LyricSheet, member: User
) -> None:
    page = window(member)
    chorus = page.get_by_role("button", name="Chorus")
    chorus.focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(words(page)).to_have_value(f"{CHORUS}\n\n{VERSE}\n")
    expect(page.get_by_text("Chorus is now 1 of 2.")).to_have_count(1)
    expect(chorus).to_be_focused()
    save(page)
    said(page, "version 2")
    words(page).press("Control+z")
    expect(words(page)).to_have_value(TEXT)
    leave(page)
    said(page, "version 3")
    assert texts(sheet) == [TEXT, f"{CHORUS}\n\n{VERSE}\n", TEXT]
    expect(page.locator("#margin:not([data-stale])")).to_be_visible()
    page.get_by_role("button", name="Verse 1").drag_to(chorus)
    expect(words(page)).to_have_value(f"{CHORUS}\n\n{VERSE}\n")
    page.get_by_text("Section", exact=True).click()
    page.get_by_role("button", name="Duplicate").click()
    expect(words(page)).to_have_value(f"{CHORUS}\n\n{VERSE}\n\n{VERSE}\n")


def test_what_was_typed_is_taken_back_in_one_step_also_after_a_save(
    window: Callable[..., Page], sheet: LyricSheet, member: User
) -> None:
    page = window(member)
    write(page, TYPED)
    said(page, "Draft saved")
    expect(page.locator("#margin:not([data-stale])")).to_be_visible()
    page.keyboard.type(", not one")
    page.keyboard.press("Control+z")
    expect(words(page)).to_have_value(TEXT)
    write(page, TYPED)
    page.get_by_placeholder("Note, if you like").fill("a line")
    button = page.get_by_role("button", name="Save version")
    button.press("Enter")
    expect(page.locator("#saved")).to_contain_text(re.compile(r"Saved \d\d:\d\d, version 2"))
    expect(button).to_be_focused()
    expect(page.get_by_placeholder("Note, if you like")).to_have_value("")
    words(page).press("Control+z")
    expect(words(page)).to_have_value(TEXT)
    assert texts(sheet) == [TEXT, TEXT + TYPED]


def test_discarded_changes_are_taken_back(
    window: Callable[..., Page], sheet: LyricSheet, member: User
) -> None:
    page = window(member)
    write(page, TYPED)
    said(page, "Draft saved")
    page.keyboard.type(", or that")
    page.get_by_role("button", name="Discard changes").click()  # before that has arrived
    expect(words(page)).to_have_value(TEXT)
    page.get_by_role("button", name="Undo").click()
    expect(words(page)).to_have_value(f"{TEXT}{TYPED}, or that")
    said(page, "Draft saved")


def test_the_margin_follows_and_finds(window: Callable[..., Page], sheet: LyricSheet, member: User) -> None:
    page = window(member)
    figures = (
        "[...document.querySelectorAll('[data-mirror] > div')].map(each => each.dataset.sung || '').join()"
    )
    until(page, f"{figures} === ',8,,,3,5,'")
    write(page, "\n[Bridge]\nOh \U0001f469‍\U0001f3a4 oh")
    expect(page.get_by_role("button", name="Bridge")).to_be_visible()
    until(page, f"{figures} === ',8,,,3,5,,,2'")
    page.get_by_role("button", name="Verse 1").click()
    page.keyboard.type("!")
    expect(words(page)).to_have_value(TEXT.replace("]", "]!", 1) + "\n[Bridge]\nOh \U0001f469‍\U0001f3a4 oh")
    page.keyboard.press("Control+Shift+F")
    page.keyboard.type("BLUE")
    expect(page.get_by_text("1 of 2")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.type("green")  # over what was found
    assert "Blue, green night" in words(page).input_value()


def test_the_desk_is_for_everybody(
    window: Callable[..., Page], sheet: LyricSheet, member: User, tmp_path: Path
) -> None:
    page = window(member, color_scheme="dark", viewport={"width": 390, "height": 844})
    write(
        page, "\n" * 30 + "and a long line that goes over the edge of a small window more than once, surely"
    )
    said(page, "Draft saved")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    height = "each => Math.round(each.getBoundingClientRect().height)"
    mirror, text = page.evaluate(f"[...document.querySelectorAll('.paper > *')].map({height})")
    assert mirror == text
    assert page.evaluate("document.querySelector('textarea').scrollHeight") <= text
    line, bar = (
        f"document.querySelector('{each}').getBoundingClientRect()"
        for each in ("[data-mirror] > :last-child", ".send")
    )
    assert page.evaluate(f"{line}.bottom < {bar}.top")  # what is typed is seen
    page.get_by_role("button", name="Full screen").click()
    assert page.evaluate(f"{bar}.bottom") == 844  # over everything, and with its buttons
    page.get_by_text("Tag", exact=True).click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="[Bridge]")).to_be_hidden()
    expect(page.get_by_role("button", name="Full screen", pressed=True)).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Find").click()
    buttons = "[...document.querySelectorAll('#finder button')].map(each => each.getBoundingClientRect().top)"
    assert page.evaluate(f"new Set({buttons}).size") == 1
    assert violations(page) == []
    assert_valid(page, [f"/lyrics/{sheet.pk}/"], tmp_path)
    bright = window(member)
    expect(bright.get_by_text("You have an unsaved draft")).to_be_visible()
    assert violations(bright) == []
    bright.get_by_role("button", name="Open it").click()
    expect(words(bright)).to_have_value(words(page).input_value())
