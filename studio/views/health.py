"""For whoever watches over the studio: a load balancer, a monitor."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from studio.services import health


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
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
    return JsonResponse(told, status=503 if found.problems else 200, headers={"Cache-Control": "no-store"})
