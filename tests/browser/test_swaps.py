"""Links and forms in parts of a page that renew themselves, in a real browser."""

from playwright.sync_api import Page, expect

from accounts.models import User
from studio.models import Clip, Import, Project
from studio.services import imports, tags
from tests.browser.test_organise import mara, songs  # noqa: F401

# ruff: noqa: F811


def is_one_page(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
    expect(page.locator("#page")).to_have_count(1)
    expect(page.locator("h1")).to_have_count(1)


def test_what_a_part_leads_to_is_the_whole_page(mara: Page, songs: list[Clip], member: User) -> None:
    clip = songs[0]
    tags.add(clip, ["late"])
    row = imports.begin(project=clip.project, by=member, filename="a.wav", size=9)
    Import.objects.filter(pk=row.pk).update(status=Import.Status.DONE, clip=clip)
    imports.begin(project=clip.project, by=member, filename="b.wav", size=9)
    mara.goto(f"/projects/{clip.project_id}/import-files/")
    mara.evaluate("htmx.trigger(document.body, 'brought')")  # the list has renewed itself
    mara.get_by_role("button", name="Put away b.wav").click()
    expect(mara.get_by_role("button", name="Put away b.wav")).to_have_count(0)
    is_one_page(mara, "Import files")
    mara.get_by_role("link", name="Ash", exact=True).click()
    is_one_page(mara, "Ash")
    mara.get_by_role("link", name="late", exact=True).click()
    is_one_page(mara, "Library")
    assert mara.url.endswith("/library/?tag=late")


def test_a_refusal_is_read_and_the_address_can_be_loaded_again(mara: Page, songs: list[Clip]) -> None:
    Project.objects.update(quota_mb=0)
    mara.goto(f"/clips/{songs[0].pk}/")
    mara.get_by_role("button", name="Make an MP3 · free").click()
    expect(mara.get_by_role("alert").get_by_text("storage is full")).to_be_visible()
    mara.get_by_text("Edit title and notes").click()
    mara.get_by_label("Title").fill("")
    mara.get_by_role("button", name="Save", exact=True).click()
    expect(mara.get_by_text("Give the song a title.")).to_be_visible()
    assert mara.url.endswith(f"/clips/{songs[0].pk}/")


def test_songs_chosen_in_one_list_are_not_chosen_in_another(mara: Page, songs: list[Clip]) -> None:
    mara.goto("/library/")
    mara.get_by_label("Select Ash").check()
    for address in (f"/projects/{songs[0].project_id}/", "/library/"):
        follow(mara, address)
        expect(mara.get_by_label("Select Ash")).to_be_visible()
        expect(mara.locator("input[form=bulk][name=clip]:checked")).to_have_count(0)


def follow(page: Page, address: str) -> None:
    """A link that leads straight from one list to another."""
    link = """(address) => {
      const link = Object.assign(document.createElement("a"), { href: address, className: "straight" });
      document.getElementById("page").append(link);
      htmx.process(link);
      link.click();
    }"""
    page.evaluate(link, address)
    expect(page.locator(".straight")).to_have_count(0)
