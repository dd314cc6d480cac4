"""An app and a passkey, from the security page to signing in with them, in a real Chromium."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import CDPSession, Page, expect

from tests import totp
from tests.browser.conftest import assert_valid, become_owner, violations
from tests.browser.people import PASSWORD
from tests.running import RunningStudio, drop_database, postgres_url

pytestmark = pytest.mark.slow


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[RunningStudio]:
    """At an address with a name, to which passkeys can belong."""
    database = postgres_url(settings.DATABASE_URL)
    running = RunningStudio(tmp_path, database)
    running.url = running.environment["PUBLIC_URL"] = running.url.replace("127.0.0.1", "localhost")
    running.start()
    yield running
    assert running.stop() < 10
    drop_database(database)


@pytest.fixture
def device(page: Page) -> CDPSession:
    """A device that keeps passkeys, and whose finger is always there."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "isUserVerified": True}
    options |= {"hasResidentKey": True, "hasUserVerification": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def confirm(page: Page) -> None:
    expect(page.get_by_role("heading", name="Is it still you?")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/account/sign-in/")


def test_an_app_and_a_passkey(page: Page, studio: RunningStudio, device: CDPSession, tmp_path: Path) -> None:
    become_owner(page, studio)
    page.get_by_role("button", name="Account").click()
    page.get_by_role("link", name="Sign-in and security").click()

    # An app: the password, then a code. In the studio all links are boosted.
    page.get_by_role("link", name="Set up an app").click()
    confirm(page)
    key = page.locator("#app-key").inner_text()
    found = violations(page)
    page.get_by_label("The code that the app shows now").fill(totp.code(key))
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_role("list", name="Recovery codes").locator("li")).to_have_count(10)
    found += violations(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as text").click()
    codes = page.get_by_role("list", name="Recovery codes").locator("li").all_inner_texts()
    assert Path(download.value.path()).read_text().split()[-10:] == codes
    page.get_by_role("link", name="I have kept them").click()

    # A passkey.
    page.get_by_role("link", name="New passkey").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("link", name="Rename Laptop")).to_be_visible()
    found += violations(page)
    sign_out(page)

    # In by the passkey alone.
    found += violations(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/projects/*/")
    sign_out(page)

    # In by password and code; a recovery code, since the app's is used up for half a minute.
    page.goto("/account/sign-in/")
    page.get_by_label("E-mail address").fill("olga@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    found += violations(page)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("That code is not right.")).to_be_visible()
    page.get_by_label("Code").fill(totp.code(key))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/projects/*/")

    # By password and passkey; and where the finger is missing, a word.
    sign_out(page)
    page.goto("/account/sign-in/")
    page.get_by_label("E-mail address").fill("olga@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/projects/*/")

    # It is asked for once more before another is made, and taken away.
    page.goto("/account/security/")
    expect(page.get_by_text(re.compile("Made .*, last used .*"))).to_be_visible()
    page.get_by_role("link", name="Remove Laptop").click()
    confirm(page)
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_role("link", name="Rename Laptop")).to_have_count(0)
    assert found == []
    assert_valid(page, ["/account/security/", "/account/security/codes/"], tmp_path)
