"""Comments on lines: they move with their lines, are made once, and tell only who may see them."""

import pytest

from accounts.models import User
from studio.models import LineComment, LyricSheet, Project
from studio.services import line_comments, lyrics, projects
from tests.factories import again

WORDS = "[Verse]\nStreetlights hum\n\n[Chorus]\nBlue, blue night"


@pytest.fixture
def sheet(project: Project, member: User) -> LyricSheet:
    return lyrics.create_sheet(project=project, by=member, title="Blue night", text=WORDS)


def comment(
    sheet: LyricSheet, by: User, text: str = "Too long?", line: int = 4, base: int = 1
) -> LineComment:
    return line_comments.add(sheet.revisions.get(number=base), line=line, text=text, by=by)


def test_a_comment_finds_its_line_in_what_was_saved_meanwhile(
    sheet: LyricSheet, member: User, viewer: User
) -> None:
    lyrics.save(sheet, by=member, title="", text=f"[Intro]\nOoh\n\n{WORDS}", base=1)
    found = comment(sheet, viewer)
    assert (found.line, found.quote, found.revision.number) == (7, "Blue, blue night", 1)
    lyrics.save(sheet, by=member, title="", text="[Verse]\nSomething else", base=2)
    gone = comment(sheet, viewer, "And this?", line=7, base=2)
    assert (again(found).line, gone.line, gone.quote) == (None, None, "Blue, blue night")


def test_answers_and_resolved_ones_move_too(sheet: LyricSheet, member: User, viewer: User) -> None:
    head = comment(sheet, viewer)
    reply = line_comments.answer(head, text="Yes", by=member)
    line_comments.resolve(head, by=member)
    lyrics.save(sheet, by=member, title="", text=f"Ooh\n{WORDS}", base=1)
    assert (again(head).line, again(reply).line) == (5, 5)
    late = line_comments.answer(reply, text="Fine", by=viewer)  # to an answer, from a page of before
    assert (late.parent, late.line) == (head, 5)


def test_the_same_words_sent_twice_are_one_comment(sheet: LyricSheet, member: User, viewer: User) -> None:
    head = comment(sheet, viewer)
    assert comment(sheet, viewer) == head
    answers = {line_comments.answer(head, text="Yes", by=member).pk for _ in range(2)}
    assert (len(answers), LineComment.objects.count()) == (1, 2)
    # On another line, or by somebody else, it is another.
    assert head not in (comment(sheet, viewer, line=1), comment(sheet, member))


def test_a_comment_comes_back_to_its_own_line_and_to_no_other(sheet: LyricSheet, member: User) -> None:
    """A chorus is sung twice, and what is said to the second goes with it."""
    chorus = "[Chorus]\nBlue, blue night"
    lyrics.save(sheet, by=member, title="", text=f"{WORDS}\n{chorus}", base=1)
    second = comment(sheet, member, line=6, base=2)
    places = []
    for base, text in enumerate((WORDS, f"Ooh\n{WORDS}", f"Ooh\n{WORDS}\n{chorus}"), start=2):
        lyrics.save(sheet, by=member, title="", text=text, base=base)
        places.append(again(second).line)
    assert places == [None, None, 7]


@pytest.mark.parametrize("line", [2, 5, 10**6], ids=["an empty line", "one after the last", "far away"])
def test_only_a_line_with_words_takes_a_comment(sheet: LyricSheet, member: User, line: int) -> None:
    with pytest.raises(line_comments.NoSuchLine):
        comment(sheet, member, line=line)


def test_a_thread_ends_somewhere(sheet: LyricSheet, member: User) -> None:
    head = comment(sheet, member)
    facts = {"sheet": sheet, "revision": head.revision, "parent": head, "created_by": member, "quote": ""}
    LineComment.objects.bulk_create(LineComment(**facts, text=f"{n}") for n in range(100))
    with pytest.raises(line_comments.TooManyAnswers):
        line_comments.answer(head, text="more", by=member)


def test_who_resolved_it_first_stays_until_it_is_open_again(
    sheet: LyricSheet, member: User, editor: User
) -> None:
    head = comment(sheet, member)
    line_comments.resolve(head, by=editor)
    line_comments.resolve(head, by=member)
    assert again(head).resolved_by == editor
    line_comments.reopen(head)
    assert list(LineComment.objects.unresolved()) == [head]


# -- Mentions ---------------------------------------------------------------------------------------

SAID = {
    "by name": ("Look, @Edda Editor!", ["Edda Editor"]),
    "in any case, at the end": ("see @EDDA editor", ["Edda Editor"]),
    "by the first part of the address": ("@edda, @vito", ["Edda Editor", "Vito Viewer"]),
    "not by a part of a name": ("@Edd @Eddard @Vito-", ["Vito Viewer"]),
    "not by an address": ("write to x@edda", []),
    "nobody outside": ("@Sven Stranger @sven", []),
    "not oneself": ("@Mara Member", []),
    "the owner of the team": ("@olga", ["Olga Owner"]),
    "the longer of two names": ("@Edda Editor Junior", ["Edda Editor Junior"]),
    "nothing but signs": ("@@ @ \u202e@\u200d", []),
}


@pytest.mark.parametrize(("text", "names"), SAID.values(), ids=list(SAID))
def test_who_is_mentioned(
    sheet: LyricSheet,
    member: User,
    editor: User,
    viewer: User,
    owner: User,
    stranger: User,
    text: str,
    names: list[str],
) -> None:
    junior = User.objects.create_user("junior@example.org", name="Edda Editor Junior")
    projects.set_member(sheet.project, junior, "viewer")
    said = comment(sheet, member, text)
    assert sorted(user.name for user in said.mentions.all()) == names


def test_what_waits_for_a_person_is_open_and_in_sight(
    sheet: LyricSheet, member: User, editor: User, viewer: User
) -> None:
    head = comment(sheet, member, "@edda")
    reply = line_comments.answer(comment(sheet, viewer), text="@edda too", by=member)
    assert list(line_comments.mentioning(editor)) == [reply, head]
    line_comments.resolve(reply.parent, by=member)
    assert list(line_comments.mentioning(editor)) == [head]
    projects.remove_member(sheet.project, editor)
    assert not line_comments.mentioning(editor).exists()
