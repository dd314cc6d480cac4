"""Credits: an append-only ledger. A balance is a cache of the sum of its entries, and the database checks it.

People:  grant (+), allowance (+), expire (-, what is left of an allowance that does not carry over),
         charge (-), refund (+, the same amount), adjust (either, with a reason).
House:   topup (+), spend (-) and upstream_refund (+) follow the provider's own balance, per attempt;
         loss (-) notes what a person got back while the provider may have kept it.
A task is charged in the transaction that starts it and refunded in the one that fails or cancels it.
Triggers refuse UPDATE and DELETE of entries: a mistake is corrected by another entry.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from studio.models.projects import Project
from studio.models.tasks import Attempt, Task


class CreditAccount(models.Model):
    user = models.OneToOneField(User, null=True, on_delete=models.PROTECT, related_name="credit_account")
    house = models.BooleanField(default=False)
    balance = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(house=True) | Q(balance__gte=0), name="balance_never_negative"
            ),
            models.CheckConstraint(
                condition=Q(house=True, user__isnull=True) | Q(house=False, user__isnull=False),
                name="account_of_a_person_or_the_house",
            ),
            models.UniqueConstraint(fields=["house"], condition=Q(house=True), name="one_house"),
        ]

    def __str__(self) -> str:
        return "the house" if self.house else str(self.user)


class CreditEntry(models.Model):
    class Kind(models.TextChoices):
        GRANT = "grant", "Granted"
        ALLOWANCE = "allowance", "Monthly allowance"
        EXPIRE = "expire", "Expired"
        CHARGE = "charge", "Charged"
        REFUND = "refund", "Returned"
        ADJUST = "adjust", "Corrected"
        TOPUP = "topup", "Topped up"
        SPEND = "spend", "Spent at the provider"
        UPSTREAM_REFUND = "upstream_refund", "Returned by the provider"
        LOSS = "loss", "Borne by the house"

    PLUS: ClassVar = (Kind.GRANT, Kind.ALLOWANCE, Kind.REFUND, Kind.TOPUP, Kind.UPSTREAM_REFUND)
    MINUS: ClassVar = (Kind.EXPIRE, Kind.CHARGE, Kind.SPEND, Kind.LOSS)
    HOUSE: ClassVar = (Kind.TOPUP, Kind.SPEND, Kind.UPSTREAM_REFUND, Kind.LOSS)

    account = models.ForeignKey(CreditAccount, on_delete=models.PROTECT, related_name="entries")
    amount = models.IntegerField()
    kind = models.CharField(max_length=16, choices=Kind.choices)
    task = models.ForeignKey(Task, null=True, on_delete=models.PROTECT, related_name="credit_entries")
    attempt = models.ForeignKey(Attempt, null=True, on_delete=models.PROTECT, related_name="credit_entries")
    project = models.ForeignKey(Project, null=True, on_delete=models.PROTECT, related_name="credit_entries")
    provider = models.CharField(max_length=20, blank=True)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    period = models.DateField(null=True)  # of an allowance: the first of its month
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=["grant", "allowance", "refund", "topup", "upstream_refund"], amount__gt=0
                )
                | Q(kind__in=["expire", "charge", "spend", "loss"], amount__lt=0)
                | (Q(kind="adjust") & ~Q(amount=0) & ~Q(reason="")),
                name="sign_follows_kind",
            ),
            models.UniqueConstraint(
                fields=["task", "kind"],
                condition=Q(kind__in=["charge", "refund"]),
                name="charge_and_refund_once",
            ),
            models.UniqueConstraint(
                fields=["attempt", "kind"],
                condition=Q(kind__in=["spend", "upstream_refund", "loss"]),
                name="house_entry_once_per_attempt",
            ),
            # However often a job runs, and however late: a month's allowance comes once, and goes once.
            models.UniqueConstraint(
                fields=["account", "period", "kind"],
                condition=Q(kind__in=["allowance", "expire"]),
                name="allowance_once_per_period",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["allowance", "expire"]) | Q(period__isnull=False),
                name="allowance_names_its_period",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["charge", "refund"]) | Q(task__isnull=False),
                name="charge_names_its_task",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["account", "-id"], name="entry_by_account")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount:+d}"
