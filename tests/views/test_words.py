"""Change some lines of a song: pick them, order the part that sings them, or a new take."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import Clip, LyricRevision, Task
from studio.services import bin as bins
from studio.services import lyrics, providers, timings
from tests.views.conftest import WORDS, kept, recordings
from tests.views.test_pages import queries

NEW = "[Chorus]\nRed, red dawn"
SUNG = WORDS.replace("Blue, blue night", "Red, red dawn")


@pytest.fixture
def clip(clip: Clip) -> Clip:
    """It sings four lines, for nearly a minute."""
    Clip.objects.filter(pk=clip.pk).update(lyrics=WORDS, duration=60)
    return Clip.objects.get(pk=clip.pk)


def address(clip: Clip, lines: str = "") -> str:
    return f"{reverse('clip_words', args=[clip.pk])}{lines}"


CHORUS = "?from=3&to=4"


def fields(client: Client, clip: Clip, **changes: Any) -> dict[str, Any]:
    form = client.get(address(clip, CHORUS)).context["form"]
    shown = {field.name: field.value() for field in form if field.value() is not None}
    return {**shown, **changes}


def test_lines_are_picked_by_section_or_one_by_one(mara: Client, clip: Clip) -> None:
    assert f'href="{address(clip)}"' in mara.get(reverse("clip", args=[clip.pk])).content.decode()
    text = mara.get(address(clip)).content.decode()
    assert f'href="{address(clip, "?from=1&amp;to=2")}"' in text
    assert f'href="{address(clip, "?from=3&amp;to=4")}"' in text
    # No head alone to begin or end with; both begin with the first section.
    offered = re.findall(r'<option value="(\d)"( selected)?>\1: ([^<]+)<', text)
    verse, chorus = ("2", "", "Streetlights hum"), ("4", "", "Blue, blue night")
    assert offered == [verse, chorus, ("2", " selected", "Streetlights hum"), chorus]
    assert "<b>Chorus</b>" in mara.get(address(clip, "?from=3&to=4")).content.decode()
    back = mara.get(address(clip, "?from=4&to=2"))
    assert "<b>Lines 2–4</b>" in back.content.decode()
    assert back.context["form"]["lyrics"].value() == "Streetlights hum\n[Chorus]\nBlue, blue night"


def test_lines_of_a_text_without_end_are_picked_by_number(mara: Client, clip: Clip) -> None:
    Clip.objects.filter(pk=clip.pk).update(lyrics="a\n\n" * 5_000)
    text = mara.get(address(clip)).content.decode()
    assert len(text) < 200_000
    assert 'name="to" min="1" max="9999" value="9999"' in text
    assert "The rest, from line 601 on, is not shown here." in text
    assert mara.get(address(clip, "?from=9001&to=9999")).status_code == 200


@pytest.mark.parametrize("lines", ["?from=0&to=1", "?from=2&to=5", "?from=x&to=2", "?from=3"])
def test_lines_that_are_not_there_are_asked_for_again(mara: Client, clip: Clip, lines: str) -> None:
    for answer in (mara.get(address(clip, lines)), mara.post(address(clip, lines))):
        assert answer.status_code == 422
        assert "The song has no such lines" in answer.content.decode()


def test_the_form_shows_the_lines_when_they_are_sung_and_the_price(mara: Client, clip: Clip) -> None:
    answer = mara.get(address(clip, CHORUS))
    text = answer.content.decode()
    assert "Replace this part · 12 credits" in text
    assert "is an estimate" in text
    assert "Blue, blue night</textarea>" in text
    start, end = (answer.context["form"][name].value() for name in ("starts_at", "ends_at"))
    assert (start, end) == ("0:30.6", "0:56.4")
    assert 'data-half role="status" hidden' in text
    whole = mara.get(address(clip, "?from=1&to=4")).content.decode()
    assert 'data-half role="status">' in whole


def test_the_words_are_kept_and_the_part_is_ordered(mara: Client, clip: Clip, member: User) -> None:
    sent = fields(mara, clip, lyrics=f"{NEW}\r\n", instruction="softer")
    for _ in range(2):  # pressed twice
        answer = mara.post(address(clip, CHORUS), sent)
        assert (answer.status_code, answer["Location"]) == (302, reverse("clip", args=[clip.pk]))
    task = Task.objects.get(source=clip)
    assert (task.operation, task.params["lyrics"], task.params["instruction"]) == (
        "replace_music",
        NEW,
        "softer",
    )
    assert (task.lyric_revision.number, task.lyric_revision.text) == (2, SUNG)
    first = task.lyric_revision.sheet.revisions.get(number=1)
    assert (first.text, Task.objects.get(pk=clip.task_id).lyric_revision) == (WORDS, first)
    assert LyricRevision.objects.count() == 2
    assert "Version 2 of Blue night keeps the words." in str(next(iter(get_messages(answer.wsgi_request))))
    # Once more with the same words sings the same version.
    again = mara.get(f"{reverse('clip_order', args=[clip.pk, 'replace_music'])}?again={task.pk}").context[
        "form"
    ]
    shown = {field.name: field.value() for field in again if field.value() is not None}
    mara.post(reverse("clip_order", args=[clip.pk, "replace_music"]), shown)
    assert Task.objects.get(parent=task).lyric_revision == task.lyric_revision


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ends_at": "0:01"}, "The part has to end after it begins."),
        ({"ends_at": "soon"}, "Write minutes and seconds"),
        ({"lyrics": "[Chorus]\n "}, "Write the words for this part."),
        ({"lyrics": "la\0la"}, "invisible control character"),
        ({"form_key": ""}, "lost its number"),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_the_rest_is_kept(
    mara: Client, clip: Clip, changes: dict[str, str], sentence: str
) -> None:
    answer = mara.post(address(clip, CHORUS), fields(mara, clip, **{"lyrics": "<b>kept", **changes}))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in text
    assert "lyrics" in changes or "&lt;b&gt;kept</textarea>" in text
    assert not Task.objects.filter(source=clip).exists()
    assert not LyricRevision.objects.exists()


def test_what_was_changed_after_a_lost_answer_is_another_order(mara: Client, clip: Clip) -> None:
    sent = fields(mara, clip, lyrics=NEW)
    mara.post(address(clip, CHORUS), sent)
    better = {**sent, "lyrics": f"{NEW}, oh", "ends_at": "0:50"}
    answer = mara.post(address(clip, CHORUS), better)
    assert answer.status_code == 422
    assert "That order was placed already; send this again to order another." in answer.content.decode()
    form = answer.context["form"]
    shown = {field.name: field.value() for field in form if field.value() is not None}
    assert (shown["lyrics"], shown["ends_at"]) == (f"{NEW}, oh", "0:50")
    assert mara.post(address(clip, CHORUS), shown).status_code == 302
    assert [task.params["lyrics"] for task in clip.orders.order_by("pk")] == [NEW, f"{NEW}, oh"]


def test_words_that_make_a_sheet_too_long_are_said_to(mara: Client, clip: Clip) -> None:
    providers.retire("sandbox", "replace_music")
    answer = mara.post(address(clip, CHORUS), {"lyrics": "x" * LyricRevision.LONGEST})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "would have 20,025 characters with it, and a sheet holds 20,000." in text
    assert "x" * LyricRevision.LONGEST in text
    assert not LyricRevision.objects.exists()


def test_a_song_with_a_new_part_is_written_down_as_it_sings(mara: Client, clip: Clip, member: User) -> None:
    """The provider tells the words of the song before; the times are those of what is sung now."""
    mara.post(address(clip, CHORUS), fields(mara, clip, lyrics=NEW))
    task = Task.objects.get(source=clip)
    heard = tuple(
        (word, float(n), n + 0.5) for n, word in enumerate(["Streetlights", "hum", "Red", "red", "dawn"])
    )
    made = kept(task, recordings[0], lyrics=WORDS, words=heard)
    assert (made.lyrics, made.task) == (SUNG, task)
    assert [(line.line, line.text) for line in timings.lines_of(timings.of(made))] == [
        (1, "Streetlights hum"),
        (3, "Red, red dawn"),
    ]


def test_a_clash_is_told(mara: Client, clip: Clip, member: User) -> None:
    sheet = lyrics.of_clip(clip, by=member)
    lyrics.save(sheet, by=member, title="", text=WORDS.replace("Blue, blue", "Grey, grey"), base=1)
    mara.post(address(clip, CHORUS), fields(mara, clip, lyrics=NEW))
    page = mara.get(reverse("clip", args=[clip.pk])).content.decode()
    assert "Version 2 of Blue night had changed the same lines." in page


def test_a_provider_that_replaces_nothing_leads_to_a_new_take(mara: Client, clip: Clip) -> None:
    providers.retire("sandbox", "replace_music")
    text = mara.get(address(clip, CHORUS)).content.decode()
    assert "No part of this song can be replaced" in text
    assert mara.post(address(clip, CHORUS), {"lyrics": " "}).status_code == 422
    for _ in range(2):  # pressed twice
        answer = mara.post(address(clip, CHORUS), {"lyrics": NEW})
    [made, _] = LyricRevision.objects.order_by("-number")
    assert (made.number, made.text) == (2, SUNG)
    query = f"?sheet={made.sheet_id}&version=2&again={clip.task_id}"
    assert answer["Location"] == f"{reverse('new_song', args=[clip.project_id])}{query}"
    form = mara.get(answer["Location"]).context["form"]
    assert (form["lyrics"].value(), form["sound"].value()) == (SUNG, "quiet folk")
    assert not Task.objects.filter(source=clip).exists()


def test_a_song_in_the_bin_stays_as_it_is(mara: Client, clip: Clip, member: User) -> None:
    sent = fields(mara, clip, lyrics=NEW)
    bins.put([clip.pk], by=member)
    answer = mara.post(address(clip, CHORUS), sent)
    assert answer.status_code == 422
    assert "This song is in the bin." in answer.content.decode()
    assert "Change the words" not in mara.get(reverse("clip", args=[clip.pk])).content.decode()
    assert not LyricRevision.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("guest", 403), ("stranger", 404)])
def test_only_who_may_order_changes_words(
    as_: Callable[..., Client], clip: Clip, request: pytest.FixtureRequest, who: str, status: int
) -> None:
    client = as_(request.getfixturevalue(who))
    assert client.get(address(clip, CHORUS)).status_code == status
    given = {"lyrics": NEW, "starts_at": "1", "ends_at": "9", "form_key": uuid.uuid4()}
    assert client.post(address(clip, CHORUS), given).status_code == status
    assert not LyricRevision.objects.exists()


def test_a_long_text_takes_as_many_questions_as_a_short_one(mara: Client, clip: Clip) -> None:
    few = queries(mara, address(clip))
    Clip.objects.filter(pk=clip.pk).update(lyrics="\n".join(f"line {n}" for n in range(1_000)))
    assert queries(mara, address(clip)) == few
