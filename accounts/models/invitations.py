"""Links that let new people in. Only the hash of a link is stored: it is shown once, and can be made anew."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models.people import Role, User


class Invitation(models.Model):
    token_hash = models.CharField(max_length=64, unique=True)
    email = models.EmailField("e-mail address", blank=True)  # empty: a link that is handed over by itself
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="invitations")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.OneToOneField(User, null=True, on_delete=models.PROTECT, related_name="invitation")

    mail_tries = models.PositiveSmallIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(accepted_at__isnull=True) | models.Q(accepted_by__isnull=False),
                name="accepted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk} for {self.email or 'whoever has the link'}"
