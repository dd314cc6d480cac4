"""What a form answers to who tried too often: when to try again, beside what was typed, and 429."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from accounts.services.throttles import TooMany


@contextmanager
def throttled(request: HttpRequest) -> Iterator[None]:
    """Inside of a form's cleaning: too many tries are an error of the form, and the answer's status."""
    try:
        yield
    except TooMany as refused:
        request.too_many = refused  # type: ignore[attr-defined]
        raise ValidationError(str(refused), code="too_many") from refused


def middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """allauth shows such a form as any other page: its status is set here, for all of its views."""

    def patience(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        refused = getattr(request, "too_many", None)
        if refused and response.status_code in (200, 422):
            response.status_code = 429
            response.headers["Retry-After"] = str(math.ceil(refused.wait.total_seconds()))
        return response

    return patience
