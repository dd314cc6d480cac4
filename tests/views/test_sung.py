"""A song knows which version of a sheet it sings, and the sheet knows its songs."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from studio.models import Clip, LyricRevision, LyricSheet, Project, Task
from studio.services import credits, lyrics, tasks
from tests.songs import song
from tests.views.conftest import HTMX, WORDS


@pytest.fixture
def sing(mara: Client, project: Project) -> Callable[..., Any]:
    """Open the order from a version, change what is named, and send it."""

    def send(sheet: LyricSheet, version: int, **changes: str) -> Task:
        page = reverse("new_song", args=[project.pk])
        form = mara.get(f"{page}?sheet={sheet.pk}&version={version}").context["form"]
        shown = {name: form[name].value() for name in form.fields if form[name].value() is not None}
        answer = mara.post(page, {**shown, **changes})
        assert answer.status_code == 302, answer.context["form"].errors
        return Task.objects.latest("pk")

    return send


def saved(sheet: LyricSheet, text: str, base: int, by: User | None = None) -> LyricRevision:
    return lyrics.save(sheet, by=by or sheet.created_by, title="", text=text, base=base)


def texts(sheet: LyricSheet) -> list[str]:
    return [revision.text for revision in sheet.revisions.order_by("number")]


def test_an_order_sings_the_version_that_it_began_with(sheet: LyricSheet, sing: Any) -> None:
    saved(sheet, "[Verse]\nSomething else", base=1)
    task = sing(sheet, 1)
    assert task.lyric_revision.number == 1
    assert task.params["lyrics"] == WORDS
    assert sheet.revisions.count() == 2


def test_words_changed_in_the_order_become_the_next_version(sheet: LyricSheet, sing: Any) -> None:
    task = sing(sheet, 1, lyrics=f"{WORDS}, oh")
    assert task.lyric_revision.number == 2
    assert task.lyric_revision.text == f"{WORDS}, oh"
    assert "song" in task.lyric_revision.note


def test_changed_words_of_an_old_version_do_not_bury_the_newest(
    sheet: LyricSheet, sing: Any, mara: Client, editor: User
) -> None:
    theirs = WORDS.replace("Blue, blue", "A colleague's")
    saved(sheet, theirs, base=1, by=editor)
    task = sing(sheet, 1, lyrics=f"{WORDS}, oh")
    assert task.lyric_revision is None
    assert texts(sheet) == [WORDS, theirs]
    page = mara.get(reverse("project", args=[task.project_id])).content.decode()
    assert "not saved as a version: meanwhile Edda Editor saved version 2" in page
    # Other lines go together with theirs, and words of one's own may lie on top.
    other = WORDS.replace("Streetlights", "Headlights")
    both = theirs.replace("Streetlights", "Headlights")
    assert sing(sheet, 1, lyrics=other).lyric_revision.text == other
    assert texts(sheet)[2:] == [other, both]
    own = [both.replace("Headlights", word) for word in ("Moon", "Sun")]
    assert [sing(sheet, 4, lyrics=words).lyric_revision.text for words in own] == own
    assert texts(sheet)[4:] == own


def test_every_press_on_the_same_page_sings_a_version(sheet: LyricSheet, mara: Client) -> None:
    """The form that stays is that of the version which was sung; a refusal leaves nothing behind."""
    page = reverse("new_song", args=[sheet.project_id])
    form = mara.get(f"{page}?sheet={sheet.pk}").context["form"]
    given = {name: form[name].value() for name in form.fields if form[name].value() is not None}

    def press(words: str) -> Any:
        answer = mara.post(page, {**given, "lyrics": words}, headers=HTMX)
        form = answer.context["form"]
        given.update({name: form[name].value() for name in ("form_key", "revision")})
        return answer

    credits.adjust(sheet.created_by, -100, reason="nothing left")
    assert press("refused").status_code == 422
    assert texts(sheet) == [WORDS]
    credits.grant(sheet.created_by, 20, reason="to sing")
    for words in ("first", "second"):
        assert "not saved" not in press(words).content.decode()
        assert given["revision"] == Task.objects.latest("pk").lyric_revision_id
    assert texts(sheet) == [WORDS, "first", "second"]
    assert [task.lyric_revision.number for task in Task.objects.order_by("pk")] == [2, 3]


def test_words_that_are_no_version_are_told_of_in_the_form(
    sheet: LyricSheet, mara: Client, editor: User
) -> None:
    page = reverse("new_song", args=[sheet.project_id])
    form = mara.get(f"{page}?sheet={sheet.pk}").context["form"]
    given = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    saved(sheet, "theirs", base=1, by=editor)
    answer = mara.post(page, {**given, "lyrics": "mine"}, headers=HTMX)
    assert "not saved as a version: meanwhile Edda Editor" in answer.content.decode()
    assert Task.objects.get().params["lyrics"] == "mine"


def test_what_was_changed_after_a_lost_answer_is_not_taken_for_the_same_order(
    sheet: LyricSheet, mara: Client
) -> None:
    page = reverse("new_song", args=[sheet.project_id])
    form = mara.get(f"{page}?sheet={sheet.pk}").context["form"]
    given = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    for _ in range(2):
        assert mara.post(page, given).status_code == 302
    answer = mara.post(page, {**given, "lyrics": "Better words"})
    assert answer.status_code == 422
    assert "That order was placed already; send this again to order another." in answer.content.decode()
    form = answer.context["form"]
    assert (form["lyrics"].value(), texts(sheet)) == ("Better words", [WORDS])
    given |= {"form_key": form["form_key"].value(), "lyrics": "Better words"}
    assert mara.post(page, given).status_code == 302
    assert [task.lyric_revision.number for task in Task.objects.order_by("pk")] == [1, 2]


def test_another_takes_order_sings_the_same_version(sheet: LyricSheet, sing: Any, mara: Client) -> None:
    first = sing(sheet, 1)
    form = mara.get(f"{reverse('new_song', args=[first.project_id])}?again={first.pk}").context["form"]
    assert form["revision"].value() == first.lyric_revision_id


def test_a_version_out_of_sight_is_not_recorded(
    post_as: Callable[..., Task], sheet: LyricSheet, stranger: User
) -> None:
    """A form names any number; nobody learns or changes a sheet by it."""
    task = post_as(stranger, revision=str(sheet.revisions.get().pk), lyrics=f"{WORDS} and more")
    assert task.lyric_revision is None
    assert sheet.revisions.count() == 1


@pytest.fixture
def post_as(client: Client) -> Callable[..., Task]:
    """An order in a project of the person's own."""

    def send(person: User, **fields: str) -> Task:
        client.force_login(person)
        own = Project.objects.create(name="Mine", owner=person)
        credits.grant(person, 10, by=person, reason="to sing")
        data = {"form_key": str(uuid.uuid4()), "start": "lyrics", **fields}
        assert client.post(reverse("new_song", args=[own.pk]), data).status_code == 302
        return Task.objects.get(project=own)

    return send


