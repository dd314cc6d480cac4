"""Comments on songs: rows and addresses of the access matrix."""

from typing import Any

from studio.services import comments
from tests.views.matrix.codes import *
from tests.views.matrix.world import World

GET: Rows = {"clip_comments": WHO_MAY_SEE}
# Whoever sees a song may say something to it; what becomes of a comment is for those who change the song.
POST: Rows = {
    "clip_comments": (SIGN_IN, NOT_FOUND, *(UNPROCESSABLE,) * 5),
    "comment_answer": (SIGN_IN, NOT_FOUND, *(UNPROCESSABLE,) * 5),
    "comment_edit": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, FORBIDDEN),
    "comment_resolve": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "comment_assign": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
}


def addresses(world: World) -> dict[str, list[Any]]:
    said = comments.add(world.clip, text="Louder here", start=1.0, end=None, by=world.member)
    one = [world.clip.pk, said.pk]
    return {
        "clip_comments": [world.clip.pk],
        "comment_answer": one,
        "comment_edit": one,
        "comment_resolve": one,
        "comment_assign": one,
    }
