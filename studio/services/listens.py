"""How songs are heard through links: counts for each day, and nothing about who listened.

The team's own plays and those of bots are left out by who calls this.
"""

import math
from dataclasses import dataclass
from datetime import UTC, date

from django.db.models import F, Max, Sum
from django.db.models.functions import Greatest
from django.utils import timezone

from studio.models import Clip, ListenDay, Share

EVENTS = ("play", "at", "end")


@dataclass(frozen=True)
class Heard:
    plays: int = 0
    completed: int = 0
    furthest: float = 0  # seconds; of several songs it means nothing


@dataclass(frozen=True)
class Day:
    day: date  # UTC
    plays: int
    completed: int


def note(share: Share, clip: Clip, event: str, at: float = 0) -> None:
    """Somebody who has the link began to play the song ("play"), has come to second `at` ("at"), or heard it
    to the end ("end"). One write for each that adds to what others write meanwhile. A second that the song
    does not have counts as its end or its beginning. Raises ValueError for any other event."""
    if event not in EVENTS:
        raise ValueError(f"unknown event {event!r}")
    second = clip.duration if event == "end" else _within(at, clip.duration)
    day = {"share": share, "clip": clip, "day": timezone.now().astimezone(UTC).date()}
    changes = {
        "plays": F("plays") + int(event == "play"),
        "completed": F("completed") + int(event == "end"),
        "furthest": Greatest(F("furthest"), second),
    }
    if not ListenDay.objects.filter(**day).update(**changes):
        ListenDay.objects.bulk_create([ListenDay(**day)], ignore_conflicts=True)
        ListenDay.objects.filter(**day).update(**changes)


def _within(at: float, duration: float) -> float:
    return min(max(at, 0.0), duration) if math.isfinite(at) else 0.0


# -- What the team reads ----------------------------------------------------------------------------


def total(share: Share) -> Heard:
    """All that was heard through the link, of all its songs."""
    found = ListenDay.objects.filter(share=share).aggregate(plays=Sum("plays"), completed=Sum("completed"))
    return Heard(found["plays"] or 0, found["completed"] or 0)


def days(share: Share, most: int = 30) -> list[Day]:
    """The days on which it was heard, of all its songs, the newest first."""
    rows = ListenDay.objects.filter(share=share).values("day").order_by("-day")
    summed = rows.annotate(all_plays=Sum("plays"), all_completed=Sum("completed"))
    return [Day(*row) for row in summed.values_list("day", "all_plays", "all_completed")[:most]]


def songs(share: Share) -> dict[int, Heard]:
    """The same of each song that was heard, by its id."""
    rows = ListenDay.objects.filter(share=share).values("clip").order_by("clip")
    summed = rows.annotate(p=Sum("plays"), c=Sum("completed"), f=Max("furthest"))
    return {clip: Heard(p, c, f) for clip, p, c, f in summed.values_list("clip", "p", "c", "f")}
