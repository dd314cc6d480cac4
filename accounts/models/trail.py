"""The audit trail: who did what, to whom, when and from where. Append-only, as the ledger is.

Rows name people by their keys alone and `facts` never hold a name or an e-mail address, so that a person who
leaves can take their name along and the trail still stands.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from accounts import origin
from accounts.models.people import User


class TrailManager(models.Manager["TrailEvent"]):
    def write(
        self, what: str, /, *, by: User | None = None, about: User | None = None, **facts: Any
    ) -> TrailEvent:
        """Add a line, in the transaction of what it tells of. The address is that of the request at hand."""
        return self.create(what=what, actor=by, subject=about, facts=facts, address=origin.address())


class TrailEvent(models.Model):
    class What(models.TextChoices):
        SIGNED_IN = "signed_in", "Signed in"
        SIGN_IN_FAILED = "sign_in_failed", "Sign-in failed"
        SIGNED_OUT = "signed_out", "Signed out"
        THROTTLED = "throttled", "Too many attempts"
        SESSION_ENDED = "session_ended", "Session ended"
        PASSWORD = "password", "Password changed"
        MFA = "mfa", "Second factor changed"
        INVITED = "invited", "Invited"
        INVITATION_REVOKED = "invitation_revoked", "Invitation revoked"
        JOINED = "joined", "Joined"
        ROLE = "role", "Role changed"
        DEACTIVATED = "deactivated", "Deactivated"
        REACTIVATED = "reactivated", "Let in again"
        ERASED = "erased", "Account deleted"
        PROJECT_ACCESS = "project_access", "Access to a project changed"
        PROJECT_ARCHIVED = "project_archived", "Project archived or brought back"
        PROJECT_HANDED_OVER = "project_handed_over", "Project handed over"
        GRANT = "grant", "Credits granted"
        ADJUST = "adjust", "Credits corrected"
        ALLOWANCE = "allowance", "Allowance changed"
        LIMIT = "limit", "Limit changed"
        REQUEST = "request", "Request for credits"
        PAUSED = "paused", "Spending paused or resumed"
        TEAM = "team", "Team settings changed"
        KEY_REFUSED = "key_refused", "Provider refused the key"
        SHARE = "share", "Share made or revoked"
        EXPORT = "export", "Export"

    at = models.DateTimeField(auto_now_add=True)
    what = models.CharField(max_length=24, choices=What.choices)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField(default=dict)  # short plain values: {"old": "member", "new": "manager"}
    address = models.GenericIPAddressField(null=True)

    objects: ClassVar[TrailManager] = TrailManager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["what", "-id"], name="trail_by_what"),
            models.Index(fields=["actor", "-id"], name="trail_by_actor"),
            models.Index(fields=["subject", "-id"], name="trail_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()} at {self.at:%Y-%m-%d %H:%M}"
