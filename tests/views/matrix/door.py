"""One's own sessions: rows of the access matrix. allauth's own addresses stand in tests/accounts."""

from typing import Any

from tests.views.matrix.codes import *
from tests.views.matrix.world import World

GET: Rows = {}
POST: Rows = {
    "session_end": (SIGN_IN, *(NOT_FOUND,) * 6),  # everybody ends their own, and nobody else's
    "sessions_end": (SIGN_IN, *(LED_ON,) * 6),
}


def addresses(world: World) -> dict[str, list[Any]]:
    return {"session_end": [2**31 - 1]}
