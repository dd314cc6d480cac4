"""What the frame around every page shows."""

from typing import Any

from django.http import HttpRequest

from studio.services import balances, credits, providers


def context(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    if not hasattr(request, "shell"):  # an answer of several fragments asks once for each
        request.shell = {  # type: ignore[attr-defined]
            "balance": credits.balance(user),
            "sandbox_only": list(providers.enabled()) == ["sandbox"],
            "alerts": balances.alerts() if user.is_owner else [],
        }
    return request.shell  # type: ignore[attr-defined]
