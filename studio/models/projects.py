"""Projects hold tasks and clips. A project belongs to one person and may have members."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Count, Max, Q

from accounts.models import Role, User


class ProjectQuerySet(models.QuerySet["Project"]):
    """Who sees and who changes what, for queries; `Project.access_of` says the same of one person."""

    def visible_to(self, user: User) -> Self:
        if user.is_owner:
            return self
        member = ProjectMember.objects.filter(user=user)
        return self.filter(Q(owner=user) | ~Q(team_access="") | Q(pk__in=member.values("project")))

    def editable_by(self, user: User) -> Self:
        """Not those that are archived: nobody changes them."""
        if user.role == Role.GUEST:
            return self.none()
        active = self.filter(archived_at=None)
        if user.is_owner:
            return active
        editor = ProjectMember.objects.filter(user=user, access=ProjectMember.Access.EDITOR)
        is_open = Q(team_access=Project.TeamAccess.EDITOR)
        return active.filter(Q(owner=user) | is_open | Q(pk__in=editor.values("project")))

    def with_counts(self) -> Self:
        """`clip_count` and `last_clip_at` on each project."""
        kept = Q(clips__binned_at=None)
        return self.annotate(
            clip_count=Count("clips", filter=kept), last_clip_at=Max("clips__created_at", filter=kept)
        )


class Project(models.Model):
    OWNER: ClassVar = "owner"  # the access of who holds it and of the team's owners

    class TeamAccess(models.TextChoices):
        CLOSED = "", "Closed: only its members"
        VIEWER = "viewer", "Open: the team sees and hears everything"
        EDITOR = "editor", "Open: the team works in it"

    name = models.CharField(max_length=80)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="projects")
    created_at = models.DateTimeField(auto_now_add=True)
    # What everybody of the team may do who is no member; guests only look.
    team_access = models.CharField(max_length=10, choices=TeamAccess.choices, blank=True)
    archived_at = models.DateTimeField(null=True)  # an archived project is only looked at
    quota_mb = models.PositiveIntegerField(null=True)  # of stored files; empty: no limit

    objects: ClassVar = ProjectQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def openness(self) -> str:
        return "Open" if self.team_access else "Closed"

    def access_of(self, user: User) -> str:
        """Owner, editor, viewer or "" for none: the greater of the person's own access and the team's."""
        if user.is_owner or self.owner_id == user.pk:
            return self.OWNER
        own = self.members.filter(user=user).values_list("access", flat=True).first()
        levels = {own or "", str(self.team_access)}
        if ProjectMember.Access.EDITOR in levels and user.role != Role.GUEST:
            return ProjectMember.Access.EDITOR
        return ProjectMember.Access.VIEWER if levels - {""} else ""

    def audience(self) -> models.QuerySet[User]:
        """All who see it."""
        people = User.objects.filter(is_active=True).order_by("name", "pk")
        if self.team_access:
            return people
        member = Q(pk__in=self.members.values("user"))
        return people.filter(Q(role=Role.OWNER) | Q(pk=self.owner_id) | member)


class ProjectMember(models.Model):
    class Access(models.TextChoices):
        VIEWER = "viewer", "Viewer"  # sees and hears everything, changes nothing
        EDITOR = "editor", "Editor"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    access = models.CharField(max_length=10, choices=Access.choices, default=Access.EDITOR)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "user"], name="member_once_per_project"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.project}: {self.access}"