def sung_by(clip: Clip, revision: LyricRevision) -> None:
    Task.objects.filter(pk=clip.task_id).update(lyric_revision=revision)


def test_the_clip_says_what_it_sings_and_that_the_words_moved_on(
    clip: Clip, sheet: LyricSheet, mara: Client
) -> None:
    sung_by(clip, sheet.revisions.get())
    page = mara.get(reverse("clip", args=[clip.pk])).content.decode()
    assert "Blue night, version 1</a>, the newest" in page
    saved(sheet, "[Verse]\nSomething else", base=1)
    page = mara.get(reverse("clip", args=[clip.pk])).content.decode()
    assert "moved on" in page
    assert f"{reverse('lyric_sheet', args=[sheet.pk])}?version=2&amp;against=1" in page


def test_a_sheet_that_lies_elsewhere_is_not_named(
    clip: Clip, sheet: LyricSheet, viewer: User, stranger: User, client: Client
) -> None:
    sung_by(clip, sheet.revisions.get())
    LyricSheet.objects.filter(pk=sheet.pk).update(
        project=Project.objects.create(name="Elsewhere", owner=stranger), title="Top secret"
    )
    client.force_login(viewer)
    assert "Top secret" not in client.get(reverse("clip", args=[clip.pk])).content.decode()


def test_the_sheet_plays_its_songs_by_version(
    clip: Clip, sheet: LyricSheet, mara: Client, order: Callable[..., list[Task]]
) -> None:
    sung_by(clip, sheet.revisions.get())
    page = mara.get(reverse("lyric_sheet", args=[sheet.pk])).content.decode()
    assert f'data-play="{clip.pk}"' in page
    assert ">Version 1</a>" in page
    compare = (
        f'<input type="hidden" name="sheet" value="{sheet.pk}"><button type="submit" class="button">Compare'
    )
    task = order(lyric_revision=sheet.revisions.get())[0]
    assert compare not in mara.get(reverse("lyric_sheet", args=[sheet.pk])).content.decode()
    song(sheet.project, task=task)
    assert compare in mara.get(reverse("lyric_sheet", args=[sheet.pk])).content.decode()


def test_a_cover_and_a_part_without_words_sing_what_their_song_sings(
    clip: Clip, sheet: LyricSheet, member: User
) -> None:
    sung_by(clip, sheet.revisions.get())
    source = Clip.objects.select_related("task").get(pk=clip.pk)
    common: dict[str, Any] = {"provider": "sandbox", "source": source, "by": member, "project": clip.project}

    def sung_in(operation: str, **params: str) -> LyricRevision | None:
        order = {**common, "operation": operation, "params": {"clip_id": "x", **params}}
        return tasks.order(**order, form_key=uuid.uuid4())[0].lyric_revision

    assert sung_in("cover_music") == sung_in("replace_music") == sheet.revisions.get()
    assert sung_in("video_clip") is None
    assert sung_in("replace_music", lyrics="Something else") is None


def test_many_songs_cost_no_more_queries_than_a_few(
    order: Callable[..., list[Task]], sheet: LyricSheet, mara: Client
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert mara.get(reverse("lyric_sheet", args=[sheet.pk])).status_code == 200
        return len(caught)

    words = sheet.revisions.get()
    order(lyric_revision=words)
    queries()  # the first request of a process reads some once
    few = queries()
    for _ in range(6):
        order(lyric_revision=words)
    assert queries() == few
