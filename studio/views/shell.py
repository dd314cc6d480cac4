"""What the frame around every page shows."""

from typing import Any

from django.http import HttpRequest

from studio.services import balances, frames, pauses, providers
from studio.views import access


def context(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    if not hasattr(request, "shell"):  # an answer of several fragments asks once for each
        frame = frames.frame_of(user)
        request.shell = {  # type: ignore[attr-defined]
            "balance": frame.balance,
            "new_notices": frame.unread,
            "tells": frame.tells,
            "no_songs": access.reason_of_role(user),
            "paused": pauses.current() if frame.is_paused and user.is_owner else None,
            "sandbox_only": list(providers.enabled()) == ["sandbox"],
            "alerts": balances.alerts() if user.is_owner else [],
        }
    return request.shell  # type: ignore[attr-defined]
