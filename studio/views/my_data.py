"""What the studio keeps of a person: all of it to take along."""

from collections.abc import Generator, Iterator
from threading import Lock

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from accounts.models import TrailEvent
from studio.services import takeout
from studio.views import zips
from studio.views.htmx import StudioRequest

RUNNING = "Your data is being downloaded already. Try again when that has ended."
AT_WORK: set[int] = set()  # the people whose data this process sends now
_lock = Lock()


@require_safe
def index(request: StudioRequest) -> HttpResponse:
    return render(request, "my_data/index.html", {"counts": takeout.counts(request.user)})


@require_POST
def export(request: StudioRequest) -> HttpResponseBase:
    """One zip at a time for each person, and in one of the places that all zips share."""
    if not _begin(request.user.pk):
        messages.error(request, RUNNING)
        return redirect("my_data")
    if not zips.PLACES.acquire(blocking=False):
        AT_WORK.discard(request.user.pk)
        messages.error(request, zips.BUSY)
        return redirect("my_data")
    sending = _Sending(takeout.stream(request.user), request.user.pk)
    try:
        with transaction.atomic():
            TrailEvent.objects.write(TrailEvent.What.EXPORT, by=request.user, about=request.user, what="own")
    except BaseException:
        sending.close()
        raise
    headers = {**zips.HEADERS, "Content-Disposition": str(content_disposition_header(True, _filename()))}
    return StreamingHttpResponse(sending, headers=headers)


def _begin(person: int) -> bool:
    with _lock:
        is_free = person not in AT_WORK
        AT_WORK.add(person)
        return is_free


def _filename() -> str:
    return f"My data, {timezone.localdate():%Y-%m-%d}.zip"


class _Sending:
    """The zip in its place; closing gives that back, also when it never ran."""

    def __init__(self, parts: Generator[bytes, None, None], person: int) -> None:
        self._parts = parts
        self._person: int | None = person

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._parts)

    def close(self) -> None:
        self._parts.close()
        if self._person is not None:
            AT_WORK.discard(self._person)
            self._person = None
            zips.PLACES.release()
