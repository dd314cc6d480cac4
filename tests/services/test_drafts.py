"""What is typed and not saved: one draft for each window, its writer's alone, and none is ever lost."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django_q.models import OrmQ

from accounts.models import User
from studio.models import LyricDraft, LyricSheet, Project
from studio.services import bin, drafts, lyrics
from tests.factories import ago
from tests.threads import at_once

WORDS = "Blue, blue night"
ONE, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)


@pytest.fixture
def sheet(project: Project, member: User) -> LyricSheet:
    return lyrics.create_sheet(project=project, by=member, title="Blue night", text=WORDS)


@pytest.fixture
def keep(sheet: LyricSheet, member: User) -> Any:
    """Keep a draft of Mara's; in the window ONE, on top of version 1, under the sheet's own title."""

    def kept(text: str, **changes: Any) -> LyricDraft | None:
        given: dict[str, Any] = {"by": member, "key": ONE, "base": 1, "title": "Blue night", "text": text}
        return drafts.keep(sheet, **{**given, **changes})

    return kept


def texts() -> list[str]:
    return sorted(LyricDraft.objects.values_list("text", flat=True))


def test_a_window_has_one_draft_and_each_window_its_own(keep: Any, editor: User) -> None:
    keep("a")
    keep("a line")
    keep("another line", key=OTHER)
    keep("Edda's line", by=editor)
    assert texts() == ["Edda's line", "a line", "another line"]


def test_what_is_saved_is_no_draft(keep: Any, sheet: LyricSheet, member: User) -> None:
    keep("a line")
    assert keep(WORDS) is None  # taken back to what it began with
    assert texts() == []
    assert keep(WORDS, title="Red night") is not None
    lyrics.save(sheet, by=member, title="", text="saved", base=1)
    assert keep("saved") is None  # it came to be the newest version
    assert keep(WORDS, base=2) is not None  # the old words, on purpose


def test_a_save_settles_its_window_and_what_says_the_same(
    keep: Any, sheet: LyricSheet, member: User, editor: User
) -> None:
    keep("half of it", key=ONE)
    keep("all of it", key=OTHER)
    keep("something else", key=uuid.uuid4())
    keep("half of it", by=editor)
    lyrics.save(sheet, by=member, title="", text="all of it", base=1)
    drafts.forget(sheet, member, ONE)
    assert texts() == ["half of it", "something else"]
    assert LyricDraft.objects.get(text="half of it").created_by == editor


def test_only_what_differs_from_the_sheet_is_offered(keep: Any, sheet: LyricSheet, member: User) -> None:
    keep("saved")
    keep("first", key=OTHER)
    keep("last", key=uuid.uuid4())
    lyrics.save(sheet, by=member, title="", text="saved", base=1)
    offered = drafts.unsaved(sheet, member)
    assert [each.text for each in offered] == ["last", "first"]


def test_no_draft_is_dropped_for_another(keep: Any, sheet: LyricSheet, member: User) -> None:
    for number in range(drafts.MOST):
        keep(f"line {number}", key=uuid.uuid4())
    with pytest.raises(drafts.TooMany):
        keep("one more", key=ONE)
    assert len(texts()) == drafts.MOST
    # The words of the second have become a version: they need no draft any more.
    lyrics.save(sheet, by=member, title="", text="line 1", base=1)
    assert keep("one more", key=ONE, base=2) is not None
    assert "line 1" not in texts()
    assert len(texts()) == drafts.MOST
    assert keep("one more, and on", key=ONE, base=2) is not None  # a window that has its draft goes on


@pytest.mark.django_db(transaction=True)
def test_windows_that_begin_at_once_are_all_counted(keep: Any) -> None:
    for number in range(drafts.MOST - 1):
        keep(f"line {number}", key=uuid.uuid4())
    kept = at_once(lambda: keep("one more", key=uuid.uuid4()), 6)
    assert [type(each) for each in kept].count(drafts.TooMany) == 5
    assert len(texts()) == drafts.MOST


def test_another_window_takes_over_and_the_first_writes_beside_it(
    keep: Any, sheet: LyricSheet, member: User
) -> None:
    draft = keep("a line")
    assert drafts.take_over(sheet, member, draft.pk)
    keep("a line, and more")  # the first window was not closed
    assert texts() == ["a line", "a line, and more"]
    assert drafts.find(sheet, member, draft.pk).text == "a line"  # type: ignore[union-attr]


def test_a_draft_is_its_writers_alone(keep: Any, sheet: LyricSheet, owner: User, editor: User) -> None:
    draft = keep("a line")
    for other in (owner, editor):
        assert drafts.find(sheet, other, draft.pk) is None
        assert drafts.unsaved(sheet, other) == []
        assert not drafts.take_over(sheet, other, draft.pk)
        drafts.discard(sheet, other, draft.key)
        drafts.forget(sheet, other, draft.key)
    assert texts() == ["a line"]
    drafts.discard(sheet, draft.created_by, draft.key)
    assert drafts.unsaved(sheet, draft.created_by) == []


def test_discarded_drafts_make_room_and_go_for_good_after_a_month(
    keep: Any, sheet: LyricSheet, member: User
) -> None:
    for number in range(drafts.MOST):
        keep(f"line {number}", key=uuid.UUID(int=number))
        drafts.discard(sheet, member, uuid.UUID(int=number))
    keep("line", key=ONE)
    long_ago = ago(bin.KEPT_FOR + timedelta(minutes=1))
    LyricDraft.objects.exclude(text__in=("line", "line 7")).update(discarded_at=long_ago)
    bin.ring_due()
    assert OrmQ.objects.count() == 1
    bin.purge(0)
    assert texts() == ["line", "line 7"]
