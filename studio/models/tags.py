"""A tag is a word or two that people put on clips to find them again. One list for the whole team."""

from typing import ClassVar

from django.db import models


class Tag(models.Model):
    name = models.CharField(max_length=40)  # as it was first written
    key = models.CharField(max_length=40, unique=True)  # folded: "Chorus" and "chorus" are one tag

    class Meta:
        ordering: ClassVar = ["key"]

    def __str__(self) -> str:
        return self.name
