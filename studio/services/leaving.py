"""What becomes of a person's things when they delete their account: the team's stay, the private ones go."""

import re

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from studio.models import (
    Clip,
    Comment,
    CreditEntry,
    CreditRequest,
    Import,
    LineComment,
    LyricDraft,
    LyricSheet,
    Notice,
    NoticeChoice,
    Playlist,
    Project,
    ProjectMember,
    Share,
    Task,
    Upload,
)
from studio.models.clock import db_now
from studio.services import projects

# Of a project in which there never was any of these, nobody would miss anything.
HOLDS = (Task, Clip, LyricSheet, Playlist, Upload, Import, CreditEntry, Share)


def held_by(user: User) -> QuerySet[Project]:
    """The projects that this person has to hand over first."""
    held = Project.objects.filter(owner=user)
    return held.exclude(pk__in=_empty(held).values("pk"))


def _empty(held: QuerySet[Project]) -> QuerySet[Project]:
    for model in HOLDS:
        held = held.filter(~Exists(model._default_manager.filter(project=OuterRef("pk"))))
    return held


def forget(user: User, *, name: str, email: str) -> None:
    """Take away what was only theirs, and their name from what is everybody's. Called in the transaction of
    the deed, when nothing but empty projects is theirs any more."""
    _empty(Project.objects.filter(owner=user)).delete()
    _unname_projects(user, name)
    _unname_comments(user, name, email)
    for model in (ProjectMember, Notice, NoticeChoice):
        model._default_manager.filter(user=user).delete()
    LyricDraft.objects.filter(created_by=user).delete()
    Comment.objects.open().filter(assigned_to=user).update(assigned_to=None)
    CreditRequest.objects.filter(user=user, status=CreditRequest.Status.OPEN).update(
        status=CreditRequest.Status.WITHDRAWN, answered_at=db_now()
    )


def _unname_projects(user: User, name: str) -> None:
    """The one they started with bears their name unless somebody gave it another, as do those of others who
    are called the same."""
    given = projects.first_name(User(name=name))
    theirs = Project.objects.filter(name=given, members__user=user).select_related("owner")
    ids = [project.pk for project in theirs if name and projects.first_name(project.owner) != given]
    Project.objects.filter(pk__in=ids).update(name="Songs of a former member")


def _unname_comments(user: User, name: str, email: str) -> None:
    """Where somebody was called by "@Name" stands what they are called now."""
    called = [re.escape(each) for each in (name, email.partition("@")[0]) if each]
    pattern = re.compile(rf"(?<!\w)@(?:{'|'.join(called)})(?!\w)", re.IGNORECASE)
    for comment in LineComment.objects.filter(mentions=user).only("text").iterator():
        text = pattern.sub(f"@{user.name}", comment.text)
        LineComment.objects.filter(pk=comment.pk).update(text=text)
    LineComment.mentions.through._default_manager.filter(user=user).delete()
    _unname_remarks(user, name or email.partition("@")[0])


def _unname_remarks(user: User, called: str) -> None:
    """What is said about songs names nobody for certain: only the whole name is taken for theirs."""
    pattern = re.compile(rf"(?<!\w)@{re.escape(called)}(?!\w)", re.IGNORECASE)
    for comment in Comment.objects.filter(text__icontains=f"@{called}").only("text").iterator():
        text = pattern.sub(f"@{user.name}", comment.text)
        Comment.objects.filter(pk=comment.pk).update(text=text)
