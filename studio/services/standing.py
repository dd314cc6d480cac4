"""What people were, and when they were there: told by the audit trail, so that who asks late gets the same
answer as who asked in time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import TrailEvent, User

What = TrailEvent.What
LEFT, CAME = (What.DEACTIVATED, What.ERASED), (What.REACTIVATED,)


@dataclass(frozen=True)
class Standing:
    user: User
    events: Sequence[TrailEvent]  # of this person, the oldest first

    def role_at(self, moment: datetime) -> str:
        """The role of that time. Without a line in the trail it was always the one of today."""
        changes = (each for each in self.events if each.what == What.ROLE and each.at > moment)
        return next((str(each.facts["old"]) for each in changes if "old" in each.facts), self.user.role)

    def there_from(self, start: datetime, end: datetime) -> datetime | None:
        """The first moment of this time that the person was in the team; None when they were not at all."""
        start = max(start, self.user.date_joined)
        if start >= end or self._was_there(start):
            return start if start < end else None
        came = (each.at for each in self.events if each.what in CAME and start < each.at < end)
        return next(came, None)

    def _was_there(self, moment: datetime) -> bool:
        moves = [each for each in self.events if each.what in LEFT + CAME]
        if not moves:  # let in or out by hand, without a line in the trail
            left = self.user.deactivated_at or self.user.erased_at
            return self.user.is_active if left is None else moment < left
        before = [each for each in moves if each.at <= moment]
        return before[-1].what in CAME if before else moves[0].what in LEFT


def standings(users: Sequence[User]) -> dict[int, Standing]:
    """Of these people, by their keys, in one query."""
    lines = TrailEvent.objects.filter(subject__in=users, what__in=(What.ROLE, *LEFT, *CAME)).order_by("pk")
    events = defaultdict(list)
    for line in lines:
        events[line.subject_id].append(line)
    return {user.pk: Standing(user, events[user.pk]) for user in users}
