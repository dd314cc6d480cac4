"""One page for everything that keeps an account safe, and the ends of sessions."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import mfa
from accounts.devices import device
from accounts.models import User
from accounts.services import second_factors, sessions


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    user, here = cast(User, request.user), request.session.session_key
    rows = [
        {"session": each, "device": device(each.user_agent), "is_here": each.session_key == here}
        for each in sessions.of(user)
    ]
    rows.sort(key=lambda row: not row["is_here"])
    context = {
        "factors": second_factors.of(user),
        "no_passkeys": mfa.reason_against_passkeys(),
        "rows": rows,
        "has_others": any(not row["is_here"] for row in rows),
    }
    return render(request, "mfa/security.html", context)


@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    try:
        sessions.end(session_id, by=cast(User, request.user))
    except sessions.NoSuchSession:
        raise Http404 from None
    messages.success(request, "That session is over.")
    return redirect("account_security")


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    count = sessions.end_others(by=cast(User, request.user), but=request.session.session_key)
    over = f"{count} session{'s are' if count > 1 else ' is'} over."
    messages.success(request, over if count else "There was no other session.")
    return redirect("account_security")
