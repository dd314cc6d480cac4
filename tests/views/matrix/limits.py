"""Limits, and asking for more: rows and addresses of the access matrix."""

from typing import Any

from studio.services import limits, requests
from tests.views.matrix.codes import *
from tests.views.matrix.world import World

WHO_SPENDS = (SIGN_IN, OK, OK, FORBIDDEN, OK, OK, OK)

GET: Rows = {"limits": OWNERS_ONLY, "credit_requests": OWNERS_ONLY, "credit_ask": WHO_SPENDS}
POST: Rows = {
    "limits": (SIGN_IN, *(FORBIDDEN,) * 5, UNPROCESSABLE),
    "limit_change": (SIGN_IN, *(FORBIDDEN,) * 5, UNPROCESSABLE),
    "limit_remove": (SIGN_IN, *(FORBIDDEN,) * 5, LED_ON),
    "credit_ask": (SIGN_IN, *(UNPROCESSABLE,) * 2, FORBIDDEN, *(UNPROCESSABLE,) * 3),
    "credit_ask_withdraw": (SIGN_IN, LED_ON, LED_ON, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "credit_request_answer": (SIGN_IN, *(FORBIDDEN,) * 5, UNPROCESSABLE),
}


def addresses(world: World) -> dict[str, list[Any]]:
    stays, goes = (
        limits.put(by=world.owner, credits=10**6, period=period, action="warn") for period in ("day", "month")
    )
    asked = requests.ask(by=world.member, credits_wanted=10, reason="An album")
    return {
        "limit_change": [stays.pk],
        "limit_remove": [goes.pk],
        "credit_request_answer": [asked.pk],
    }
