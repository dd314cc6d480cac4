"""The picture that a person chose. A small file, kept where every web process finds it: in the database."""

from __future__ import annotations

from django.db import models

from accounts.models.people import User


class Picture(models.Model):
    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="picture")
    content = models.BinaryField()  # WebP, 256 x 256, made by us from what came
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"picture of {self.user}"
