"""What is typed on a sheet and not saved: kept, gone on with in another window, discarded; and measured."""

import uuid
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from studio.errors import Refusal
from studio.forms import DraftForm
from studio.models import LyricDraft, LyricSheet
from studio.services import drafts
from studio.views import access
from studio.views.htmx import StudioRequest, whole_number


@require_POST
def keep(request: StudioRequest, sheet_id: int) -> HttpResponse:
    """204, or 422 with a sentence: a script sends it, and nothing of the page changes but one line."""
    sheet = access.sheet_for(request.user, sheet_id, "edit")
    form = DraftForm(request.POST)
    if not form.is_valid():
        return _refused(form.sentence)
    try:
        drafts.keep(sheet, by=request.user, **form.draft())
    except Refusal as refusal:
        return _refused(refusal.message)
    return HttpResponse(status=204)


def _refused(sentence: str) -> HttpResponse:
    return HttpResponse(sentence, status=422, content_type="text/plain; charset=utf-8")


@require_POST
def go_on(request: StudioRequest, sheet_id: int, draft_id: int) -> HttpResponse:
    """Open a draft of one's own here, also a discarded one; what this window held itself stays a draft."""
    sheet = access.sheet_for(request.user, sheet_id, "edit")
    page = reverse("lyric_sheet", args=[sheet.pk])
    if not drafts.take_over(sheet, request.user, draft_id):
        messages.warning(request, "That draft is gone: it was saved or discarded meanwhile.")
        return redirect(page)
    return redirect(f"{page}?draft={draft_id}")


@require_POST
def discard(request: StudioRequest, sheet_id: int) -> HttpResponse:
    """With the words that have not arrived here yet, where the form holds any that can be kept."""
    sheet = access.sheet_for(request.user, sheet_id, "edit")
    form = DraftForm(request.POST)
    words = form.draft() if form.is_valid() else {}
    words.pop("key", None)
    key = key_of(request)
    draft = drafts.discard(sheet, request.user, key, words) if key else None
    undo = reverse("lyric_draft_open", args=[sheet.pk, draft]) if draft else ""
    messages.success(request, "The draft is discarded.", extra_tags=undo)
    return redirect("lyric_sheet", sheet.pk)


@require_POST
def measure(request: StudioRequest) -> HttpResponse:
    """The margin of a text: its sections and syllables. Nothing is kept, and nobody else's is shown."""
    text = request.POST.get("text", "")
    language = request.POST.get("language", "")[:35]
    return render(request, "lyrics/_margin.html", {"text": text, "language": language})


def context(request: StudioRequest, sheet: LyricSheet) -> dict[str, Any]:
    """What the editor needs: the draft it was opened with, those of other windows, and this window's key.

    A script puts the key that the window had before in its place; without one each page is a window.
    """
    opened = _opened(request, sheet)
    waiting = drafts.unsaved(sheet, request.user)
    key = opened.key if opened else key_of(request) or uuid.uuid4()
    return {
        "opened": opened,
        "drafts": [each for each in waiting if each.key != key],
        "draft_key": key,
    }


def _opened(request: StudioRequest, sheet: LyricSheet) -> LyricDraft | None:
    """The draft in the address; one that is gone counts as none, and never is it somebody else's."""
    draft_id = whole_number(request.GET.get("draft", ""))
    asked = draft_id is not None and request.method in ("GET", "HEAD")
    return drafts.find(sheet, request.user, draft_id) if asked and draft_id is not None else None


def key_of(request: StudioRequest) -> UUID | None:
    """The window that a form was sent from."""
    try:
        return UUID(request.POST.get("draft_key", ""))
    except ValueError:
        return None
