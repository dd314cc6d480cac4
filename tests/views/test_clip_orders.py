"""Everything a person orders from a clip: the page, the order, the result in its place, and every refusal."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import Clip, Project, ProjectMember, Task
from studio.services import conversions, credits, projects
from tests.factories import FAILED, accepted
from tests.views.test_pages import clone, queries

Settle = Callable[[], None]
Do = Callable[..., Any]


def address(clip: Clip, operation: str) -> str:
    return reverse("clip_order", args=[clip.pk, operation])


def page_of(client: Client, clip: Clip) -> str:
    answer = client.get(reverse("clip", args=[clip.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def order_of(clip: Clip) -> Task:
    return Task.objects.get(source=clip)


# -- Each operation, the whole way -----------------------------------------------------------------

SONGS = [
    (
        "extend_music",
        {"starts_at": "0:01.5", "length": "0:30", "instruction": "drums come in"},
        "Extended from",
    ),
    ("replace_music", {"starts_at": "0:00.5", "ends_at": "1.5", "lyrics": "New words"}, "Part replaced of"),
    ("cover_music", {"instruction": "a waltz", "strength": "0.7", "title": "Blue waltz"}, "Cover of"),
]


@pytest.mark.parametrize(("operation", "fields", "words"), SONGS)
@pytest.mark.composed
def test_a_song_made_from_a_clip_is_its_child(
    mara: Client, clip: Clip, send: Do, settle: Settle, operation: str, fields: Any, words: str
) -> None:
    answer = send(operation, **fields)
    assert (answer.status_code, answer["Location"]) == (302, reverse("clip", args=[clip.pk]))
    task = order_of(clip)
    assert (task.operation, task.price, task.status) == (operation, 12, "queued")
    assert credits.balance(task.created_by) == 100 - 10 - 12
    assert f'id="task-{task.pk}"' in page_of(mara, clip)

    settle()
    child = Clip.objects.get(task=task)
    assert reverse("clip", args=[child.pk]) in page_of(mara, clip)
    text = page_of(mara, child)
    assert words in text
    assert reverse("clip", args=[clip.pk]) in text


def test_the_moments_are_sent_as_seconds(clip: Clip, send: Do) -> None:
    send("replace_music", starts_at="0:00.5", ends_at="1.5")
    params = order_of(clip).params
    assert (params["starts_at"], params["ends_at"], params["clip_id"]) == (0.5, 1.5, clip.upstream_id)


@pytest.mark.composed
def test_a_video_appears_on_the_clip(mara: Client, clip: Clip, send: Do, settle: Settle) -> None:
    send("video_clip", preset="modern")
    assert (order_of(clip).price, order_of(clip).params["preset"]) == (5, "modern")
    assert f"Video of {clip.title}" in page_of(mara, clip)
    assert 'id="orders"' in page_of(mara, clip)
    settle()
    video = clip.assets.get(kind="video")
    assert (video.label, video.task) == ("modern", order_of(clip))
    text = page_of(mara, clip)
    assert f'<video id="video-{video.pk}"' in text
    assert 'id="orders"' not in text


@pytest.mark.composed
def test_a_file_of_the_providers_lies_beside_ours(mara: Client, clip: Clip, send: Do, settle: Settle) -> None:
    assert "Have it made by the provider · 2 credits" in page_of(mara, clip)
    send("download", format="mp3")
    settle()
    found = clip.assets.get(kind="mp3")
    assert found.label == "from the provider"
    assert "MP3, from the provider" in page_of(mara, clip)
    assert "mp3" in conversions.missing(Clip.objects.get(pk=clip.pk))


@pytest.mark.composed
def test_its_card_says_ready_and_leads_to_the_clip(
    mara: Client, clip: Clip, send: Do, settle: Settle
) -> None:
    send("video_clip")
    settle()
    text = mara.get(reverse("tasks")).content.decode()
    card = text[text.index(f'id="task-{order_of(clip).pk}"') :].partition("</li>")[0]
    assert f"Video of {clip.title}" in card
    assert "Ready" in card
    assert reverse("clip", args=[clip.pk]) in card
    assert "Try again" not in card


# -- The form --------------------------------------------------------------------------------------


def test_the_form_proposes_moments_and_names_the_price(mara: Client, clip: Clip) -> None:
    Clip.objects.filter(pk=clip.pk).update(duration=185.37)
    extend = mara.get(address(clip, "extend_music"))
    assert [extend.context["form"][name].value() for name in ("starts_at", "length")] == ["3:05.3", "1:00"]
    assert "Extend · 12 credits" in extend.content.decode()
    assert "78 will remain" in extend.content.decode()
    replace = mara.get(address(clip, "replace_music")).context["form"]
    assert [replace[name].value() for name in ("starts_at", "ends_at")] == ["1:23", "1:43"]
    assert not replace.changes_most


WRONG = [
    ("extend_music", {"starts_at": "0:75"}, "starts_at", "minutes and seconds"),
    ("extend_music", {"starts_at": "9:00"}, "starts_at", "The song ends at 0:02."),
    ("extend_music", {"starts_at": ""}, "starts_at", "Say where"),
    ("extend_music", {"length": "4:01"}, "length", "from 0:01 to 4:00"),
    ("extend_music", {"instruction": "x" * 2001}, "instruction", "2,000"),
    ("extend_music", {"lyrics": "x" * 5001}, "lyrics", "5,000"),
    ("extend_music", {"lyrics": "a\0b"}, "lyrics", "control character"),
    ("replace_music", {"starts_at": "1.5", "ends_at": "1"}, "ends_at", "end after it begins"),
    ("cover_music", {"instruction": " "}, "instruction", "Say how"),
    ("cover_music", {"instruction": "a waltz", "strength": "2"}, "strength", "from 0 to 1"),
    ("cover_music", {"instruction": "a waltz", "title": "x" * 81}, "title", "80"),
    ("video_clip", {"preset": "loud"}, "preset", "loud"),
    ("download", {"format": "ogg"}, "format", "ogg"),
    ("download", {"format": ""}, "format", "Choose a format"),
    ("video_clip", {"form_key": ""}, "form_key", "nothing was charged"),
]


@pytest.mark.parametrize(("operation", "fields", "name", "words"), WRONG)
def test_what_is_wrong_stands_beside_its_field(
    clip: Clip, send: Do, operation: str, fields: Any, name: str, words: str
) -> None:
    answer = send(operation, **fields)
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[name])
    assert words in answer.content.decode()
    assert not Task.objects.filter(source=clip).exists()


def test_a_refused_form_keeps_what_was_typed(send: Do) -> None:
    answer = send("extend_music", starts_at="half way", instruction="Strings <here>", lyrics="La la")
    form = answer.context["form"]
    assert [form[name].value() for name in ("starts_at", "instruction", "lyrics")] == [
        "half way",
        "Strings <here>",
        "La la",
    ]
    assert "Strings &lt;here&gt;" in answer.content.decode()


def test_an_order_that_was_changed_after_its_answer_was_lost_is_asked_about(
    mara: Client, clip: Clip, send: Do
) -> None:
    """Nothing is ordered for what was typed later, and none of it is dropped: the next press orders it."""
    key = str(uuid.uuid4())
    first = {"form_key": key, "instruction": "as a waltz"}
    assert send("cover_music", **first).status_code == 302
    assert send("cover_music", **first).status_code == 302  # sent twice as it was
    answer = send("cover_music", form_key=key, instruction="as a tango")
    assert answer.status_code == 422
    assert "was placed already" in answer.content.decode()
    form = answer.context["form"]
    assert form["instruction"].value() == "as a tango"
    assert clip.orders.count() == 1
    again = {field.name: field.value() for field in form if field.value() is not None}
    assert mara.post(reverse("clip_order", args=[clip.pk, "cover_music"]), again).status_code == 302
    assert [task.params["instruction"] for task in clip.orders.order_by("pk")] == ["as a waltz", "as a tango"]


def test_the_end_as_the_screen_rounds_it_is_the_end(clip: Clip, send: Do) -> None:
    Clip.objects.filter(pk=clip.pk).update(duration=1.96)
    send("extend_music", starts_at="0:02")
    assert order_of(clip).params["starts_at"] == 1.9


def test_more_than_half_is_warned_of_and_allowed(mara: Client, clip: Clip, send: Do) -> None:
    hint = '<p class="notice" data-half role="status"'
    assert f"{hint}>" in mara.get(address(clip, "replace_music")).content.decode()
    assert send("replace_music", starts_at="0:00", ends_at="0:02").status_code == 302
    Clip.objects.filter(pk=clip.pk).update(duration=300)
    assert f"{hint} hidden>" in mara.get(address(clip, "replace_music")).content.decode()


# -- The page around it ----------------------------------------------------------------------------


@pytest.fixture
def failed(clip: Clip, send: Do) -> Task:
    from studio.services import polls

    send("extend_music", starts_at="0:01", instruction="strings")
    task = order_of(clip)
    accepted(task)
    polls.record([(task.pk, FAILED)])
    return task


def test_a_failed_order_can_be_tried_again_as_it_was(mara: Client, clip: Clip, failed: Task) -> None:
    text = page_of(mara, clip)
    again = f"{address(clip, 'extend_music')}?again={failed.pk}"
    assert "12 credits returned" in text
    assert again in text
    form = mara.get(again).context["form"]
    assert [form[name].value() for name in ("starts_at", "instruction")] == ["0:01", "strings"]
    shown = {field.name: field.value() for field in form if field.value() is not None}
    assert mara.post(address(clip, "extend_music"), shown).status_code == 302
    assert failed.retries.get().source == clip
    assert f'id="task-{failed.pk}"' not in page_of(mara, clip)


def test_again_shows_no_order_of_another_clip_or_project(
    client: Client, clip: Clip, failed: Task, stranger: User
) -> None:
    video = client.get(address(clip, "video_clip"), {"again": failed.pk}).context["form"]
    assert video["again"].value() is None
    own = Project.objects.get(owner=stranger)
    task = Task.objects.create(
        project=own, created_by=stranger, form_key=uuid.uuid4(), provider="sandbox", operation="x", price=1
    )
    assert client.get(address(clip, "extend_music"), {"again": task.pk}).status_code == 404


@pytest.mark.composed
def test_the_family_is_only_what_one_may_see(
    client: Client, mara: Client, clip: Clip, send: Do, settle: Settle, stranger: User
) -> None:
    send("cover_music", instruction="a waltz", title="Secret waltz")
    settle()
    other = Project.objects.get(owner=stranger)
    Clip.objects.filter(task__source=clip).update(project=other)
    assert "Secret waltz" not in page_of(mara, clip)
    projects.set_member(other, User.objects.get(email="mara@example.org"), ProjectMember.Access.VIEWER)
    assert "Secret waltz" in page_of(mara, clip)


def test_the_task_page_tells_the_whole_order(mara: Client, clip: Clip, send: Do) -> None:
    send("replace_music", starts_at="0:00", ends_at="0:01", instruction="softer")
    text = mara.get(reverse("task", args=[order_of(clip).pk])).content.decode()
    for words in (
        "Replace part",
        "softer",
        "<dd>0:01</dd>",
        "<dd>Sandbox</dd>",
        f"Replace part of {clip.title}",
    ):
        assert words in text


def test_ten_orders_cost_as_many_queries_as_a_hundred(mara: Client, clip: Clip, send: Do) -> None:
    path = reverse("clip", args=[clip.pk])

    def grow(count: int) -> None:
        for operation in ("video_clip", "extend_music"):
            for number in range(count // 2):
                Task.objects.create(
                    project=clip.project,
                    created_by=clip.created_by,
                    form_key=uuid.uuid4(),
                    provider="sandbox",
                    operation=operation,
                    price=5,
                    source=clip,
                    params={"preset": "simple", "starts_at": number},
                )
        clone(Clip.objects.get(pk=clip.pk), 3)
        Task.objects.filter(clips__isnull=False).exclude(pk=clip.task_id).update(source=clip)

    grow(10)
    few = queries(mara, path)
    grow(90)
    assert queries(mara, path) == few
