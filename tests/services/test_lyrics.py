"""Lyric sheets: what an order brings, what is kept of every save, and who wrote over whom."""

from typing import Any

import pytest

from accounts.models import User
from studio.models import LyricRevision, LyricSheet, Project, Task
from studio.music_api.types import Item, PollResult, PollState
from studio.services import credits, lyrics, polls
from tests.factories import accepted, again

WORDS = "[Verse]\nStreetlights hum\n[Chorus]\nBlue, blue night"


@pytest.fixture
def sheet(project: Project, member: User) -> LyricSheet:
    return lyrics.create_sheet(project=project, by=member, title="Blue night", text=WORDS)


@pytest.fixture
def write(order: Any) -> Any:
    def place(prompt: str = "the sea at night") -> Task:
        return order(operation="make_lyrics", params={"prompt": prompt})[0]

    return place


def texts(sheet: LyricSheet) -> list[str]:
    return list(sheet.revisions.order_by("number").values_list("text", flat=True))


# -- What an order brings ---------------------------------------------------------------------------


def test_an_order_becomes_a_sheet_of_its_author(
    write: Any, settle: Any, project: Project, member: User
) -> None:
    task = write()
    settle()
    task = again(task)
    assert (task.status, task.price, credits.balance(member)) == ("done", 1, 99)
    sheet = LyricSheet.objects.get()
    assert (sheet.project, sheet.created_by, sheet.title) == (project, member, "On the sea at night")
    revision = sheet.revisions.get()
    assert (revision.number, revision.task, revision.sound) == (1, task, "quick folk")
    assert "[Verse 1]\nthe sea at night" in revision.text


def test_a_refused_prompt_costs_nothing_and_leaves_no_sheet(
    write: Any, settle: Any, upstream: Any, member: User
) -> None:
    task = write("p" * 3001)
    settle()
    assert again(task).status == "failed"
    assert credits.balance(member) == 100
    assert not LyricSheet.objects.exists()


def brought(task: Task, **item: Any) -> None:
    accepted(task)
    polls.record([(task.pk, PollResult(PollState.SUCCESS, (Item(clip_id="", **item),)))])


def test_a_draft_that_is_kept_twice_is_one_sheet(write: Any, member: User) -> None:
    task = write()
    brought(task, lyrics=WORDS, title="Harbour", sound="slow jazz")
    assert lyrics.keep_draft(task.pk)
    assert lyrics.keep_draft(task.pk)
    assert LyricRevision.objects.get().sheet.title == "Harbour"
    assert again(task).status == "done"
    assert credits.balance(member) == 99


def test_a_draft_without_a_title_takes_its_first_sung_line(write: Any) -> None:
    task = write()
    brought(task, lyrics=WORDS)
    lyrics.keep_draft(task.pk)
    assert LyricSheet.objects.get().title == "Streetlights hum"


def test_only_an_answer_with_lyrics_is_kept(write: Any, order: Any) -> None:
    assert not lyrics.keep_draft(write().pk)
    assert not lyrics.keep_draft(order()[0].pk)
    assert not LyricSheet.objects.exists()


# -- Saving -----------------------------------------------------------------------------------------


def test_each_text_is_a_version(sheet: LyricSheet, member: User, editor: User) -> None:
    second = lyrics.save(sheet, by=editor, title="", text="other words", base=1)
    assert (second.number, second.created_by) == (2, editor)
    assert texts(sheet) == [WORDS, "other words"]
    assert again(sheet).title == "Blue night"


def test_the_same_text_twice_is_one_version(sheet: LyricSheet, member: User) -> None:
    for _ in range(2):  # the second press still knows the first version
        assert lyrics.save(sheet, by=member, title="", text="other words", base=1).number == 2
    assert texts(sheet) == [WORDS, "other words"]


def test_a_title_alone_makes_no_version(sheet: LyricSheet, member: User) -> None:
    lyrics.save(sheet, by=member, title="Red night", text=WORDS, base=1)
    assert again(sheet).title == "Red night"
    assert again(sheet).changed_at > sheet.changed_at
    assert texts(sheet) == [WORDS]


def test_nothing_changed_moves_nothing_up(sheet: LyricSheet, member: User) -> None:
    lyrics.save(sheet, by=member, title="Blue night", text=WORDS, base=1)
    assert again(sheet).changed_at == sheet.changed_at


def test_who_writes_on_an_older_version_is_told_whose_came_first(
    sheet: LyricSheet, member: User, editor: User
) -> None:
    lyrics.save(sheet, by=editor, title="", text="Edda's words", base=1)
    with pytest.raises(lyrics.SavedMeanwhile, match="Edda Editor saved version 2") as conflict:
        lyrics.save(sheet, by=member, title="Mine", text="Mara's words", base=1)
    assert conflict.value.newest.text == "Edda's words"
    assert texts(sheet) == [WORDS, "Edda's words"]
    assert again(sheet).title == "Blue night"

    lyrics.save(sheet, by=member, title="", text="Mara's words", base=conflict.value.newest.number)
    assert texts(sheet) == [WORDS, "Edda's words", "Mara's words"]


def test_a_title_is_no_conflict_where_the_text_stayed(sheet: LyricSheet, member: User, editor: User) -> None:
    lyrics.save(sheet, by=editor, title="", text="Edda's words", base=1)
    assert lyrics.save(sheet, by=member, title="Red night", text=WORDS, base=1).text == "Edda's words"
    assert again(sheet).title == "Red night"


def test_a_base_that_never_was_keeps_nothing(sheet: LyricSheet, member: User) -> None:
    with pytest.raises(lyrics.SavedMeanwhile):
        lyrics.save(sheet, by=member, title="", text="other words", base=7)
    assert texts(sheet) == [WORDS]


def test_the_proposed_sound_goes_with_the_words(write: Any, member: User) -> None:
    task = write()
    brought(task, lyrics=WORDS, title="Harbour", sound="slow jazz")
    lyrics.keep_draft(task.pk)
    sheet = LyricSheet.objects.get()
    edited = lyrics.save(sheet, by=member, title="", text="my words", base=1)
    assert (edited.sound, edited.task) == ("slow jazz", None)


def test_an_earlier_version_comes_back_as_the_newest(sheet: LyricSheet, member: User, editor: User) -> None:
    lyrics.save(sheet, by=member, title="", text="other words", base=1)
    back = lyrics.bring_back(sheet, 1, by=editor)
    assert (back.number, back.text, back.created_by) == (3, WORDS, editor)
    assert lyrics.bring_back(sheet, 3, by=editor) == back
    with pytest.raises(LyricRevision.DoesNotExist):
        lyrics.bring_back(sheet, 9, by=editor)


def test_the_list_tells_versions_and_newest_words(sheet: LyricSheet, project: Project, member: User) -> None:
    lyrics.create_sheet(project=project, by=member, title="", text="")
    lyrics.save(sheet, by=member, title="", text="other words", base=1)
    rows = [(row.title, row.versions, row.text) for row in lyrics.with_newest(LyricSheet.objects.all())]
    assert rows == [("Blue night", 2, "other words"), ("Untitled lyrics", 1, "")]
