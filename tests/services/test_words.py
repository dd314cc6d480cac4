"""Other words for a part of a song: when it is sung, and which version keeps what."""

import uuid
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from studio.errors import NotEnoughCredits
from studio.models import Clip, CreditEntry, LyricRevision, LyricSheet, Project, Task, Timing
from studio.services import credits, lyrics, sung, tasks, words
from studio.services.words import Change, Kept, Span
from tests.factories import bring_to
from tests.songs import song
from tests.threads import at_once

WORDS = "[Verse]\nStreetlights hum\nNobody knows\n\n[Chorus]\nBlue, blue night\nStay with me"
CHORUS = Change(5, 7, "[Chorus]\nRed, red dawn\nStay with me")
NEW = "[Verse]\nStreetlights hum\nNobody knows\n\n[Chorus]\nRed, red dawn\nStay with me"


@pytest.fixture
def sheet(project: Project, member: User) -> LyricSheet:
    return lyrics.create_sheet(project=project, by=member, title="Blue night", text=WORDS)


@pytest.fixture
def clip(project: Project, sheet: LyricSheet, order: Any) -> Clip:
    """A song that sings version 1 of the sheet."""
    task = order(lyric_revision=sheet.revisions.get())[0]
    return song(project, task=task, lyrics=WORDS, provider="sandbox", operation="create_music")


def replacing(clip: Clip, **changes: Any) -> dict[str, Any]:
    params = {"clip_id": clip.upstream_id, "starts_at": 1.0, "ends_at": 9.0, "lyrics": CHORUS.text}
    given = {"provider": "sandbox", "operation": "replace_music", "source": clip, "params": params}
    return {**given, "form_key": uuid.uuid4(), **changes}


def texts(sheet: LyricSheet) -> list[str]:
    return [revision.text for revision in sheet.revisions.order_by("number")]


def test_what_is_sung_is_a_version_by_itself(clip: Clip, sheet: LyricSheet, member: User) -> None:
    kept = words.replace(clip, CHORUS, by=member, order=replacing(clip))
    assert kept is not None
    assert texts(sheet) == [WORDS, NEW]
    assert kept.revision.note == "Chorus changed for Blue night"
    task = Task.objects.get(source=clip)
    assert (task.lyric_revision, task.params["lyrics"], task.price) == (kept.revision, CHORUS.text, 12)


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_at_once_is_one_order_and_one_version(order: Any, project: Project, member: User) -> None:
    clip = song(project, task=order()[0], lyrics=WORDS, provider="sandbox", operation="create_music")
    form = replacing(clip)

    def send() -> Kept | None:
        return words.replace(Clip.objects.get(pk=clip.pk), CHORUS, by=member, order=form)

    answers = at_once(send, 6)
    [kept] = [answer for answer in answers if answer is not None]
    assert isinstance(kept, Kept), kept
    assert Task.objects.get(source=clip).lyric_revision == kept.revision
    assert texts(LyricSheet.objects.get()) == [WORDS, NEW]
    assert credits.balance(member) == 100 - 10 - 12


def meet(monkeypatch: pytest.MonkeyPatch, *places: tuple[Any, str, bool]) -> None:
    """Two threads that come to these functions (before them or, if so named, after) wait there for each
    other, but not long: one of them may have to wait for the other's rows already."""
    barrier = Barrier(2)

    def pausing(function: Any, is_after: bool) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            answer = function(*args, **kwargs) if is_after else None
            with suppress(BrokenBarrierError):
                barrier.wait(0.5)
            return answer if is_after else function(*args, **kwargs)

        return call

    for module, name, is_after in places:
        monkeypatch.setattr(module, name, pausing(getattr(module, name), is_after))


def together(*verbs: Any) -> list[Any]:
    each = iter(verbs)
    return at_once(lambda: next(each)(), len(verbs))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", ["replace a part", "sing again"])
