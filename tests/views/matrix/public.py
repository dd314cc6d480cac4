"""What links open: everybody who has one gets the same, signed in or not."""

from typing import Any

from studio.services import comments, guests
from tests.sharing import shared
from tests.views.matrix.codes import *
from tests.views.matrix.world import World


def everybody(code: int) -> tuple[int, ...]:
    return (code,) * 7


GET: Rows = {
    "public": everybody(OK),
    "public_audio": everybody(OK),
    "public_cover": everybody(OK),
    "public_file": everybody(OK),
    "public_embed": everybody(OK),
    "public_qr": everybody(OK),
    "public_edit": everybody(NOT_FOUND),  # guests of this browser alone, and their own
    "public_sheet": everybody(NOT_FOUND),  # the song is not final
    "oembed": everybody(NOT_FOUND),  # nothing was asked about
}
POST: Rows = {
    "public_unlock": everybody(UNPROCESSABLE),
    "public_heard": everybody(DONE),
    "public_comment": everybody(UNPROCESSABLE),
    "public_answer": everybody(UNPROCESSABLE),
    "public_edit": everybody(NOT_FOUND),
    "public_approve": everybody(UNPROCESSABLE),
}


def addresses(world: World) -> dict[str, list[Any]]:
    share, token = shared(
        world.clip, world.member, level="approve", downloads=True, may_embed=True, see_each_other=True
    )
    _, locked = shared(world.clip, world.member, password="a secret of theirs")
    gina = guests.come(share, "Gina")
    said = comments.add(world.clip, text="Softer", start=None, end=None, guest=gina, share=share)
    song = [token, share.handle(world.clip.pk)]
    return {
        "public": [token],
        "public_unlock": [locked],
        "public_audio": song,
        "public_cover": song,
        "public_file": [*song, "audio"],
        "public_heard": song,
        "public_comment": song,
        "public_answer": [token, said.key],
        "public_edit": [token, said.key],
        "public_approve": song,
        "public_sheet": song,
        "public_embed": [token],
        "public_qr": [token],
    }
