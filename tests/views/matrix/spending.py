"""What is spent, and what the providers say: rows and addresses of the access matrix."""

from typing import Any

from tests.views.matrix.codes import *
from tests.views.matrix.world import World

GET: Rows = {
    "spending": MANAGERS_ONLY,
    "credit_lines": MANAGERS_ONLY,
    "credits_csv": MANAGERS_ONLY,
    "balances": OWNERS_ONLY,
}
POST: Rows = {}


def addresses(world: World) -> dict[str, list[Any]]:
    return {}
