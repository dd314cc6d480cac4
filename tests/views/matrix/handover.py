"""What becomes final, is handed over, and waits: rows and addresses of the access matrix."""

from typing import Any

from tests.views.matrix.codes import *
from tests.views.matrix.world import World

# Of a song that is not final, the sheet and the zip lead to the page that says what is missing.
LED_TO_THE_PAGE = (SIGN_IN, NOT_FOUND, *(LED_ON,) * 5)

GET: Rows = {
    "handover": WHO_MAY_SEE,
    "handover_sheet": LED_TO_THE_PAGE,
    "handover_zip": LED_TO_THE_PAGE,
    "project_review": WHO_MAY_SEE,
}
POST: Rows = {
    "clip_final": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "clip_reopen": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "handover": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "handover_sheet": (SIGN_IN, *(WRONG_METHOD,) * 6),
    "handover_zip": (SIGN_IN, *(WRONG_METHOD,) * 6),
}


def addresses(world: World) -> dict[str, list[Any]]:
    clip = [world.clip.pk]
    names = ("clip_final", "clip_reopen", "handover", "handover_sheet", "handover_zip")
    return {**dict.fromkeys(names, clip), "project_review": [world.project.pk]}
