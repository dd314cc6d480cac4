"""Lyric sheets: the lists of them, and the order for a text."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from studio.forms import WriteLyricsForm
from studio.models import LyricSheet, Project, Task
from studio.models.clock import db_now
from studio.models.lyrics import LyricSheetQuerySet
from studio.services import lyrics
from studio.views import access, cards, line_comments, orders, proposals
from studio.views.htmx import StudioRequest, fragments, is_fragment, whole_number

OPERATION = "make_lyrics"
PAGE = 30
LONGEST_QUERY = 200
AT_WORK = 12
FAILED_LATELY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@require_safe
def index(request: StudioRequest) -> HttpResponse:
    """All sheets the person may see, whichever project they are in."""
    context = {
        **_listed(request, LyricSheet.objects.visible_to(request.user)),
        "projects": Project.objects.editable_by(request.user),
        **line_comments.mentions(request),
    }
    return render(request, "lyrics/index.html", context)


# -- The sheets of a project, and the order for another ---------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def project(request: StudioRequest, project_id: int) -> HttpResponse:
    project = access.project_for(request.user, project_id, "order" if request.method == "POST" else "see")
    if request.method != "POST":
        return _project_page(request, project, proposals.order_form(initial=proposals.asked_before(request)))
    form = proposals.order_form(request.POST)
    if not form.is_valid() or not orders.place(request, project, form):
        return _project_page(request, project, form)
    if not is_fragment(request):
        return redirect("project_lyrics", project.pk)
    context = _project_context(request, project, proposals.order_form(initial={"provider": form.chosen}))
    return fragments(
        request,
        ("lyrics/_write.html", context),
        ("lyrics/_sheets.html", {**context, "oob": True}),
        ("credits/_pill.html", {"oob": True}),
    )


def _project_page(request: StudioRequest, project: Project, form: WriteLyricsForm) -> HttpResponse:
    template = "lyrics/_write.html" if form.is_bound and is_fragment(request) else "lyrics/project.html"
    context = _project_context(request, project, form)
    return render(request, template, context, status=422 if form.is_bound else 200)


def _project_context(request: StudioRequest, project: Project, form: WriteLyricsForm) -> dict[str, object]:
    return {
        "project": project,
        "form": form,
        "refusal": access.reason_not_to(request.user, project, "order"),
        "cards": cards.build(_at_work(project), request.user),
        **_listed(request, LyricSheet.objects.filter(project=project)),
    }


def _at_work(project: Project) -> list[Task]:
    """The orders whose outcome is not among the sheets: they move, or failed lately."""
    failed = Q(status=Task.Status.FAILED, ended_at__gt=db_now() - FAILED_LATELY)
    orders = Task.objects.filter(Q(status__in=Task.MOVING) | failed, project=project, operation=OPERATION)
    return list(orders.for_card().order_by("-pk")[:AT_WORK])


def _listed(request: StudioRequest, sheets: LyricSheetQuerySet) -> dict[str, object]:
    """A page of the sheets that are asked for; `older` is the mark of its last one when there are more.

    `asked` is what the address of the next page repeats of this one's.
    """
    query, away = request.GET.get("q", "")[:LONGEST_QUERY].strip(), request.GET.get("away") == "1"
    chosen = lyrics.matching(sheets.exclude(archived_at=None) if away else sheets.kept(), query)
    rows = list(_older_than(lyrics.with_newest(chosen), request.GET.get("before", ""))[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    moment = (last.changed_at - EPOCH) // MICROSECOND if last else 0
    asked = urlencode({**({"q": query} if query else {}), **({"away": 1} if away else {})})
    return {
        "sheets": rows[:PAGE],
        "older": f"{moment}-{last.pk}" if last else "",
        "query": query,
        "away": away,
        "asked": asked,
        # Else nobody would find the way to them from an empty page.
        "only_away": not (rows or query or away) and sheets.exclude(archived_at=None).exists(),
    }


def _older_than(sheets: LyricSheetQuerySet, mark: str) -> LyricSheetQuerySet:
    """What follows the sheet with this mark; a mark that can't be read is the first page's."""
    moment, pk = (whole_number(part) for part in (*mark.split("-", 1), "")[:2])
    if moment is None or pk is None:
        return sheets
    try:
        at = EPOCH + moment * MICROSECOND
    except OverflowError:
        return sheets
    return sheets.filter(Q(changed_at__lt=at) | Q(changed_at=at, pk__lt=pk))
