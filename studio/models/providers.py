"""What we have learned of a provider while talking to it. What it offers is data in `music_api.providers`."""

from typing import ClassVar

from django.db import models


class ProviderState(models.Model):
    name = models.CharField(max_length=20, unique=True)

    # Pause: nothing is sent before `paused_until`; it ends by itself.
    paused_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    unreachable = models.BooleanField(default=False)  # the pause ends early when a balance call gets through
    # Hold: nothing is sent until a free balance call succeeds (and shows `needed_credits`).
    hold = models.TextField(blank=True)
    needed_credits = models.PositiveIntegerField(default=0)
    check_after = models.DateTimeField(null=True)

    in_flight_limit = models.PositiveSmallIntegerField()  # halved by a 429, +1 with every accepted order
    retired = models.JSONField(default=list)  # operations that answered 410
    attention = models.TextField(blank=True)  # what a person must do there before anything is sent again
    balance = models.IntegerField(null=True)
    balance_at = models.DateTimeField(null=True)
    balance_high = models.IntegerField(default=0)  # the most since it last grew: what "low" is measured by
    looked_at = models.DateTimeField(null=True)  # also when the look was in vain
    # A balance read at a quiet moment, and the last entry of the ledger then. The entries after it must
    # explain every later balance: `snapshot` stays for the audit, `baseline` moves on for the balance proof.
    snapshot = models.IntegerField(null=True)
    snapshot_entry = models.BigIntegerField(default=0)
    baseline = models.IntegerField(null=True)
    baseline_entry = models.BigIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
