"""How orders of every kind are spoken of: on their cards, on their pages, and what is kept from sight."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import Clip, LyricRevision, Project, Task
from studio.models.clock import db_now
from studio.services import credits, lyrics
from studio.templatetags.orders import again_url, doing, order_facts, order_title
from studio.views import cards
from tests.factories import ago
from tests.views.test_pages import queries

# What templates say of an order; the order itself is in tests/services.
pytestmark = pytest.mark.same_anywhere

Make = Any
SECRET = "https://files.example.org/in/My%20song.mp3?Signature=hush&token=hush"


@pytest.fixture
def make(project: Project, member: User) -> Make:
    """An order as a row, whatever its provider would say of it."""

    def do(operation: str, **fields: Any) -> Task:
        given: dict[str, Any] = {"provider": "sandbox", "price": 5, "form_key": uuid.uuid4()}
        if fields.get("status") in Task.ENDED:
            given["ended_at"] = db_now()
        who = {"project": project, "created_by": member}
        return Task.objects.create(operation=operation, **who, **{**given, **fields})

    return do


def text_of(client: Client, task: Task) -> str:
    return client.get(reverse("task", args=[task.pk])).content.decode()


TITLES = [
    ("extend_music", {}, "Extend Blue night"),
    ("replace_music", {}, "Replace part of Blue night"),
    ("cover_music", {}, "Cover of Blue night"),
    ("video_clip", {}, "Video of Blue night"),
    ("download", {}, "File of Blue night"),
]


@pytest.mark.parametrize(("operation", "params", "title"), TITLES)
def test_an_order_on_a_clip_is_called_after_it(
    make: Make, clip: Clip, operation: str, params: Any, title: str
) -> None:
    task = make(operation, params=params, source=clip)
    assert order_title(task) == title
    assert again_url(task) == f"/clips/{clip.pk}/order/{operation}/?again={task.pk}"


OWN = [
    ("create_music", {"sound": "quiet folk"}, "quiet folk", "new-song"),
    ("make_lyrics", {"prompt": "the sea"}, "Lyrics: the sea", "lyrics"),
    ("upload", {"audio_url": SECRET}, "Upload of My song.mp3", "upload"),
    ("upload", {"title": "Demo 3"}, "Upload of Demo 3", "upload"),
    ("upload", {"audio_url": "https://files.example.org/"}, "Upload of files.example.org", "upload"),
    ("upload", {}, "Upload", "upload"),
]


@pytest.mark.parametrize(("operation", "params", "title", "page"), OWN)
def test_every_other_order_has_a_name_and_a_form(
    make: Make, operation: str, params: Any, title: str, page: str
) -> None:
    task = make(operation, params=params)
    assert order_title(task) == title
    assert again_url(task) == f"/projects/{task.project_id}/{page}/?again={task.pk}"


def test_an_import_costs_nothing_and_says_so(client: Client, member: User, make: Make) -> None:
    params = {"id": "abc-1", "download_format": "stems"}
    task = make(
        "download", provider="useapi", price=0, params=params, status="failed", reason="No such song."
    )
    client.force_login(member)
    text = text_of(client, task)
    for words in ("Import of abc-1", "No such song.", "Free", "stems", "useapi.net Riffusion"):
        assert words in text
    assert "0 credits" not in text.replace("100 credits", "")
    assert again_url(task) == f"/projects/{task.project_id}/import/?again={task.pk}"


@pytest.mark.parametrize("status", ["failed", "cancelled", "unknown"])
def test_what_was_free_is_not_given_back(client: Client, member: User, make: Make, status: str) -> None:
    client.force_login(member)
    main = text_of(client, make("download", provider="useapi", price=0, params={"id": "a"}, status=status))
    assert "returned" not in main
    assert "credits back" not in main


def test_no_secret_part_of_an_address_is_shown(client: Client, member: User, make: Make) -> None:
    task = make("upload", params={"audio_url": SECRET}, status="failed", reason="Too long.")
    client.force_login(member)
    for path in (
        reverse("task", args=[task.pk]),
        reverse("tasks"),
        reverse("project", args=[task.project_id]),
    ):
        text = client.get(path).content.decode()
        assert "My song.mp3" in text
        assert "hush" not in text


def test_the_statement_names_orders_at_a_fixed_cost(
    client: Client, member: User, make: Make, clip: Clip
) -> None:
    client.force_login(member)

    def charge(operation: str, **fields: Any) -> int:
        credits.charge(make(operation, **fields))
        return queries(client, reverse("credits"))

    charge("upload", params={"audio_url": SECRET})
    few = charge("video_clip", source=clip)
    assert charge("video_clip", source=clip) == few
    text = client.get(reverse("credits")).content.decode()
    assert "Upload of My song.mp3" in text
    assert "Video of Blue night" in text
    assert "hush" not in text


def test_moments_are_told_on_the_clock(make: Make, clip: Clip) -> None:
    params = {"starts_at": 45, "length": 90, "instruction": "strings", "clip_id": clip.upstream_id}
    facts = dict(order_facts(make("extend_music", params={**params, "lyrics": "La"}, source=clip)))
    assert facts == {"Goes on from": "0:45", "New music": "1:30", "Instruction": "strings"}


RUNNING = [
    ("video_clip", "Making the video"),
    ("make_lyrics", "Writing the lyrics"),
    ("cover_music", "Composing"),
    ("upload", "Taking the recording in"),
    ("gone_for_good", "Composing"),
]


@pytest.mark.parametrize(("operation", "words"), RUNNING)
def test_a_running_order_says_what_goes_on(
    client: Client, member: User, make: Make, operation: str, words: str
) -> None:
    task = make(operation, status="running", submitted_at=db_now())
    assert doing(task) == words
    client.force_login(member)
    assert f"{words}, " in text_of(client, task)


def test_what_nobody_timed_takes_about_a_minute(make: Make, member: User) -> None:
    timed = make("create_music", status="running", params={"mv": "FUZZ-3-Demo"})
    rows = [make("video_clip", status="running"), timed, make("extend_music", provider="musicapi")]
    assert [card.typical for card in cards.build(rows, member)] == [60, 65, 60]


def test_our_own_history_knows_better(make: Make, member: User) -> None:
    make("video_clip", status="done", submitted_at=ago(timedelta(seconds=25)))
    assert cards.build([make("video_clip", status="running")], member)[0].typical == 25


def test_finished_lyrics_are_on_their_card(client: Client, member: User, make: Make) -> None:
    task = make("make_lyrics", params={"prompt": "the sea"}, status="done")
    sheet = lyrics.create_sheet(project=task.project, by=member, title="The sea", text="Waves")
    LyricRevision.objects.filter(sheet=sheet).update(task=task)
    client.force_login(member)
    text = client.get(reverse("tasks")).content.decode()
    assert reverse("lyric_sheet", args=[sheet.pk]) in text
    assert "Ready" in text


def test_files_that_an_import_brought_are_led_to(
    client: Client, member: User, make: Make, clip: Clip
) -> None:
    task = make("download", provider="useapi", price=0, params={"id": "abc"}, status="done")
    clip.assets.filter(kind="wav").update(task=task)
    client.force_login(member)
    card = client.get(reverse("task", args=[task.pk])).context["card"]
    assert card.home == clip.pk
