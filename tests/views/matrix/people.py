"""The team, its invitations and profiles: rows and addresses of the access matrix."""

from typing import Any

from accounts.models import Picture, Role, User
from accounts.services import invitations
from tests.views.matrix.codes import *
from tests.views.matrix.world import World

GET: Rows = {
    "people": EVERYBODY_SIGNED_IN,
    "person": EVERYBODY_SIGNED_IN,
    "picture": EVERYBODY_SIGNED_IN,
    "profile": EVERYBODY_SIGNED_IN,
    "join": (OK,) * 7,  # who is in already is told so
}
POST: Rows = {
    "people": (SIGN_IN, *(FORBIDDEN,) * 5, UNPROCESSABLE, UNPROCESSABLE),
    "person_role": (SIGN_IN, *(FORBIDDEN,) * 5, UNPROCESSABLE, UNPROCESSABLE),
    "person_email": (SIGN_IN, *(FORBIDDEN,) * 5, FORBIDDEN, UNPROCESSABLE),
    "person_deactivate": (SIGN_IN, *(FORBIDDEN,) * 5, LED_ON, LED_ON),
    "person_reactivate": (SIGN_IN, *(FORBIDDEN,) * 5, LED_ON, LED_ON),
    "invitation_reissue": MANAGERS_ONLY,
    "invitation_revoke": (SIGN_IN, *(FORBIDDEN,) * 5, LED_ON, LED_ON),
    "profile": (SIGN_IN, *(UNPROCESSABLE,) * 6),
    "picture_remove": (SIGN_IN, *(LED_ON,) * 6),
    "theme": (SIGN_IN, *(LED_ON,) * 6),
    "join": (UNPROCESSABLE, *(OK,) * 6),
}


def addresses(world: World) -> dict[str, Any]:
    pia = _pia()
    Picture.objects.get_or_create(user=pia, defaults={"content": b"RIFF", "sha256": "0" * 64})
    _, token = invitations.invite(role=Role.MEMBER, days=7, by=world.owner)
    other, _ = invitations.invite(role=Role.GUEST, days=7, by=world.owner)
    one = ("person", "picture", "person_role", "person_email", "person_deactivate", "person_reactivate")
    return {
        **{name: [pia.pk] for name in one},
        "join": [token],
        "invitation_revoke": [other.pk],
        "invitation_reissue": [invitations.invite(role=Role.MEMBER, days=1, by=world.owner)[0].pk],
    }


def _pia() -> User:
    """A member who is in nobody's project."""
    email = "pia@example.org"
    return User.objects.filter(email=email).first() or User.objects.create_user(email, name="Pia Picture")
