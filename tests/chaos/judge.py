"""Compares the studio's books with the hostile upstream's, order by order."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

ENDED = ("done", "failed", "cancelled")
MAX_LOSS = 0.01  # of what was spent: of orders whose id somebody has told us
MAX_LOSS_IN_ALL = 0.02  # where ids are told: also of those that were charged and never told
MANY = 200  # fewer tasks than this make a share of them meaningless

# One row for each task: its marker as the upstream knows it, and what our books say of it.
TASKS = (
    "[[f\"{t.params['title']}/{t.params['seed']}\", t.status, t.price, "
    "[[e.kind, e.amount] for e in t.credit_entries.all()], "
    "sum(a.status == 'unknown' for a in t.attempts.all()), t.reason] "
    "for t in Task.objects.prefetch_related('credit_entries', 'attempts')]"
)


@dataclass
class Verdict:
    """`broken` are sentences; `figures` is the table."""

    broken: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)


def judge(tasks: list[Any], books: dict[str, Any], ordered: int, *, all_known: bool = True) -> Verdict:
    """`tasks` are the rows of TASKS, `books` the upstream's, `ordered` how many forms were taken.

    `all_known`: webhooks or an owner tell the ids of orders whose answer was lost, or none is held back. An
    order whose id nobody was told can't be saved by anything that the studio does; where ids are told there
    may be few of them.
    """
    upstream, verdict = books["orders"], Verdict()
    ours = {row[0]: row for row in tasks}
    lost = _lost(ours, upstream)
    unknowable = sum(paid for marker, paid in lost.items() if not upstream[marker]["told"])
    gone = sum(paid for marker, paid in lost.items() if upstream[marker]["gone"])
    spent = sum(row["paid"] for row in upstream.values())
    doubles = [marker for marker, row in upstream.items() if row["paid"] > books["price"]]
    again = sum(row["accepted"] > 1 for row in upstream.values()) - len(doubles)
    still_open = [row[0] for row in tasks if row[1] not in ENDED]
    verdict.figures = {
        "ordered": ordered,
        "tasks": len(tasks),
        "done": sum(row[1] == "done" for row in tasks),
        "failed": sum(row[1] == "failed" for row in tasks),
        "open": len(still_open),
        "accepted upstream": sum(row["accepted"] for row in upstream.values()),
        "paid twice": len(doubles),
        "accepted again, credits returned": again,
        "spent upstream": spent,
        "lost by the house": sum(lost.values()),
        "lost, %": round(100 * sum(lost.values()) / max(spent, 1), 2),
        "  whose id nobody was told": unknowable,
        "  whose audio never came": gone,
        "booked as loss": -sum(amount for row in tasks for kind, amount in row[3] if kind == "loss"),
    }
    if len(tasks) != ordered:
        verdict.broken.append(f"{ordered} orders were taken, but there are {len(tasks)} tasks")
    if len(ours) != len(tasks):
        verdict.broken.append("two tasks have the same marker: the run can't tell them apart")
    verdict.broken += [f"still open: {marker}" for marker in still_open]
    verdict.broken += [f"paid more than once: {marker}" for marker in doubles]
    verdict.broken += [f"nobody ordered {marker}" for marker in upstream if marker not in ours]
    verdict.broken += _unexplained(ours, upstream)
    verdict.broken += _unexplained_losses(ours, upstream)
    in_all = sum(lost.values())
    if ordered >= MANY and in_all - unknowable > MAX_LOSS * spent:
        verdict.broken.append(f"the house lost more than {MAX_LOSS:.0%} of what was spent")
    if ordered >= MANY and all_known and in_all > MAX_LOSS_IN_ALL * spent:
        verdict.broken.append(f"the house lost more than {MAX_LOSS_IN_ALL:.0%} in all")
    if books["private"]:
        verdict.broken.append(f"{books['private']} connections to a private address")
    if books["seen"].get("forged hook believed"):
        verdict.broken.append("a forged webhook was believed")
    return verdict


def _lost(ours: dict[str, Any], upstream: dict[str, Any]) -> dict[str, int]:
    """What the upstream kept for orders that were refunded here."""
    return {
        marker: row["paid"]
        for marker, row in upstream.items()
        if row["paid"] and marker in ours and ours[marker][1] in ("failed", "cancelled")
    }


def _unexplained(ours: dict[str, Any], upstream: dict[str, Any]) -> Iterator[str]:
    """To the credit: what the upstream kept for a task is its price, or nothing, or a loss in our books."""
    for marker, status, price, entries, *_ in ours.values():
        paid = upstream.get(marker, {"paid": 0})["paid"]
        booked = {kind: abs(amount) for kind, amount in entries}
        known = booked.get("spend", 0) - booked.get("upstream_refund", 0)
        if status == "done" and not paid == known == price:
            yield f"{marker} is done, but the upstream kept {paid} and our books say {known}"
        elif status == "failed" and paid not in (0, booked.get("loss", 0)):
            yield f"{marker} has failed, the upstream kept {paid}, and no loss is booked"
        elif status == "failed" and "loss" not in booked and known not in (0, paid):
            yield f"{marker} has failed, the upstream kept {paid}, and our books say {known}"


def _unexplained_losses(ours: dict[str, Any], upstream: dict[str, Any]) -> Iterator[str]:
    """Of orders that were given up the balance tells how many were charged, not which: their sum counts."""
    entries = [(marker, row[3]) for marker, row in ours.items() if any(kind == "loss" for kind, _ in row[3])]
    paid = sum(upstream.get(marker, {"paid": 0})["paid"] for marker, _ in entries)
    moved = ("spend", "upstream_refund")
    known = -sum(amount for _, each in entries for kind, amount in each if kind in moved)
    if paid != known:
        yield f"the upstream kept {paid} for what the house bears, and our books say {known}"
