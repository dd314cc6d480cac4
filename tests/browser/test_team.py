"""A new person joins the team and spends what they may: two real browsers, a phone, by keyboard."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import totp
from tests.browser.conftest import assert_valid, become_owner, violations
from tests.browser.people import PASSWORD
from tests.running import RunningStudio

pytestmark = pytest.mark.slow

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
OWNERS_PAGES = (
    *("/team/", "/team/2/", "/team/limits/", "/team/settings/", "/team/trail/", "/notices/", "/queue/"),
    *("/credits/", "/credits/people/2/", "/team/allowances/", "/credits/requests/", "/credits/spending/"),
    *("/credits/lines/", "/credits/balances/", "/account/profile/", "/account/security/", "/my-data/"),
)


@pytest.fixture
def phone(chromium: Browser, studio: RunningStudio) -> Iterator[Page]:
    context = chromium.new_context(base_url=studio.url, **PHONE)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def press(page: Page, name: str | re.Pattern[str], role: str = "button") -> None:
    """By keyboard."""
    page.get_by_role(role, name=name).first.focus()
    page.keyboard.press("Enter")


def invite(owner: Page) -> str:
    owner.goto("/team/")
    press(owner, "Invite")
    return owner.locator("[data-copied]").input_value()


def join(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Name").fill("Ida")
    page.get_by_label("E-mail address").fill("ida@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/projects/*/")


def enrol(page: Page) -> None:
    page.goto("/account/security/")
    press(page, "Set up an app", role="link")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("The code that the app shows now").fill(
        totp.code(page.locator("#app-key").inner_text())
    )
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="Recovery codes").locator("li")).to_have_count(10)


def grant(owner: Page, credits: int) -> None:
    owner.goto("/team/")
    press(owner, "Ida", role="link")
    owner.wait_for_url("**/team/*/")
    owner.goto(owner.url.replace("/team/", "/credits/people/"))
    form = owner.locator("form", has=owner.locator("button[name=grant]"))
    form.get_by_label("Credits").fill(str(credits))
    form.get_by_label("Reason").fill("For the first songs")
    owner.keyboard.press("Enter")
    expect(owner.get_by_text("For the first songs")).to_be_visible()


def block(owner: Page, credits: int) -> None:
    owner.goto("/team/limits/")
    form = owner.locator("form", has=owner.get_by_role("button", name="Set", exact=True))
    form.get_by_label("For").select_option(label="Ida")
    form.get_by_label("Credits").fill(str(credits))
    form.get_by_label("In", exact=True).select_option(label="a day")
    press(owner, "Set")
    expect(owner.get_by_text("Ida: 10 a day")).to_be_visible()


def order(page: Page, sound: str) -> None:
    page.get_by_label("Sound description").fill(sound)
    press(page, re.compile("Create 1 take"))


def new_song(page: Page) -> None:
    page.goto("/")
    page.wait_for_url("**/projects/*/")
    page.goto(f"{page.url}new-song/")


def test_from_the_invitation_to_a_raised_limit(
    page: Page, phone: Page, studio: RunningStudio, tmp_path: Path
) -> None:
    become_owner(page, studio)
    join(phone, invite(page))
    enrol(phone)
    grant(page, 30)
    block(page, 10)

    new_song(phone)
    order(phone, "quiet folk")
    expect(phone.locator("[data-status]").first).to_be_visible()
    new_song(phone)
    off = phone.get_by_role("button", name=re.compile("Create 1 take"))
    expect(off).to_have_attribute("aria-disabled", "true")
    expect(phone.get_by_text("Olga").first).to_be_visible()  # who can lift it
    found = violations(phone)

    press(phone, re.compile("Ask for more"), role="link")
    expect(phone).to_have_url(re.compile("/credits/ask/"))
    expect(phone.locator("main")).to_have_count(1)  # a page of its own, and not inside the form
    phone.get_by_label("How many credits").fill("10")
    phone.get_by_label("What for").fill("One more verse")
    press(phone, "Ask the owners")
    expect(phone.get_by_text("Waiting for an answer")).to_be_visible()
    page.goto("/credits/requests/")
    expect(page.get_by_text("One more verse")).to_be_visible()
    press(page, re.compile("Raise"))
    expect(page.get_by_text("Nobody waits for an answer.")).to_be_visible()

    new_song(phone)
    order(phone, "loud folk")
    expect(phone.locator("[data-status]")).to_have_count(2)
    assert studio.query("[CreditAccount.objects.get(user__name='Ida').balance, Task.objects.count()]") == [
        10,
        2,
    ]

    found += unfit(phone, ["/credits/", "/credits/ask/", "/notices/", "/team/", "/account/security/"])
    found += unfit(page, list(OWNERS_PAGES))
    assert found == []
    assert_valid(page, list(OWNERS_PAGES), tmp_path)


def unfit(page: Page, paths: list[str]) -> list[str]:
    """What axe finds in light and dark, and pages that are wider than the window."""
    found: list[str] = []
    for path in paths:
        answer = page.goto(path)
        assert answer
        assert answer.status == 200, path
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            found += [f"{path} {scheme}: {line}" for line in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{path} is wider than the window")
    return found
