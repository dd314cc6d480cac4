"""Somebody deletes their account: what becomes of what they said about songs, and of their links."""

import pytest

from accounts.models import User
from accounts.services import erasure
from studio.models import Comment, Project
from studio.models.clock import db_now
from studio.services import notices, projects, shares
from tests.factories import again
from tests.sharing import shared
from tests.songs import song

pytestmark = pytest.mark.django_db


@pytest.fixture
def leaver(editor: User, member: User) -> User:
    """Edda, who has handed her own project over."""
    projects.hand_over(Project.objects.get(owner=editor), member, by=editor)
    return editor


def test_comments_and_links_stay_and_the_name_goes(
    project: Project, leaver: User, member: User, owner: User
) -> None:
    clip = song(project)
    share, token = shared(clip, leaver, level="comment")
    mine = Comment.objects.create(clip=clip, created_by=leaver, text="Softer", share=share)
    for_them, done = (
        Comment.objects.create(
            clip=clip, created_by=member, text=text, assigned_to=leaver, resolved_at=resolved
        )
        for text, resolved in (("@edda EDITOR, @Edda Editors: louder", None), ("Done", db_now()))
    )
    notices.commented(mine)
    erasure.erase(leaver)
    now = again(leaver).name
    assert shares.open_with(token) == share
    assert share in shares.listed(owner)
    assert again(mine).author == now
    assert again(for_them).text == f"@{now}, @Edda Editors: louder"
    assert (again(for_them).assigned_to, again(done).assigned_to) == (None, leaver)


def test_a_project_that_only_a_link_remembers_is_handed_over_first(leaver: User, member: User) -> None:
    """Its songs were moved away; they may come back."""
    theirs = projects.create_project(name="Aside", by=leaver)
    shares.create(project=theirs, kind="picks", by=leaver, thing={}, label="x", expires_at=None)
    with pytest.raises(erasure.StillNeeded):
        erasure.erase(leaver)
    projects.hand_over(theirs, member, by=leaver)
    erasure.erase(leaver)
    assert again(theirs).owner == member
