"""Projects hold tasks and clips. A project belongs to one person and may have members."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Count, Max, Q

from accounts.models import Role, User


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: User) -> Self:
        if user.is_owner:
            return self
        return self.filter(
            Q(owner=user) | Q(pk__in=ProjectMember.objects.filter(user=user).values("project"))
        )

    def editable_by(self, user: User) -> Self:
        if user.is_owner:
            return self
        if user.role == Role.GUEST:
            return self.none()
        editor = ProjectMember.objects.filter(user=user, access=ProjectMember.Access.EDITOR)
        return self.filter(Q(owner=user) | Q(pk__in=editor.values("project")))

    def with_counts(self) -> Self:
        """`clip_count` and `last_clip_at` on each project."""
        kept = Q(clips__binned_at=None)
        return self.annotate(
            clip_count=Count("clips", filter=kept), last_clip_at=Max("clips__created_at", filter=kept)
        )


class Project(models.Model):
    name = models.CharField(max_length=80)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="projects")
    created_at = models.DateTimeField(auto_now_add=True)
    quota_mb = models.PositiveIntegerField(null=True)  # of stored files; empty: no limit

    objects: ClassVar = ProjectQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


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
