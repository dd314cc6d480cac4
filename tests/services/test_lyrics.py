"""Lyric sheets: what an order brings, what is kept of every save, and who wrote over whom."""

from typing import Any

import pytest

from accounts.models import User
from studio.models import Clip, LyricRevision, LyricSheet, Project, Task
from studio.music_api.types import Item, PollResult, PollState
from studio.services import credits, line_comments, lyrics, polls, proposals
from tests.factories import accepted, again
from tests.songs import song

WORDS = "[Verse]\nStreetlights hum\n[Chorus]\nBlue, blue night"


@pytest.fixture
def sheet(project: Project, member: User) -> LyricSheet:
    return lyrics.create_sheet(project=project, by=member, title="Blue night", text=WORDS)


@pytest.fixture
def write(order: Any) -> Any:
    def place(prompt: str = "the sea at night") -> Task:
        return order(operation="make_lyrics", params={"prompt": prompt})[0]

    return place


def sung(order: Any, words: str, **changes: Any) -> Clip:
    """A finished song with these words."""
    task = order(**changes)[0]
    return song(task.project, task=task, lyrics=words)


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
    assert proposals.keep(task.pk)
    assert proposals.keep(task.pk)
    assert LyricRevision.objects.get().sheet.title == "Harbour"
    assert again(task).status == "done"
    assert credits.balance(member) == 99


def test_a_draft_without_a_title_takes_its_first_sung_line(write: Any) -> None:
    task = write()
    brought(task, lyrics=WORDS)
    proposals.keep(task.pk)
    assert LyricSheet.objects.get().title == "Streetlights hum"


def test_only_an_answer_with_lyrics_is_kept(write: Any, order: Any) -> None:
    assert not proposals.keep(write().pk)
    assert not proposals.keep(order()[0].pk)
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
    proposals.keep(task.pk)
    sheet = LyricSheet.objects.get()
    edited = lyrics.save(sheet, by=member, title="", text="my words", base=1)
    assert (edited.sound, edited.task) == ("slow jazz", None)


def test_an_earlier_version_comes_back_as_the_newest(sheet: LyricSheet, member: User, editor: User) -> None:
    lyrics.save(sheet, by=member, title="", text="other words", base=1)
    back = lyrics.bring_back(sheet, 1, by=editor)
    assert (back.number, back.text, back.created_by) == (3, WORDS, editor)
    assert back.note == "Version 1 brought back"
    assert lyrics.bring_back(sheet, 3, by=editor) == back
    with pytest.raises(LyricRevision.DoesNotExist):
        lyrics.bring_back(sheet, 9, by=editor)


def test_a_note_on_saved_words_is_a_version_of_its_own_once(
    sheet: LyricSheet, member: User, editor: User
) -> None:
    """Words may have been saved by themselves before somebody says what they are."""
    for _ in range(2):
        noted = lyrics.save(sheet, by=member, title="", text=WORDS, base=1, note="For Ada")
        assert (noted.number, noted.text, noted.note) == (2, WORDS, "For Ada")
    assert lyrics.save(sheet, by=editor, title="", text=WORDS, base=2, note="For Ada").number == 3
    assert lyrics.save(sheet, by=editor, title="", text=WORDS, base=3).number == 3


def test_comments_move_with_their_lines_and_lose_none(sheet: LyricSheet, member: User) -> None:
    on = {"text": "Too long?", "by": member}
    first = line_comments.add(sheet.revisions.get(), line=1, **on)
    last = line_comments.add(sheet.revisions.get(), line=3, **on)
    lyrics.save(sheet, by=member, title="", text=f"[Intro]\nOoh\n{WORDS}", base=1)
    assert (again(first).line, again(last).line) == (3, 5)
    lyrics.save(sheet, by=member, title="", text="[Chorus]\nBlue, blue night", base=2)
    assert (again(first).line, again(last).line) == (None, 1)
    lyrics.bring_back(sheet, 1, by=member)
    assert (again(first).line, again(last).line) == (1, 3)


