"""Comments on lines of a sheet: made, answered and resolved, by those who may."""

from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import LineComment, LyricSheet
from studio.services import line_comments, lyrics
from tests.factories import again
from tests.views.conftest import HTMX, WORDS
from tests.views.test_pages import queries


def page_of(answer: Any) -> str:
    return unescape(answer.content.decode())


@pytest.fixture
def say(as_: Any, sheet: LyricSheet, viewer: User) -> Any:
    """Comment on a line, as somebody who may only look."""

    def send(htmx: bool = False, by: User = viewer, **fields: Any) -> Any:
        data = {"line": "1", "text": "Too long?", "base": "1", **fields}
        path = reverse("lyric_comments", args=[sheet.pk])
        return as_(by).post(path, data, headers=HTMX if htmx else {})

    return send


def address(name: str, comment: LineComment) -> str:
    return reverse(name, args=[comment.sheet_id, comment.pk])


def test_a_comment_is_answered_and_resolved_by_whoever_may(
    say: Any, as_: Any, sheet: LyricSheet, viewer: User, guest: User, editor: User
) -> None:
    path = reverse("lyric_sheet", args=[sheet.pk])
    assert say(text="Too long, @edda?")["Location"] == f"{path}#comments"
    head = LineComment.objects.get()
    assert list(head.mentions.all()) == [editor]
    for name in ("lyrics", "projects"):
        assert f'href="{path}#comment-{head.pk}"' in page_of(as_(editor).get(reverse(name)))
        assert "#comment-" not in page_of(as_(guest).get(reverse(name)))
    as_(guest).post(address("lyric_comment_answer", head), {"text": "I like it"})
    page = page_of(as_(editor).get(path))
    assert all(words in page for words in ("Line 2", "Streetlights hum", "Too long, @edda?", "I like it"))
    assert as_(guest).post(address("lyric_comment_resolve", head)).status_code == 403
    for user in (editor, viewer):  # who changes the words, and who asked
        assert as_(user).post(address("lyric_comment_resolve", head)).status_code == 302
        assert again(head).resolved_by == user
        as_(user).post(address("lyric_comment_resolve", head), {"back": "1"})
        assert again(head).resolved_at is None


def test_htmx_gets_the_comments_alone(say: Any) -> None:
    text = page_of(say(htmx=True))
    assert "<html" not in text
    assert 'id="comments"' in text
    assert "Too long?" in text
    head = LineComment.objects.get()
    say(htmx=True)  # the same form once more
    assert LineComment.objects.get() == head


BAD = {
    "nothing said": ({"text": " \n"}, "text"),
    "2001 characters": ({"text": "l" * 2_001}, "text"),
    "NUL": ({"text": "the\0sea"}, "text"),
    "no line": ({"line": ""}, "line"),
    "an empty line": ({"line": "4"}, "line"),
    "a line far away": ({"line": "9" * 30}, "line"),
    "no version": ({"base": ""}, "line"),
    "a version that never was": ({"base": "7"}, "line"),
}


@pytest.mark.parametrize(("fields", "field"), BAD.values(), ids=list(BAD))
@pytest.mark.parametrize("htmx", [False, True], ids=["page", "fragment"])
def test_a_refusal_names_its_field_and_keeps_the_words(
    say: Any, fields: dict[str, str], field: str, htmx: bool
) -> None:
    answer = say(htmx=htmx, **fields)
    assert answer.status_code == 422
    form = answer.context["comment_form"]
    assert list(form.errors) == [field]
    assert form.errors[field][0] in page_of(answer)
    assert form["text"].value() == fields.get("text", "Too long?")
    assert 'name="base" value="1"' in page_of(answer)
    assert not LineComment.objects.exists()


def test_a_refused_answer_stays_where_it_was_typed(
    say: Any, as_: Any, sheet: LyricSheet, viewer: User
) -> None:
    say()
    head = LineComment.objects.get()
    answer = as_(viewer).post(address("lyric_comment_answer", head), {"text": "l" * 2_001})
    assert answer.status_code == 422
    assert "l" * 2_001 in page_of(answer)
    other = lyrics.create_sheet(project=sheet.project, by=viewer, title="Other", text="x")
    elsewhere = reverse("lyric_comment_answer", args=[other.pk, head.pk])
    assert as_(viewer).post(elsewhere, {"text": "x"}).status_code == 404
    assert not head.answers.exists()


def test_a_line_that_is_gone_is_still_quoted(say: Any, as_: Any, sheet: LyricSheet, member: User) -> None:
    say(text="</p><script>alert(1)</script>\u202e")
    lyrics.save(sheet, by=member, title="", text="Quite other words", base=1)
    answer = as_(member).get(reverse("lyric_sheet", args=[sheet.pk]))
    assert "On a line that is gone: <q>Streetlights hum</q>" in page_of(answer)
    assert b"<script>alert" not in answer.content
    assert say(line="0", text="And this?", base="1").status_code == 302  # on the page of before
    assert LineComment.objects.latest("pk").line is None


def test_what_is_said_to_me_waits_among_the_lyrics(say: Any, as_: Any, editor: User, viewer: User) -> None:
    say(text="Look, @Edda Editor")
    head = LineComment.objects.get()
    assert f"#comment-{head.pk}" in page_of(as_(editor).get(reverse("lyrics")))
    assert f"#comment-{head.pk}" not in page_of(as_(viewer).get(reverse("lyrics")))


def test_two_comments_cost_as_many_queries_as_sixty(
    as_: Any, sheet: LyricSheet, member: User, editor: User
) -> None:
    client: Client = as_(editor)
    paths = [reverse(name, args=[sheet.pk]) for name in ("lyric_sheet", "lyric_comments")]
    paths.append(reverse("lyrics"))

    def more(count: int) -> list[int]:
        for n in range(count):
            head = line_comments.add(sheet.revisions.get(), line=n % 4, text=f"@edda {n} {count}", by=member)
            line_comments.answer(head, text="Yes, @edda", by=member)
            done = line_comments.add(sheet.revisions.get(), line=1, text=f"{n} {count}", by=member)
            line_comments.resolve(done, by=member)
        return [queries(client, path) for path in paths]

    client.get(paths[0])  # the provider's row is made on first use
    assert more(2) == more(58)
    context = client.get(reverse("lyric_comments", args=[sheet.pk])).context
    lines = [thread.comment.line for thread in context["threads"]]
    assert (len(lines), lines) == (50, sorted(lines))
    asked = {"comments_before": context["older_comments"]}
    older = client.get(reverse("lyric_comments", args=[sheet.pk]), asked).context
    assert (len(older["threads"]), older["older_comments"]) == (10, None)
    resolved = client.get(reverse("lyric_comments", args=[sheet.pk]), {"resolved": "1"}).context
    assert len(resolved["threads"]) == 50


def test_without_words_there_is_nothing_to_comment_on(as_: Any, sheet: LyricSheet, member: User) -> None:
    empty = lyrics.create_sheet(project=sheet.project, by=member, title="Empty")
    page = page_of(as_(member).get(reverse("lyric_sheet", args=[empty.pk])))
    assert "Once there are words, each line can be commented on." in page
    assert WORDS not in page
