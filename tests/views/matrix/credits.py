"""People's credits, allowances and the settings of the team: rows and addresses of the access matrix."""

from typing import Any

from studio.services import allowance_rules
from tests.views.matrix.codes import *
from tests.views.matrix.world import World

GET: Rows = {
    "person_credits": MANAGERS_ONLY,
    "allowances": OWNERS_ONLY,
    "team_settings": OWNERS_ONLY,
}
POST: Rows = {
    "person_credits": (SIGN_IN, *(FORBIDDEN,) * 5, UNPROCESSABLE),
    "allowances": (SIGN_IN, *(FORBIDDEN,) * 5, UNPROCESSABLE),
    "allowance_end": (SIGN_IN, *(FORBIDDEN,) * 5, LED_ON),
    "team_settings": (SIGN_IN, *(FORBIDDEN,) * 5, UNPROCESSABLE),
}


def addresses(world: World) -> dict[str, list[Any]]:
    rule = allowance_rules.begin(role="member", credits=5, carry_over=False, next_month=True, by=world.owner)
    return {"person_credits": [world.member.pk], "allowance_end": [rule.pk]}
