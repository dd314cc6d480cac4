"""The page of what waits in a project, and its line on the project's page."""

from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import Project
from studio.services import approvals, comments, reviews
from tests.sharing import shared
from tests.songs import song
from tests.views.conftest import HTMX


def page_of(client: Client, name: str, project: Project, **more: Any) -> str:
    return client.get(reverse(name, args=[project.pk]), **more).content.decode()


def test_an_empty_page_teaches_and_the_project_says_so(mara: Client, project: Project) -> None:
    assert "Nothing waits here" in page_of(mara, "project_review", project)
    assert ": nothing now" in page_of(mara, "project", project)


def test_everything_leads_to_its_place(
    as_: Any, mara: Client, project: Project, member: User, editor: User
) -> None:
    clip, yes = song(project), song(project, "Yes")
    share, _ = shared(clip, member, level="approve", recipient="Anna <b>")
    comment = comments.add(clip, text="<i>Louder", start=62.0, end=None, by=member)
    comments.assign(comment, member)
    approvals.approve(yes, by=member)
    text = page_of(mara, "project_review", project)
    assert "Waits for <b>Anna &lt;b&gt;</b>" in text
    assert reverse("share", args=[share.pk]) in text
    assert f"{reverse('clip', args=[clip.pk])}#comment-{comment.pk}" in text
    assert "&lt;i&gt;Louder" in text
    assert "Comments for you" in text
    assert reverse("clip", args=[yes.pk]) in text
    line = page_of(mara, "project", project)
    assert "1 for reviewers<" in line
    assert "1 open comment<" in line
    assert "1 approved, not final" in line

    theirs = page_of(as_(editor), "project_review", project)
    assert reverse("share", args=[share.pk]) not in theirs, "only who manages a link opens its page"
    assert "Comments for Mara Member" in theirs


def test_the_list_that_renews_itself_asks_nothing_of_it(
    mara: Client, project: Project, monkeypatch: Any
) -> None:
    monkeypatch.setattr(reviews, "of", None)
    assert "What waits" not in page_of(mara, "project", project, headers=HTMX)
