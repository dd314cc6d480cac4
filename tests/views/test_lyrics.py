"""The screens of lyrics: the order for a text, the lists, the page to write on, and the way to a song."""

import uuid
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import LyricSheet, Project, ProviderState, Task
from studio.services import credits, lyrics
from tests.factories import bring_to
from tests.views.conftest import HTMX, WORDS
from tests.views.test_pages import queries


@pytest.fixture
def write(client: Client, member: User, project: Project) -> Any:
    """Order lyrics as Mara."""
    client.force_login(member)

    def send(htmx: bool = False, **fields: Any) -> Any:
        data = {"form_key": str(uuid.uuid4()), "prompt": "the sea", **fields}
        path = reverse("project_lyrics", args=[project.pk])
        return client.post(path, data, headers=HTMX if htmx else {})

    return send


def page_of(answer: Any) -> str:
    return unescape(answer.content.decode())


# -- The order --------------------------------------------------------------------------------------


def test_an_order_charges_and_leads_to_the_sheets(write: Any, member: User, project: Project) -> None:
    answer = write()
    assert (answer.status_code, answer["Location"]) == (302, reverse("project_lyrics", args=[project.pk]))
    task = Task.objects.get()
    assert (task.operation, task.provider, task.params) == ("make_lyrics", "sandbox", {"prompt": "the sea"})
    assert credits.balance(member) == 99


def test_htmx_gets_an_empty_form_the_card_and_the_balance(write: Any) -> None:
    key = str(uuid.uuid4())
    text = page_of(write(htmx=True, form_key=key))
    assert "<html" not in text
    assert key not in text
    assert 'id="write"' in text
    assert 'id="sheets" class="newest" aria-labelledby="sheets-title" hx-swap-oob="true"' in text
    assert f'id="task-{Task.objects.get().pk}"' in text
    assert 'data-balance="99"' in text


BAD = {
    "nothing": ({"prompt": " \n"}, "prompt"),
    "3001 characters": ({"prompt": "p" * 3001}, "prompt"),
    "5 MB": ({"prompt": "la " * 1_700_000}, "prompt"),
    "NUL": ({"prompt": "the\0sea"}, "prompt"),
    "a provider that is off": ({"provider": "aimusicapi"}, "provider"),
    "no form key": ({"form_key": ""}, "form_key"),
    "a broken form key": ({"form_key": "1"}, "form_key"),
}


@pytest.mark.parametrize(("fields", "field"), BAD.values(), ids=list(BAD))
@pytest.mark.parametrize("htmx", [False, True], ids=["page", "fragment"])
def test_a_refusal_names_its_field_costs_nothing_and_keeps_the_words(
    write: Any, member: User, fields: dict[str, str], field: str, htmx: bool
) -> None:
    answer = write(htmx=htmx, **fields)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert answer.context["form"].errors[field][0] in page_of(answer)
    assert answer.context["form"]["prompt"].value() == fields.get("prompt", "the sea")
    assert not Task.objects.exists()
    assert credits.balance(member) == 100


def test_too_few_credits_are_refused_in_words(write: Any, member: User) -> None:
    credits.adjust(member, -100, reason="test")
    answer = write()
    assert answer.status_code == 422
    assert "This costs 1 credit and you have 0" in page_of(answer)
    assert not Task.objects.exists()


def test_the_same_form_sent_twice_is_one_order(write: Any, member: User) -> None:
    key = str(uuid.uuid4())
    assert [write(form_key=key).status_code for _ in range(2)] == [302, 302]
    assert Task.objects.count() == 1
    assert credits.balance(member) == 99


REASONS = {
    "retired": ({"retired": ["make_lyrics"]}, "no longer offers"),
    "attention": ({"attention": "Sign in at the provider."}, "Sign in at the provider."),
}


