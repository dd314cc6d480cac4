"""Texts by AI for a sheet: they lie beside it, whatever became of it meanwhile, until somebody decides."""

from typing import Any

import pytest

from accounts.models import User
from studio.models import LyricProposal, LyricSheet, Project, Task
from studio.music_api.types import Item, PollResult, PollState
from studio.services import audit, credits, lyrics, polls, proposals, tasks
from tests.factories import accepted, again, lost

WORDS = "[Verse]\nStreetlights hum\n\n[Chorus]\nBlue, blue night"
THEIRS = "[Verse]\nHarbour lights\n\n[Chorus]\nBlue, blue sea\n\n[Bridge]\nHold on"


@pytest.fixture
def sheet(project: Project, member: User) -> LyricSheet:
    return lyrics.create_sheet(project=project, by=member, title="Blue night", text=WORDS)


@pytest.fixture
def write(order: Any, sheet: LyricSheet) -> Any:
    """Order a text beside the sheet's newest version."""

    def place(prompt: str = "the sea at night") -> Task:
        newest = sheet.revisions.first()
        return order(operation="make_lyrics", params={"prompt": prompt}, lyric_revision=newest)[0]

    return place


def success(text: str = THEIRS, **item: str) -> PollResult:
    return PollResult(PollState.SUCCESS, (Item(clip_id="", lyrics=text, **item),))


@pytest.fixture
def proposal(write: Any) -> LyricProposal:
    """A text that has come, and waits."""
    task = write()
    accepted(task)
    polls.record([(task.pk, success(title="Harbour", sound="slow jazz"))])
    proposals.keep(task.pk)
    return task.proposal


def texts(sheet: LyricSheet) -> list[str]:
    return list(sheet.revisions.order_by("number").values_list("text", flat=True))


# -- It comes ---------------------------------------------------------------------------------------


def test_a_text_lies_beside_the_sheet_and_never_over_it(
    write: Any, settle: Any, sheet: LyricSheet, member: User
) -> None:
    task = write()
    lyrics.save(sheet, by=member, title="", text="My own words", base=1)  # the sheet moves on
    settle()
    proposal = LyricProposal.objects.get()
    assert (again(task).status, credits.balance(member)) == ("done", 99)
    assert (proposal.sheet, proposal.task, proposal.beside.number) == (sheet, task, 1)
    assert "[Verse 1]\nthe sea at night" in proposal.text
    assert texts(sheet) == [WORDS, "My own words"]
    assert LyricSheet.objects.count() == 1
    assert audit.run() == {}


def test_a_second_answer_and_a_second_job_find_the_first(proposal: LyricProposal) -> None:
    Task.objects.filter(pk=proposal.task_id).update(
        archive_after=proposal.created_at, answer=success("another").as_dict()
    )
    assert proposals.keep(proposal.task_id)
    assert LyricProposal.objects.get().text == THEIRS


def test_a_text_that_comes_after_the_refund_lies_there_too(
    write: Any, sheet: LyricSheet, member: User
) -> None:
    task = write()
    attempt = lost(task)
    assert credits.balance(member) == 100
    Task.objects.filter(pk=task.pk).update(answer=success().as_dict(), archive_after=attempt.sent_at)
    assert proposals.keep(task.pk)
    assert (again(task).status, sheet.proposals.get().text) == ("failed", THEIRS)
    assert texts(sheet) == [WORDS]


# -- It is taken ------------------------------------------------------------------------------------


def test_all_of_it_goes_on_top_of_the_newest_once(
    proposal: LyricProposal, sheet: LyricSheet, member: User, editor: User
) -> None:
    lyrics.save(sheet, by=member, title="", text="My own words", base=1)
    revisions = [proposals.take_all(proposal, by=by) for by in (editor, editor, member)]
    assert {revision.pk for revision in revisions} == {sheet.revisions.first().pk}
    newest = sheet.revisions.first()
    assert (newest.number, newest.text, newest.sound) == (3, THEIRS, "slow jazz")
    assert (newest.task, newest.created_by, newest.note) == (proposal.task, editor, proposals.ALL_TAKEN)
    assert again(proposal).decided_by == editor
    with pytest.raises(proposals.Decided, match="Edda Editor has taken as a whole"):
        proposals.take_section(proposal, 0, by=member)
    proposals.bring_back(proposal)
    assert again(proposal).decided_at


