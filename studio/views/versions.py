"""The versions of a sheet: its history, one version beside another, and the way back to it."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from studio.models import Clip, LyricRevision, LyricSheet
from studio.services import lyrics
from studio.views import access, diffs
from studio.views.htmx import StudioRequest, whole_number

PAGE = 30
RECENT = 10  # versions beside the text; the history has them all
CHOICES = 30  # newest ones, and as many before it, that a version can be compared with


@require_safe
def history(request: StudioRequest, sheet_id: int) -> HttpResponse:
    """All versions, the newest first; `?before=` goes on below that number."""
    sheet = access.sheet_for(request.user, sheet_id, "see")
    revisions = sheet.revisions.select_related("created_by").defer("text", "sound")
    before = whole_number(request.GET.get("before", ""))
    rows = list(
        with_songs(revisions if before is None else revisions.filter(number__lt=before), request.user)[
            : PAGE + 1
        ]
    )
    context = {
        **about(request, sheet),
        "versions": rows[:PAGE],
        "earlier": rows[PAGE - 1].number if len(rows) > PAGE else None,
    }
    return render(request, "lyrics/history.html", context)


def about(request: StudioRequest, sheet: LyricSheet) -> dict[str, Any]:
    """What the pages of one sheet have in common."""
    return {
        "sheet": sheet,
        "project": sheet.project,
        "newest": sheet.revisions.select_related("created_by").first(),
        "refusal": access.reason_not_to(request.user, sheet.project, "edit"),
    }


def beside(request: StudioRequest, sheet: LyricSheet) -> dict[str, Any]:
    """What `lyrics/_versions.html` shows."""
    revisions = sheet.revisions.select_related("created_by").defer("text", "sound")
    return {**about(request, sheet), "versions": list(with_songs(revisions, request.user)[:RECENT])}


def with_songs(revisions: QuerySet[LyricRevision], user: User) -> QuerySet[LyricRevision]:
    """`songs` on each: how many of the songs that this person sees sing it."""
    seen = Clip.objects.visible_to(user).filter(binned_at=None, purged_at=None)
    singing = seen.filter(task__lyric_revision=OuterRef("pk")).order_by().values("task__lyric_revision")
    count = Subquery(singing.annotate(count=Count("pk")).values("count"), output_field=IntegerField())
    return revisions.annotate(songs=Coalesce(count, 0))


def page(request: StudioRequest, sheet: LyricSheet, number: int) -> HttpResponse:
    """One version, and what changed from another one to it: from the one before, or from `?against=`."""
    revisions = with_songs(sheet.revisions.select_related("created_by"), request.user)
    shown = get_object_or_404(revisions, number=number)
    against = whole_number(request.GET.get("against", ""))
    number = number - 1 if against is None else against
    other = sheet.revisions.select_related("created_by").filter(number=number).first()
    if other is None and against is not None:
        raise Http404
    older, newer = sorted((other or shown, shown), key=lambda each: each.number)
    parts = diffs.stretches(older.text, newer.text) if other else []
    context = {
        **about(request, sheet),
        "shown": shown,
        "other": other,
        "older": older,
        "newer": newer,
        "stretches": parts,
        "differs": diffs.differs(parts),
        "choices": _choices(sheet, shown, other),
    }
    return render(request, "lyrics/version.html", context)


def _choices(sheet: LyricSheet, shown: LyricRevision, other: LyricRevision | None) -> list[LyricRevision]:
    """What it can be compared with: the newest ones, those before it, and what it is compared with now."""
    listed = sheet.revisions.select_related("created_by").defer("text", "sound").exclude(pk=shown.pk)
    near = [*listed[:CHOICES], *listed.filter(number__lt=shown.number)[:CHOICES], other]
    by_number = {each.number: each for each in near if each and each.pk != shown.pk}
    return sorted(by_number.values(), key=lambda each: -each.number)


@require_POST
def bring_back(request: StudioRequest, sheet_id: int, number: int) -> HttpResponse:
    sheet = access.sheet_for(request.user, sheet_id, "edit")
    try:
        revision = lyrics.bring_back(sheet, number, by=request.user)
    except LyricRevision.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, f"Version {number} is back, as version {revision.number}.")
    return redirect("lyric_sheet", sheet.pk)
