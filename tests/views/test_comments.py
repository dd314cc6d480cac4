"""Comments on a song, on its page and on their own: made, answered, changed and settled by those who may."""

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from studio.models import Clip, Comment, Guest
from studio.services import comments, projects
from tests.factories import again, earlier
from tests.sharing import shared
from tests.views.conftest import HTMX
from tests.views.test_pages import queries

Do = Callable[..., Any]


def page_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def path_of(clip: Clip, name: str = "clip", *more: Any) -> str:
    return reverse(name, args=[clip.pk, *more])


@pytest.fixture
def long(clip: Clip) -> Clip:
    """The two seconds as if they were a whole song."""
    Clip.objects.filter(pk=clip.pk).update(duration=100.0)
    return again(clip)


@pytest.fixture
def say(as_: Any, long: Clip, viewer: User) -> Do:
    """Comment as somebody who may only look."""

    def send(htmx: bool = False, by: User = viewer, **fields: Any) -> Any:
        data = {"text": "Too loud", "start": "0:42", "end": "", **fields}
        return as_(by).post(path_of(long, "clip_comments"), data, headers=HTMX if htmx else {})

    return send


@pytest.fixture
def remark(long: Clip, viewer: User) -> Comment:
    return comments.add(long, text="Too loud", start=42.0, end=60.5, by=viewer)


def guest_remark(clip: Clip, name: str = "Anna", text: str = "Softer", start: float = 0.5) -> Comment:
    share = shared(clip, clip.project.owner, level="comment")[0]
    guest = Guest.objects.create(share=share, name=name)
    return comments.add(clip, text=text, start=start, end=None, guest=guest)


# -- Said -----------------------------------------------------------------------------------------


def test_whoever_sees_a_song_comments_on_it(say: Do, as_: Any, long: Clip, editor: User) -> None:
    answer = say(start="0:42", end="1:00.5")
    head = Comment.objects.get()
    assert (head.start, head.end, head.text) == (42.0, 60.5, "Too loud")
    assert answer["Location"] == f"{path_of(long)}#comment-{head.pk}"
    as_(editor).post(path_of(long, "comment_answer", head.pk), {"text": "I agree"})
    for name in ("clip", "clip_comments"):
        text = page_of(as_(editor).get(path_of(long, name)))
        assert all(each in text for each in ("0:42–1:00.5", "Too loud", "I agree", "Vito Viewer"))
        assert f'id="comment-{head.pk}"' in text
    assert 'x="42.00%" y="15" width="18.50%"' in page_of(as_(editor).get(path_of(long)))


def test_htmx_gets_the_comments_and_their_marks(say: Do) -> None:
    text = page_of(say(htmx=True))
    assert "<html" not in text
    assert all(each in text for each in ('id="comments"', 'id="marks"', "Too loud", 'x="42.00%"'))


BAD: dict[str, tuple[dict[str, str], str]] = {
    "nothing said": ({"text": " \n"}, "text"),
    "2001 characters": ({"text": "l" * 2_001}, "text"),
    "NUL": ({"text": "the\0sea"}, "text"),
    "after the song": ({"start": "1:41"}, "start"),
    "no moment": ({"start": "soon"}, "start"),
    "NUL for a moment": ({"start": "\0"}, "start"),
    "a huge moment": ({"start": "9" * 4000}, "start"),
    "backwards": ({"end": "0:41"}, "end"),
    "an end alone": ({"start": "", "end": "0:41"}, "start"),
}


@pytest.mark.parametrize(("fields", "field"), BAD.values(), ids=list(BAD))
@pytest.mark.parametrize("htmx", [False, True], ids=["page", "fragment"])
def test_a_refusal_names_its_field_and_keeps_the_words(
    say: Do, fields: dict[str, str], field: str, htmx: bool
) -> None:
    answer = say(htmx=htmx, **{"text": "Keep me", **fields})
    assert (answer.status_code, list(answer.context["comment_form"].errors)) == (422, [field])
    assert not Comment.objects.exists()
    if "text" not in fields:
        assert "Keep me</textarea>" in page_of(answer)


def test_an_answer_that_is_refused_stays_where_it_stands(as_: Any, long: Clip, remark: Comment) -> None:
    path = path_of(long, "comment_answer", remark.pk)
    answer = as_(remark.created_by).post(path, {"text": "a" * 2_001})
    assert (answer.status_code, "2,000" in page_of(answer)) == (422, True)
    assert f'aria-describedby="answer_{remark.pk}_text_error"' in page_of(answer)


def test_no_words_get_lost_with_the_right_to_say_them(say: Do, as_: Any, long: Clip, viewer: User) -> None:
    projects.archive(long.project, by=long.project.owner)
    answer = say(text="Keep these words")
    assert (answer.status_code, "Keep these words" in page_of(answer)) == (403, True)
    assert "This project is archived." in page_of(as_(viewer).get(path_of(long)))
    assert 'id="new-remark"' not in page_of(as_(viewer).get(path_of(long)))
    answer = as_(None).post(path_of(long, "clip_comments"), {"text": "And these"})
    assert (answer.status_code, "And these" in page_of(answer)) == (401, True)
    assert f'next={path_of(long)}"' in page_of(answer)


