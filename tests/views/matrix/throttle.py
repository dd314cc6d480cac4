"""The audit trail: rows of the access matrix."""

from typing import Any

from tests.views.matrix.codes import *
from tests.views.matrix.world import World

GET: Rows = {"trail": OWNERS_ONLY}
POST: Rows = {"trail_export": OWNERS_ONLY}


def addresses(world: World) -> dict[str, tuple[Any, ...]]:
    return {}
