"""Where providers ring. Answers quickly and always the same; what follows is a job's work."""

import re

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from studio.services import hooks


@csrf_exempt
@login_not_required
@require_POST
def hook(request: HttpRequest, token: str) -> HttpResponse:
    # The length is looked at before the body is read, so that nobody fills our memory.
    length = request.headers.get("Content-Length", "")
    if not re.fullmatch("[0-9]{1,9}", length) or int(length) > hooks.MAX_BODY:
        return HttpResponse(status=413)
    try:
        known = hooks.receive(token, request.headers, request.body)
    except hooks.Stale:
        return HttpResponse(status=400)
    except hooks.BadSignature:
        return HttpResponse(status=401)
    except hooks.BadDelivery:
        return HttpResponse(status=400)
    # Without our page for what is not found: nobody reads it, and it costs more than all the rest.
    return HttpResponse(status=200 if known else 404)