def test_a_section_goes_into_the_text_that_somebody_saved_meanwhile(
    proposal: LyricProposal, sheet: LyricSheet, member: User, editor: User
) -> None:
    lyrics.save(sheet, by=editor, title="", text=WORDS.replace("Streetlights", "Headlights"), base=1)
    revision, name = proposals.take_section(proposal, 1, by=member, base=1)
    assert (name, revision.number, revision.note) == ("Chorus", 3, "Chorus taken from the AI’s text")
    assert revision.text == "[Verse]\nHeadlights hum\n\n[Chorus]\nBlue, blue sea"
    assert proposals.take_section(proposal, 2, by=member, base=3)[0].text.endswith("sea\n\n[Bridge]\nHold on")
    assert again(proposal).decided_at is None


def test_a_section_that_makes_the_sheet_too_long_to_save_stays_beside_it(
    proposal: LyricProposal, sheet: LyricSheet, member: User
) -> None:
    long = "la " * 6_600 + WORDS
    lyrics.save(sheet, by=member, title="", text=long, base=1)
    LyricProposal.objects.update(text="[Bridge]\n" + "la " * 100 + THEIRS)
    proposal.refresh_from_db()
    with pytest.raises(lyrics.TooLong, match="a sheet holds 20,000"):
        proposals.take_section(proposal, 0, by=member)
    assert texts(sheet) == [WORDS, long]
    # What it begins with, or has held, is kept as it came.
    whole = lyrics.create_sheet(project=sheet.project, by=member, title="", text="x" * 20_001)
    lyrics.save(whole, by=member, title="", text="shorter", base=1)
    assert lyrics.bring_back(whole, 1, by=member).text == "x" * 20_001


def test_a_late_second_click_does_not_undo_what_was_written_since(
    proposal: LyricProposal, sheet: LyricSheet, member: User
) -> None:
    taken, _ = proposals.take_section(proposal, 1, by=member, base=1)
    assert proposals.take_section(proposal, 1, by=member, base=1)[0] == taken
    edited = lyrics.save(sheet, by=member, title="", text=WORDS.replace("night", "dawn"), base=2)
    assert proposals.take_section(proposal, 1, by=member, base=1)[0] == edited
    assert proposals.take_section(proposal, 1, by=member, base=3)[0].number == 4  # wanted once more


def test_a_discarded_text_can_be_brought_back(
    proposal: LyricProposal, sheet: LyricSheet, member: User, editor: User
) -> None:
    proposals.discard(proposal, by=editor)
    proposals.discard(proposal, by=member)
    for take in (proposals.take_all, lambda text, by: proposals.take_section(text, 0, by=by)):
        with pytest.raises(proposals.Decided, match="Edda Editor has discarded"):
            take(proposal, by=member)
    assert texts(sheet) == [WORDS]
    proposals.bring_back(proposal)
    proposals.take_all(proposal, by=member)
    assert texts(sheet) == [WORDS, THEIRS]


def test_a_sheet_knows_all_its_prompts(write: Any, sheet: LyricSheet, order: Any, member: User) -> None:
    began = order(operation="make_lyrics", params={"prompt": "how it began"})[0]
    order(operation="make_lyrics", params={"prompt": "of no sheet"})
    lyrics.add(sheet, by=member, text="x", task=began)
    asked = write("more")
    order(lyric_revision=sheet.revisions.first())  # a song that sings it
    assert list(proposals.orders_for(sheet)) == [asked, began]
    assert tasks.cancel(asked, by=member) is None
