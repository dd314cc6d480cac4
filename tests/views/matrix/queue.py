"""The queue, the switch that pauses all spending, and notices: rows of the access matrix."""

from typing import Any

from tests.views.matrix.codes import *
from tests.views.matrix.world import World

GET: Rows = {
    "queue": EVERYBODY_SIGNED_IN,
    "notices": EVERYBODY_SIGNED_IN,
    "notice_settings": EVERYBODY_SIGNED_IN,
}
POST: Rows = {
    "queue_take_up": (SIGN_IN, *(FORBIDDEN,) * 5, LED_ON),
    "queue_put_away": (SIGN_IN, *(FORBIDDEN,) * 5, LED_ON),
    "pause": (SIGN_IN, *(FORBIDDEN,) * 5, UNPROCESSABLE),
    "resume": (SIGN_IN, *(FORBIDDEN,) * 5, LED_ON),
    "notice_settings": (SIGN_IN, *(LED_ON,) * 6),
}


def addresses(world: World) -> dict[str, list[Any]]:
    return {"queue_take_up": [world.clip.task_id], "queue_put_away": [world.clip.task_id]}
