"""For whoever watches over the studio: a monitor.

Not for a load balancer, which would take away every web server because a worker or the books have a problem.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from studio.services import health


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The ages of what should be young, and which of four things is wrong."""
    found = health.check()
    told = {
        "ok": not found.problems,
        "problems": found.problems,
        "database": found.database,
        "worker_beat_s": found.beat_age,
        "oldest_waiting_s": found.oldest_waiting,
        "line_stands_s": found.line_stands,
        "clean_audit_s": found.audit_age,
    }
    answer = JsonResponse(told, status=503 if found.problems else 200, headers={"Cache-Control": "no-store"})
    # Else Django writes an error for each 503, and anybody may ask as often as they like.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer
