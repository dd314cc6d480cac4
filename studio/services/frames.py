"""What the frame around every page says to a person, in one query."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Subquery

from accounts.models import User
from studio.models import Notice, NoticeChoice, Team


@dataclass(frozen=True)
class Frame:
    balance: int
    unread: int  # notices
    tells: bool  # the browser, of songs that are ready
    is_paused: bool  # all spending


def frame_of(user: User) -> Frame:
    """What the person's frame shows now: credits, the number of unread notices, and whether all is paused."""
    unread = Notice.objects.filter(user=OuterRef("pk"), read_at=None).order_by().values("user")
    told = NoticeChoice.objects.filter(user=OuterRef("pk"), browser_finished=True)
    found = User.objects.filter(pk=user.pk).values_list(
        "credit_account__balance",
        Subquery(unread.annotate(n=Count("pk")).values("n")),
        Exists(told),
        Exists(Team.objects.filter(paused_at__isnull=False)),
    )
    balance, count, tells, is_paused = found.get()
    return Frame(balance or 0, count or 0, tells, is_paused)