@pytest.mark.parametrize(("state", "reason"), REASONS.values(), ids=list(REASONS))
def test_what_nobody_sells_now_is_off_and_says_why(
    client: Client, write: Any, project: Project, state: dict[str, Any], reason: str
) -> None:
    ProviderState.objects.create(name="sandbox", in_flight_limit=4, **state)
    page = page_of(client.get(reverse("project_lyrics", args=[project.pk])))
    assert reason in page
    assert page.index('id="sheets"') < page.index('id="write"')  # on a phone too
    assert 'aria-describedby="why-not-write"' in page
    answer = write()
    assert (answer.status_code, reason in page_of(answer), "the sea" in page_of(answer)) == (422, True, True)
    assert not Task.objects.exists()


def test_where_no_provider_writes_the_page_says_so(
    client: Client, write: Any, project: Project, settings: Any
) -> None:
    settings.PROVIDERS = {"musicapi": ("https://api.musicapi.ai", "key")}
    page = page_of(client.get(reverse("project_lyrics", args=[project.pk])))
    assert "No provider that is switched on writes lyrics." in page
    assert write().status_code == 422


def test_one_of_several_providers_is_chosen(
    client: Client, write: Any, project: Project, settings: Any
) -> None:
    settings.PROVIDERS = {**settings.PROVIDERS, "aimusicapi": ("https://api.aimusicapi.ai", "key")}
    assert '<select id="id_provider"' in page_of(client.get(reverse("project_lyrics", args=[project.pk])))
    write(provider="aimusicapi")
    assert Task.objects.get().provider == "aimusicapi"


def test_an_earlier_prompt_can_be_tried_again(client: Client, write: Any, project: Project) -> None:
    write(prompt="a harbour")
    path = reverse("project_lyrics", args=[project.pk])
    again = client.get(path, {"again": Task.objects.get().pk})
    assert again.context["form"]["prompt"].value() == "a harbour"


def test_orders_at_work_and_lately_failed_are_shown(
    client: Client, write: Any, order: Any, project: Project
) -> None:
    write(prompt="one that fails")
    bring_to(Task.objects.get(), "failed")
    write(prompt="one that waits")
    order()  # a song is no text
    page = client.get(reverse("project_lyrics", args=[project.pk]))
    assert [card.task.title for card in page.context["cards"]] == ["one that waits", "one that fails"]
    # A list with this attribute would be given the cards of the project's songs as well.
    assert "data-project" not in page_of(page)


def test_a_viewer_reads_why_nothing_can_be_written(
    client: Client, viewer: User, project: Project, sheet: LyricSheet
) -> None:
    client.force_login(viewer)
    for name, pk in (("project_lyrics", project.pk), ("lyric_sheet", sheet.pk)):
        page = page_of(client.get(reverse(name, args=[pk])))
        assert "You may look at this project, not change it." in page
        assert 'class="button primary' not in page.partition("<main")[2]
        assert " readonly>" in page


# -- From a prompt to a song ------------------------------------------------------------------------


def test_made_edited_and_sung(client: Client, write: Any, settle: Any, project: Project) -> None:
    write()
    settle()
    sheet = LyricSheet.objects.get()
    card = page_of(client.get(reverse("task", args=[Task.objects.get().pk])))
    assert reverse("lyric_sheet", args=[sheet.pk]) in card
    data = {"title": "The sea", "text": "[Verse]\nMy own words", "base": "1", "then": "sing"}
    answer = client.post(reverse("lyric_sheet", args=[sheet.pk]), data)
    form = client.get(answer["Location"]).context["form"]
    values = {name: form[name].value() for name in ("lyrics", "sound", "title", "start")}
    words = {"lyrics": "[Verse]\nMy own words", "sound": "quick folk", "title": "The sea", "start": "lyrics"}
    assert values == words


def test_an_earlier_version_is_sung(client: Client, member: User, sheet: LyricSheet) -> None:
    client.force_login(member)
    lyrics.save(sheet, by=member, title="", text="other words", base=1)
    path = reverse("new_song", args=[sheet.project_id])
    sung = [
        client.get(path, {"sheet": sheet.pk, **which}).context["form"]["lyrics"].value()
        for which in ({}, {"version": 1})
    ]
    assert sung == ["other words", WORDS]
    assert client.get(path, {"sheet": sheet.pk, "version": 9}).status_code == 404


