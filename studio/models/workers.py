"""Who is doing what right now: a lease is held by one process until it runs out."""

from django.db import models


class Lease(models.Model):
    name = models.CharField(max_length=40, unique=True)
    holder = models.CharField(max_length=80, blank=True)
    until = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name}: {self.holder or 'free'}"