def test_a_version_that_is_half_made_leaves_nothing(
    sheet: LyricSheet, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(line_comments, "carry", fail)
    with pytest.raises(RuntimeError):
        lyrics.save(sheet, by=member, title="Red night", text="zeppelins", base=1)
    assert texts(sheet) == [WORDS]
    assert again(sheet).title == "Blue night"
    assert found("zeppelins") == []


# -- Begun twice, or from a song --------------------------------------------------------------------


def test_a_form_that_is_sent_twice_is_one_sheet(project: Project, member: User, editor: User) -> None:
    new = {"project": project, "title": "", "text": WORDS}
    first = lyrics.create_once(by=member, **new)
    assert lyrics.create_once(by=member, **new) == first
    assert lyrics.create_once(by=editor, **new) != first
    assert lyrics.create_once(by=member, **{**new, "text": "others"}) != first
    lately = first.created_at - 2 * lyrics.A_MOMENT
    LyricSheet.objects.update(created_at=lately)
    assert lyrics.create_once(by=member, **new) != first


def test_a_song_leads_to_the_sheet_that_it_sings(
    project: Project, member: User, owner: User, order: Any
) -> None:
    clip = sung(order, "Streetlights hum")
    sheet = lyrics.of_clip(clip, by=member)
    assert (sheet.title, texts(sheet)) == (clip.title, ["Streetlights hum"])
    assert again(clip.task).lyric_revision == sheet.revisions.get()
    lyrics.save(sheet, by=member, title="", text="other words", base=1)
    assert lyrics.of_clip(clip, by=owner) == sheet
    assert LyricSheet.objects.count() == 1


def test_a_song_whose_sheet_lies_elsewhere_leads_to_one_that_can_be_seen(
    project: Project, member: User, owner: User, order: Any
) -> None:
    hidden = lyrics.of_clip(sung(order, "Streetlights hum"), by=owner)
    LyricSheet.objects.update(project=Project.objects.get(owner=owner))
    clip = hidden.revisions.get().orders.get().clips.get()
    assert lyrics.of_clip(clip, by=member) != hidden
    assert again(clip.task).lyric_revision == hidden.revisions.get()


def test_words_of_a_part_are_not_what_the_song_sings(member: User, order: Any) -> None:
    whole = sung(order, WORDS)
    part = {"operation": "extend_music", "source": whole, "params": {"lyrics": "one more verse"}}
    clip = sung(order, "one more verse", **part)
    lyrics.of_clip(clip, by=member)
    assert again(clip.task).lyric_revision is None


# -- Called, put away, found ------------------------------------------------------------------------


def test_notes_of_others_are_not_written_over(sheet: LyricSheet, member: User) -> None:
    about = {"title": "Blue night", "language": "en"}
    lyrics.describe(sheet, **about, notes="for Ada", before="")
    with pytest.raises(lyrics.ChangedMeanwhile):
        lyrics.describe(sheet, **about, notes="for Bob", before="")
    lyrics.describe(sheet, title="Red night", language="de", notes="for Ada", before="for Ada")
    row = again(sheet)
    assert (row.title, row.language, row.notes) == ("Red night", "de", "for Ada")


def found(query: str) -> list[str]:
    return [sheet.title for sheet in lyrics.matching(LyricSheet.objects.all(), query)]


def test_a_search_looks_at_what_a_sheet_says_now(sheet: LyricSheet, project: Project, member: User) -> None:
    lyrics.create_sheet(project=project, by=member, title="Déjà-vu", text="東京の夜", notes="for Ada")
    for query in ("deja", "夜", "ada DÉJÀ", '"for ada"', "eja"):
        assert found(query) == ["Déjà-vu"], query
    for query in ("ada harbour", '"ada for"', "--", "%", "_", "\0"):
        assert found(query) == [], query
    lyrics.save(sheet, by=member, title="Red night", text="harbours", base=1)
    assert (found("harbour"), found("streetlights"), found("blue")) == (["Red night"], [], [])
    lyrics.describe(sheet, title="Grey night", language="", notes="Waltz", before="")
    assert (found("waltz grey harbour"), found("red")) == (["Grey night"], [])
    lyrics.bring_back(sheet, 1, by=member)
    assert found("streetlights waltz") == ["Grey night"]


def test_the_list_tells_versions_and_how_the_newest_begins(
    sheet: LyricSheet, project: Project, member: User
) -> None:
    lyrics.create_sheet(project=project, by=member, title="", text="")
    lyrics.save(sheet, by=member, title="", text="other words" + "\nla" * 1000, base=1)
    rows = [(row.title, row.versions, row.text[:11], len(row.text)) for row in listed()]
    assert rows == [("Blue night", 2, "other words", lyrics.OPENING), ("Untitled lyrics", 1, "", 0)]
    assert {"words", "notes"} <= listed()[0].get_deferred_fields()


def listed() -> list[Any]:
    return list(lyrics.with_newest(LyricSheet.objects.all()))
