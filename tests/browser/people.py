"""How a person comes in. Needs no Django, so that `make screenshots` can use it as well."""

from playwright.sync_api import Page

from tests.running import RunningStudio

PASSWORD = "horse battery 17"


def become_owner(page: Page, studio: RunningStudio) -> None:
    page.goto(studio.owner_link)
    page.get_by_label("Name").fill("Olga")
    page.get_by_label("E-mail address").fill("olga@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button").first.click()
    page.wait_for_url("**/projects/*/")


def sign_in(page: Page) -> None:
    page.goto("/account/sign-in/")
    page.get_by_label("E-mail address").fill("olga@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/projects/*/")
