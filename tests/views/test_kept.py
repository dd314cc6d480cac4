"""Whoever is signed out or put out of a project while they write still has what they wrote."""

from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from studio.models import LyricSheet
from studio.services import line_comments

TYPED = "typed </textarea>words"
FIELDS = {
    "new_lyric_sheet": "text",
    "lyric_sheet": "text",
    "lyric_merge": "mine",
    "lyric_about": "notes",
    "lyric_comments": "text",
    "lyric_comment_answer": "text",
}


@pytest.mark.parametrize(("name", "field"), FIELDS.items(), ids=list(FIELDS))
def test_what_was_written_comes_back_to_whoever_can_not_save_it(
    as_: Any, sheet: LyricSheet, stranger: User, name: str, field: str
) -> None:
    comment = line_comments.add(sheet.revisions.get(), line=1, text="Too long?", by=sheet.created_by)
    given = {"new_lyric_sheet": [sheet.project_id], "lyric_comment_answer": [sheet.pk, comment.pk]}
    path = reverse(name, args=given.get(name, [sheet.pk]))
    for who, status in ((None, 401), (stranger, 404)):
        answer = as_(who).post(path, {field: TYPED, "base": "1"})
        assert answer.status_code == status
        assert "typed &lt;/textarea&gt;words</textarea>" in answer.content.decode()
        assert "Blue night" not in answer.content.decode()
    signed_out = as_(None).post(path, {field: TYPED})
    back = path if name == "new_lyric_sheet" else reverse("lyric_sheet", args=[sheet.pk])
    assert f'href="{reverse("account_login")}?next={back}"' in unescape(signed_out.content.decode())
    # htmx keeps it in the browser, and a script that keeps drafts understands nothing else.
    assert as_(None).post(path, {field: TYPED}, headers={"HX-Request": "true"}).content == b""
    draft = reverse("lyric_draft", args=[sheet.pk])
    assert as_(None).post(draft, {"text": TYPED}).status_code == 302


@pytest.mark.parametrize(("name", "field"), [("lyric_sheet", "text"), ("lyric_merge", "mine")])
def test_a_form_that_came_without_its_text_empties_no_sheet(
    as_: Any, sheet: LyricSheet, name: str, field: str
) -> None:
    client, path = as_(sheet.created_by), reverse(name, args=[sheet.pk])
    cut = client.post(path, {"title": "Blue night", "base": "1", "theirs": "1"})
    assert (cut.status_code, "This page has lost track" in cut.content.decode()) == (422, True)
    assert 'name="base" value=""' in cut.content.decode()  # what it shows now is as empty
    assert sheet.revisions.count() == 1
    client.post(path, {field: "", "title": "", "base": "1", "theirs": "1"})
    assert sheet.revisions.first().text == ""  # which somebody may want
