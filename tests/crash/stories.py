"""What happens to an order, told once for the process that is killed and once more for the one after it.

A story may be told from its beginning at any time: the person repeats the form with its key, and clicks again
where the first click brought no answer. Points are counted from where a story differs from those before.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.crash.studio import Studio
from tests.hostile.schedule import Plan

GOOD = Plan(
    submit="",
    seconds=0,
    fails=False,
    polls=(),
    hollow=0,
    media=(),
    gone=False,
    hook="",
    early_hook=False,
    wav=False,
)


@dataclass(frozen=True)
class Story:
    """`ends` is how the order ends, and `accepted` how often the upstream takes it, wherever the kill comes.

    After a kill between the upstream's yes and the commit of it only the deadline is left, so then it may end
    `in_doubt` instead.
    """

    tell: Callable[[Studio], None]
    submit: str = ""  # the fault of the POST
    again: str = ""  # the fault of any further one
    hollow: int = 0  # polls that show no media yet
    fails: bool = True  # at the upstream, which is quick; else there is audio to be copied
    ends: str = "failed"
    in_doubt: str = "failed"
    accepted: tuple[int, ...] = (1,)
    webhooks: bool = False

    def plan(self, sent_before: int) -> Plan:
        """What befalls a POST of this story's order at the upstream."""
        submit = self.again if sent_before else self.submit
        return replace(GOOD, submit=submit, fails=self.fails, hollow=self.hollow)


def _song(studio: Studio) -> None:
    studio.count()
    studio.order()
    studio.work()


def _sent(studio: Studio) -> None:
    studio.order()
    studio.send()
    studio.count()
    studio.work()


def _ordered(studio: Studio) -> None:
    studio.order()
    studio.count()
    studio.work()


def _accepted(studio: Studio) -> None:
    studio.order()
    studio.send()
    studio.count()
    studio.work(until="running")
    studio.count(False)
    studio.work()


def _told(studio: Studio) -> None:
    studio.order()
    studio.send()
    studio.count()
    studio.ring()
    studio.work(until="running")
    studio.count(False)
    studio.work()


def _cancelled(studio: Studio) -> None:
    studio.order()
    studio.count()
    studio.cancel()
    studio.work()


STORIES = {
    "song": Story(_song, hollow=1, fails=False, ends="done"),
    "failed": Story(_sent),
    "refused": Story(_ordered, submit="invalid_400", again="invalid_400", accepted=(0,)),
    "cancelled": Story(_cancelled, ends="cancelled", in_doubt="cancelled", accepted=(0,)),
    "held": Story(_accepted, submit="poor_402"),
    "lost": Story(_sent, submit="drop_after"),
    # Sent twice and never arrived: then it is set aside.
    "proved": Story(_accepted, submit="drop_before", accepted=(0, 1)),
    "told": Story(_told, submit="drop_after", webhooks=True),
}
