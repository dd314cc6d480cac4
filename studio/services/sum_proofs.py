"""The proof of the sums by month, for the audit."""

from typing import Any

from django.db.models import Count, Sum

from studio.models import CreditEntry, CreditSum, SumMark
from studio.services import sums

Kind = CreditEntry.Kind


def differing() -> list[str]:
    """What the sums say otherwise than the ledger up to the mark, by kind; for the audit."""
    for _ in range(3):
        before = _marks()
        found = _differing()
        if _marks() == before:
            return found
    return []  # they move on too quickly to be looked at; the next audit finds them quieter


def _marks() -> list[tuple[Any, ...]]:
    return list(SumMark.objects.order_by("name").values_list("name", "up_to", "at"))


def _differing() -> list[str]:
    figures = {"sum": Sum("amount"), "count": Count("pk")}
    ledger = CreditEntry.objects.filter(pk__lte=sums.up_to(sums.ENTRIES)).order_by().values_list("kind")
    theirs = {kind: (amount, count) for kind, amount, count in ledger.annotate(**figures)}
    ours: dict[str, tuple[int, int]] = {}
    summed = CreditSum.objects.values_list("kind").annotate(Sum("amount"), Sum("entries"))
    for kind, amount, count in summed:
        kind = Kind.REFUND if kind == sums.CANCELLED else kind
        known = ours.get(kind, (0, 0))
        ours[kind] = (known[0] + amount, known[1] + count)
    kinds = sorted(ours.keys() | theirs.keys())
    return [
        f"{kind}: sums {ours.get(kind, (0, 0))}, ledger {theirs.get(kind, (0, 0))} (credits, entries)"
        for kind in kinds
        if ours.get(kind) != theirs.get(kind)
    ]