def test_what_people_say_stays_text(say: Do, as_: Any, long: Clip, editor: User) -> None:
    say(text="<script>alert(1)</script>\n</title>\u202e\u2028'\"")
    guest_remark(long, "Anna <Guest>", "<b>loud</b>")
    text = as_(editor).get(path_of(long)).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>" in text
    assert "Anna &lt;Guest&gt;, guest through “For the client”" in text
    assert "<b>loud" not in text


# -- Changed, resolved, assigned --------------------------------------------------------------------


def test_a_comment_is_changed_while_it_is_young(as_: Any, long: Clip, remark: Comment, editor: User) -> None:
    path = path_of(long, "comment_edit", remark.pk)
    assert as_(editor).post(path, {"text": "Mine"}).status_code == 403
    client = as_(remark.created_by)
    assert f'action="{path}"' in page_of(client.get(path_of(long)))
    assert client.post(path, {"text": "Too quiet"}).status_code == 302
    assert (again(remark).text, "changed" in page_of(client.get(path_of(long)))) == ("Too quiet", True)
    earlier(remark, created_at=comments.MAY_EDIT)
    assert path not in page_of(client.get(path_of(long)))
    answer = client.post(path, {"text": "Louder"})
    assert (answer.status_code, "five minutes" in page_of(answer)) == (422, True)
    assert "Louder</textarea>" in page_of(answer)


def test_a_comment_is_settled_by_who_asked_and_who_may_change_the_song(
    as_: Any, long: Clip, remark: Comment, viewer: User, guest: User, editor: User, stranger: User
) -> None:
    resolve, assign = (path_of(long, f"comment_{verb}", remark.pk) for verb in ("resolve", "assign"))
    for user, code in ((guest, 403), (editor, 302), (viewer, 302)):
        assert as_(user).post(resolve).status_code == code
        assert as_(user).post(assign, {"to": editor.pk}).status_code == code
    assert (again(remark).resolved_by, again(remark).assigned_to) == (editor, editor)
    text = page_of(as_(viewer).get(path_of(long)))
    assert f"resolved by {editor}" in text
    assert f'id="comment-{remark.pk}"' in text.partition("Resolved</summary>")[2]
    assert 'id="marks" class="marks"></div>' in text
    as_(viewer).post(resolve, {"back": "1"})
    assert again(remark).resolved_at is None
    assert f"for {editor}" in page_of(as_(viewer).get(path_of(long)))
    # Whoever was asked to see to it may say that it is done.
    comments.assign(remark, guest)
    assert as_(guest).post(resolve).status_code == 302
    for nobody in (stranger.pk, "9" * 40, "x\0", "-1"):
        for headers in ({}, HTMX):
            answer = as_(editor).post(assign, {"to": nobody}, headers=headers)
            assert (answer.status_code, 'role="alert"' in page_of(answer)) == (422, True)
    assert again(remark).assigned_to == guest


def test_an_answer_is_neither_resolved_nor_assigned(
    as_: Any, long: Clip, remark: Comment, owner: User
) -> None:
    reply = comments.answer(remark, text="Yes", by=owner)
    for verb in ("resolve", "assign"):
        assert as_(owner).post(path_of(long, f"comment_{verb}", reply.pk)).status_code == 404


# -- Many -----------------------------------------------------------------------------------------


def test_a_thousand_comments_cost_no_more_queries_than_ten(as_: Any, long: Clip, editor: User) -> None:
    def add(count: int) -> None:
        heads = Comment.objects.bulk_create(
            Comment(clip=long, text=f"No. {n}", start=n % 100, created_by=editor) for n in range(count)
        )
        Comment.objects.bulk_create(
            Comment(clip=long, parent=each, text="Yes", created_by=editor) for each in heads
        )

    client = as_(editor)
    guest_remark(long)
    comments.resolve(comments.add(long, text="Done", start=None, end=None, by=editor), by=editor)
    add(10)
    few = {name: queries(client, path_of(long, name)) for name in ("clip", "clip_comments")}
    add(490)
    assert {name: queries(client, path_of(long, name)) for name in few} == few
    answer = client.get(path_of(long, "clip_comments"))
    assert len(answer.context["threads"]) == 50
    older = client.get(f"{path_of(long, 'clip_comments')}?comments_before={answer.context['older_comments']}")
    texts = [{each.comment.text for each in each.context["threads"]} for each in (answer, older)]
    assert (len(texts[1]), texts[0] & texts[1]) == (50, set())


def test_a_deep_link_finds_what_is_not_among_the_newest(as_: Any, long: Clip, remark: Comment) -> None:
    reply = comments.answer(remark, text="Yes, louder", by=long.project.owner)
    Comment.objects.bulk_create(
        Comment(clip=long, text="New", created_by=remark.created_by) for _ in range(60)
    )
    client = as_(remark.created_by)
    page = path_of(long, "clip_comments")
    assert "Yes, louder" not in page_of(client.get(page))
    for number in (remark.pk, reply.pk):
        text = page_of(client.get(page, {"at": number}))
        assert f'id="comment-{reply.pk}"' in text
        assert "New</div>" not in text
    for nonsense in ("x", "-1", "9" * 30, "\0", "999999"):
        assert client.get(page, {"at": nonsense, "comments_before": nonsense}).status_code == 200
