"""A recording that somebody brought: kept here, and handed to a provider at an address that expires."""

from typing import ClassVar

from django.db import models

from accounts.models import User
from studio.models.projects import Project
from studio.models.tasks import Task


class Upload(models.Model):
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="uploads")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="uploads")
    created_at = models.DateTimeField(auto_now_add=True)
    task = models.OneToOneField(Task, null=True, on_delete=models.PROTECT, related_name="upload")
    title = models.CharField(max_length=80)  # the file's own name, without its ending
    name = models.CharField(max_length=200, unique=True)  # below the media folder
    content_type = models.CharField(max_length=40)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    duration = models.FloatField()  # seconds

    class Meta:
        indexes: ClassVar = [models.Index(fields=["project", "-id"], name="upload_by_project")]

    def __str__(self) -> str:
        return self.title
