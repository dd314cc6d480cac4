"""From a comment to an order, and from the new take back to the comment."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import Clip, Comment, LyricSheet, Task, Timing
from studio.services import comments, shares
from tests.factories import again
from tests.songs import song
from tests.views.test_comments import Do, guest_remark, page_of, path_of
from tests.views.test_comments import long as long
from tests.views.test_comments import remark as remark

WORDS = "[Verse]\nStreetlights hum\nPaper boats\n[Chorus]\nBlue, blue night"
TIMES = [(1, 30.0, 41.0), (2, 41.0, 50.0), (4, 50.0, 59.0)]


@pytest.fixture
def timed(long: Clip) -> Clip:
    texts = WORDS.split("\n")
    lines = [{"line": n, "text": texts[n], "start": start, "end": end} for n, start, end in TIMES]
    Timing.objects.update_or_create(clip=long, defaults={"lines": lines, "source": "provider"})
    Clip.objects.filter(pk=long.pk).update(lyrics=WORDS)
    return again(long)


def form_of(client: Client, clip: Clip, operation: str, comment: Comment) -> Any:
    answer = client.get(path_of(clip, "clip_order", operation), {"comment": comment.pk})
    assert answer.status_code == 200
    return answer


def test_a_part_is_replaced_from_a_comment(mara: Client, timed: Clip, remark: Comment) -> None:
    text = page_of(mara.get(path_of(timed)))
    path = path_of(timed, "clip_order", "replace_music")
    assert f'href="{path}?comment={remark.pk}"' in text
    answer = form_of(mara, timed, "replace_music", remark)
    form = answer.context["form"]
    shown = {name: form[name].value() for name in ("starts_at", "ends_at", "lyrics", "comment")}
    assert shown == {
        "starts_at": "0:42",
        "ends_at": "1:00.5",
        "lyrics": "Paper boats\nBlue, blue night",
        "comment": remark.pk,
    }
    assert "<blockquote>Too loud</blockquote>" in page_of(answer)
    assert "Replace · 12 credits" in page_of(answer)

    data = {**shown, "form_key": form["form_key"].value()}
    for _ in range(2):  # the same form twice is one order
        assert mara.post(path, data).status_code == 302
    task = Task.objects.get(source=timed)
    assert (task.comment, task.params["lyrics"], task.price) == (remark, shown["lyrics"], 12)
    made = page_of(mara.get(path_of(timed))).partition(f'id="made-{remark.pk}"')[2].partition("</ul>")[0]
    assert "Replace part: " in made
    assert path_of_task(task) in made
    # Tried again or used again, it still answers that comment.
    assert mara.get(path, {"again": task.pk}).context["form"]["comment"].value() == remark.pk


def path_of_task(task: Task) -> str:
    return reverse("task", args=[task.pk])


def test_a_song_is_extended_from_a_moment(mara: Client, timed: Clip, member: User) -> None:
    moment = comments.add(timed, text="Go on here", start=61.5, end=None, by=member)
    form = form_of(mara, timed, "extend_music", moment).context["form"]
    assert (form["starts_at"].value(), form["lyrics"].value()) == ("1:01.5", None)
    part = form_of(mara, timed, "replace_music", moment).context["form"]
    assert (part["starts_at"].value(), part["ends_at"].value()) == ("1:01.5", "1:21.5")


def test_words_that_stay_are_those_of_their_sheet(
    mara: Client, timed: Clip, remark: Comment, sheet: LyricSheet
) -> None:
    """What is sung where the comment is said is filled in, and changes nothing of what the song sings."""
    saved = sheet.revisions.get()
    Task.objects.filter(pk=timed.task_id).update(lyric_revision=saved)
    form = form_of(mara, timed, "replace_music", remark).context["form"]
    for lyrics, revision in ((form["lyrics"].value(), saved), ("Something else", None)):
        shown = form_of(mara, timed, "replace_music", remark).context["form"]
        given = {name: shown[name].value() for name in ("starts_at", "ends_at", "comment", "form_key")}
        mara.post(path_of(timed, "clip_order", "replace_music"), {**given, "lyrics": lyrics})
        assert Task.objects.latest("pk").lyric_revision == revision


def test_a_comment_of_another_song_is_answered_by_no_order_of_this_one(
    mara: Client, timed: Clip, member: User
) -> None:
    other = comments.add(song(timed.project), text="Elsewhere", start=1.0, end=None, by=member)
    path = path_of(timed, "clip_order", "replace_music")
    answer = form_of(mara, timed, "replace_music", other)
    assert "Elsewhere" not in page_of(answer)
    form = answer.context["form"]
    data = {name: form[name].value() for name in ("starts_at", "ends_at", "form_key")}
    for number, code in ((other.pk, 302), ("9" * 30, 302), ("x\0", 422)):
        assert mara.get(path, {"comment": number}).status_code == 200
        given = {**data, "comment": number, "form_key": str(uuid.uuid4())}
        assert mara.post(path, given).status_code == code
    assert set(Task.objects.filter(source=timed).values_list("comment", flat=True)) == {None}


@pytest.mark.composed
def test_the_new_take_and_its_comment_lead_to_each_other(
    mara: Client, clip: Clip, send: Do, settle: Callable[[], None]
) -> None:
    said = guest_remark(clip)
    send("replace_music", starts_at="0:00.5", ends_at="1.5", comment=str(said.pk))
    settle()
    take = Clip.objects.get(task__source=clip)
    text = page_of(mara.get(path_of(take)))
    assert f'href="{path_of(clip)}#comment-{said.pk}"' in text
    assert "a comment by Anna, guest through “For the client” at 0:00.5" in text
    made = page_of(mara.get(path_of(clip))).partition(f'id="made-{said.pk}"')[2].partition("</ul>")[0]
    assert f'data-play="{take.pk}"' in made
    assert said.share is not None
    assert [each.pk for each in shares.clips_of(said.share)] == [clip.pk, take.pk]


def test_who_may_not_order_is_told_why(as_: Any, timed: Clip, remark: Comment) -> None:
    text = page_of(as_(remark.created_by).get(path_of(timed)))
    assert f"?comment={remark.pk}" not in text
    hint = text.partition(f'id="why-not-replace_music-{remark.pk}">')[2].partition("<")[0]
    assert hint == "You may look at this project, not change it."
