"""The hostile upstream with the faults that a story asks for. An order's title is "<story> <number>"."""

from pathlib import Path
from typing import Any

from tests.crash.stories import STORIES
from tests.hostile import answers
from tests.hostile.handler import Handler
from tests.hostile.ledger import Order
from tests.hostile.schedule import Plan
from tests.hostile.server import Hostile

KEY = "key-of-the-hostile-upstream"


def story_of(title: str) -> str:
    return title.partition(" ")[0]


def plan(seed: int, title: str, sent_before: int) -> Plan:
    return STORIES[story_of(title)].plan(sent_before)


class Upstream(Hostile):
    """A song ends when it is first asked for, so that every run polls as often; the ring is the story's."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "upstream.jsonl", key=KEY, hooks=False, past_time_out=1.0)

    def create(self, handler: Handler, fields: dict[str, Any]) -> None:
        title = str(fields["title"])
        drawn = plan(self.seed, title, self.ledger.count_post(title))
        webhook = (str(fields.get("webhook_url", "")), str(fields.get("webhook_secret", "")))
        marker = f"{title}/{fields['seed']}"
        accept = lambda: self.ledger.accept(marker, drawn, webhook, fields).id  # noqa: E731
        answers.TO_ORDERS[drawn.submit](handler, accept)

    def poll(self, handler: Handler, task_id: str) -> None:
        order = self.ledger.orders.get(task_id)
        if order and not order.ended:
            self.ledger.end(order)
        super().poll(handler, task_id)

    def balance(self, handler: Handler) -> None:
        handler.json(200, {"credits": self.ledger.credits, "extra_credits": 0})

    def books(self) -> dict[str, Any]:
        rings: dict[str, list[dict[str, str]]] = {}
        for order in list(self.ledger.orders.values()):
            rings.setdefault(str(order.fields.get("title")), []).append(_ring(order))
        return {**super().books(), "rings": rings}


def _ring(order: Order) -> dict[str, str]:
    return {"id": order.id, "url": order.webhook[0], "secret": order.webhook[1]}
