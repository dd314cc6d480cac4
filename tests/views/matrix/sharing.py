"""The team's side of links: rows and addresses of the matrix. The links are Mara's, who holds the project."""

from typing import Any

from tests.sharing import shared
from tests.views.matrix.codes import *
from tests.views.matrix.world import World

WHO_MANAGES = (SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND, OK, OK)

GET: Rows = {
    "shares": EVERYBODY_SIGNED_IN,
    "share_new": WHO_MAY_ORDER,
    "share": WHO_MANAGES,
}
POST: Rows = {
    "share_new": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, *(UNPROCESSABLE,) * 3),
    "share": (SIGN_IN, *(NOT_FOUND,) * 4, UNPROCESSABLE, UNPROCESSABLE),
    "share_reissue": WHO_MANAGES,
    "share_revoke": (SIGN_IN, *(NOT_FOUND,) * 4, LED_ON, LED_ON),
}


def addresses(world: World) -> dict[str, list[Any]]:
    kept, revoked = (shared(world.clip, world.member)[0].pk for _ in range(2))
    return {
        "share_new": ["clip", world.clip.pk],
        "share": [kept],
        "share_reissue": [kept],
        "share_revoke": [revoked],
    }
