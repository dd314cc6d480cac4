"""When the books were last checked, and what was found."""

from django.db import models


class AuditState(models.Model):
    name = models.CharField(max_length=20, unique=True)
    since = models.DateTimeField()  # when there was first somebody to check them
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    clean_at = models.DateTimeField(null=True)  # the last time that all was well
    broken = models.JSONField(default=dict)  # rule -> how many rows break it, of the last check

    def __str__(self) -> str:
        return f"{self.name}: {'broken' if self.broken else 'clean'}"