def test_an_order_that_fails_meanwhile_stands_in_line(
    verb: str, order: Any, project: Project, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its refund wants the account, and who orders has that and wants the order that failed."""
    task = bring_to(order()[0], "archiving")
    clip = song(project, task=task, lyrics=WORDS, provider="sandbox", operation="create_music")
    anew = {"project": project, "provider": "sandbox", "operation": "create_music", "takes": 1}
    verbs = {
        "replace a part": lambda: words.replace(clip, CHORUS, by=member, order=replacing(clip)),
        "sing again": lambda: sung.order(
            None, by=member, parent=task, params={"sound": "folk"}, form_key=uuid.uuid4(), **anew
        ),
    }
    meet(monkeypatch, (credits, "lock", True), (credits, "refund", False))
    answers = together(verbs[verb], lambda: tasks.fail(task.pk, "It stopped.", house=CreditEntry.Kind.LOSS))
    assert not [answer for answer in answers if isinstance(answer, Exception)]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
@pytest.mark.django_db(transaction=True)
def test_a_sheet_is_changed_while_a_song_of_its_project_leads_there(
    project: Project, member: User, editor: User, order: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who looks for the sheet has the project, to which every order points."""
    found = song(project, lyrics=WORDS)
    version = words.keep(found, CHORUS, by=member).revision
    clip = song(project, task=order(lyric_revision=version)[0], lyrics=NEW, provider="sandbox")
    meet(monkeypatch, (tasks, "order", True), (lyrics, "begun_from", True))
    answers = together(
        lambda: words.replace(clip, Change(2, 2, "Headlights hum"), by=editor, order=replacing(clip)),
        lambda: words.keep(found, Change(3, 3, "Everybody knows"), by=member),
    )
    assert not [answer for answer in answers if isinstance(answer, Exception)]


def test_an_order_that_is_refused_keeps_no_version(
    clip: Clip, sheet: LyricSheet, member: User, order: Any
) -> None:
    for _ in range(2):
        order(takes=4)
    with pytest.raises(NotEnoughCredits):
        words.replace(clip, CHORUS, by=member, order=replacing(clip))
    assert texts(sheet) == [WORDS]


def test_a_sheet_that_moved_on_gets_both(clip: Clip, sheet: LyricSheet, member: User) -> None:
    """The take sings its own version, and the newest one loses nothing."""
    moved = WORDS.replace("Nobody knows", "Everybody knows")
    lyrics.save(sheet, by=member, title="", text=moved, base=1)
    kept = words.keep(clip, CHORUS, by=member)
    both = NEW.replace("Nobody knows", "Everybody knows")
    assert texts(sheet) == [WORDS, moved, NEW, both]
    assert (kept.revision.text, kept.aside) == (NEW, None)
    assert words.keep(clip, CHORUS, by=member) == kept
    assert len(texts(sheet)) == 4


def test_lines_that_were_changed_by_both_are_told_of(clip: Clip, sheet: LyricSheet, member: User) -> None:
    moved = WORDS.replace("Blue, blue night", "Grey, grey rain")
    theirs = lyrics.save(sheet, by=member, title="", text=moved, base=1)
    kept = words.keep(clip, CHORUS, by=member)
    assert kept.aside == theirs
    assert texts(sheet) == [WORDS, moved, NEW]


def test_words_without_a_sheet_get_one(project: Project, member: User) -> None:
    clip = song(project, title="Found", lyrics=WORDS.replace("\n", "\r\n"))
    kept = words.keep(clip, CHORUS, by=member)
    assert kept.revision.sheet.title == "Found"
    assert kept.revision.number == 2
    assert kept.revision.text == NEW


def test_a_song_without_an_order_has_one_sheet(project: Project, member: User, editor: User) -> None:
    """However often, whenever and by whom its words are changed."""
    clip = song(project, title="Found", lyrics=WORDS)
    first = words.keep(clip, CHORUS, by=member).revision.sheet
    LyricSheet.objects.update(title="Renamed", created_at=first.created_at - 2 * lyrics.A_MOMENT)
    words.keep(clip, Change(2, 2, "Headlights hum"), by=editor)
    assert lyrics.of_clip(clip, by=editor) == first
    assert len(texts(first)) == 4  # what each of them sings, and both together


def test_a_sheet_that_this_person_may_not_write_is_left_alone(
    clip: Clip, sheet: LyricSheet, member: User, stranger: User
) -> None:
    """A song that was moved is changed by people who may not touch the sheet that it sings."""
    theirs = Project.objects.get(owner=stranger)
    Clip.objects.filter(pk=clip.pk).update(project=theirs)
    kept = words.keep(Clip.objects.get(pk=clip.pk), CHORUS, by=stranger)
    assert texts(sheet) == [WORDS]
    assert (kept.revision.sheet.project, texts(kept.revision.sheet)) == (theirs, [WORDS, NEW])
    LyricSheet.objects.update(created_at=sheet.created_at - 2 * lyrics.A_MOMENT)
    assert words.keep(Clip.objects.get(pk=clip.pk), CHORUS, by=stranger) == kept


def test_the_part_is_proposed_from_the_times_of_the_lines(clip: Clip) -> None:
    lines = [(1, 10.0, 14.0), (2, 15.0, 19.0), (5, 20.0, 24.0), (6, 24.5, 28.0), (5, 60.0, 64.0)]
    stored = [{"line": line, "text": "", "start": start, "end": end} for line, start, end in lines]
    Timing.objects.create(clip=clip, lines=stored, source=Timing.Source.FILE)
    assert words.span_of(clip, WORDS, 5, 7) == Span(20.0, 28.0, "file")
    assert words.span_of(clip, WORDS, 3, 3) == Span(15.0, 20.0, "file")
    # The version that it sings may be written otherwise than what came back with the song.
    assert words.span_of(clip, f"[Intro]\n\n{WORDS}", 8, 8) == Span(20.0, 24.5, "file")


def test_without_times_the_part_is_an_estimate(clip: Clip) -> None:
    span = words.span_of(clip, WORDS, 5, 7)
    assert span.source == "estimate"
    assert 40 < span.start < span.end <= 94
    assert LyricRevision.objects.count() == 1