def test_a_strangers_song_takes_no_words_of_others(client: Client, stranger: User, sheet: LyricSheet) -> None:
    client.force_login(stranger)
    own = Project.objects.get(owner=stranger)
    assert client.get(reverse("new_song", args=[own.pk]), {"sheet": sheet.pk}).status_code == 404


# -- The lists --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["lyrics", "project_lyrics"])
def test_ten_sheets_cost_as_many_queries_as_a_hundred(
    client: Client, member: User, project: Project, sheet: LyricSheet, name: str
) -> None:
    client.force_login(member)
    path = reverse(name, args=[project.pk] if name == "project_lyrics" else [])

    def more(count: int) -> None:
        for n in range(count):
            lyrics.create_sheet(project=project, by=member, title=f"Sheet {n}", text=WORDS)
            base = sheet.revisions.count()
            lyrics.save(sheet, by=member, title="", text=f"words {base}", base=base)

    client.get(path)  # the provider's row is made on first use
    more(9)
    few = queries(client, path)
    more(90)
    assert queries(client, path) == few


def test_finished_orders_cost_no_query_each(client: Client, write: Any, settle: Any) -> None:
    write()
    settle()
    client.get(reverse("tasks"))
    few = queries(client, reverse("tasks"))
    for _ in range(4):
        write()
    settle()
    assert queries(client, reverse("tasks")) == few


@pytest.mark.parametrize("name", ["lyrics", "project_lyrics"])
def test_older_sheets_are_reached_by_a_link(
    client: Client, member: User, project: Project, name: str
) -> None:
    client.force_login(member)
    for n in range(70):
        lyrics.create_sheet(project=project, by=member, title=f"Sheet {n}", text="the & sea")
    lyrics.create_sheet(project=project, by=member, title="Another")
    LyricSheet.objects.update(changed_at=LyricSheet.objects.first().changed_at)  # all at one moment
    path = reverse(name, args=[project.pk] if name == "project_lyrics" else [])
    seen: list[int] = []
    before: str | None = ""
    while before is not None:
        answer = client.get(path, {"q": "sea & sheet", "before": before})
        seen += [sheet.pk for sheet in answer.context["sheets"]]
        before = answer.context["older"] or None
        link = f"?q=sea+%26+sheet&before={before}"  # for who follows it, and for htmx
        assert page_of(answer).count(link) == (2 if before else 0)
    assert len(seen) == len(set(seen)) == 70


@pytest.mark.parametrize("before", ["x", "٣-1", "-1", "9" * 40, "9" * 18 + "-1", "1-", "\0", "1-2-3"])
def test_nonsense_in_the_address_is_the_first_page(
    client: Client, member: User, sheet: LyricSheet, before: str
) -> None:
    client.force_login(member)
    assert list(client.get(reverse("lyrics"), {"before": before}).context["sheets"]) == [sheet]


@pytest.mark.parametrize("name", ["lyrics", "project_lyrics"])
def test_sheets_are_found_by_their_words(mara: Client, sheet: LyricSheet, name: str) -> None:
    LyricSheet.objects.update(language="en")
    path = reverse(name, args=[sheet.project_id] if name == "project_lyrics" else [])
    hit = mara.get(path, {"q": "STREETlights blue"})
    assert "Version" not in page_of(hit)
    assert "1 version · English · Streetlights hum" in page_of(hit)
    for query in ('"><script>', "harbour", "\0", "x" * 5000, "--"):
        miss = mara.get(path, {"q": query})
        assert (miss.status_code, list(miss.context["sheets"])) == (200, [])
        assert "has all of these words" in page_of(miss)
        assert "<script>" not in miss.content.decode().partition("<main")[2]


def test_nobody_sees_the_sheets_of_other_projects(client: Client, stranger: User, sheet: LyricSheet) -> None:
    client.force_login(stranger)
    assert not client.get(reverse("lyrics")).context["sheets"]
