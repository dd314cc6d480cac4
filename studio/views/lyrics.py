"""Lyric sheets: the lists, the order for a text, and the page to write on."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseLocation, reswap, retarget

from studio.errors import Refusal
from studio.forms import NewSheetForm, SheetForm, WriteLyricsForm
from studio.models import LyricRevision, LyricSheet, Project, Task
from studio.models.clock import db_now
from studio.models.lyrics import LyricSheetQuerySet
from studio.services import lyrics, providers, tasks
from studio.views import access, cards
from studio.views.htmx import StudioRequest, fragments, is_fragment, whole_number

OPERATION = "make_lyrics"
PAGE = 30
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
    }
    return render(request, "lyrics/index.html", context)


# -- The sheets of a project, and the order for another ---------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def project(request: StudioRequest, project_id: int) -> HttpResponse:
    project = access.project_for(request.user, project_id, "order" if request.method == "POST" else "see")
    if request.method != "POST":
        return _project_page(request, project, _form(initial=_initial(request)))
    form = _form(request.POST)
    if not form.is_valid() or not _order(request, project, form):
        return _project_page(request, project, form)
    if not is_fragment(request):
        return redirect("project_lyrics", project.pk)
    context = _project_context(request, project, _form(initial={"provider": form.chosen}))
    return fragments(
        request,
        ("lyrics/_write.html", context),
        ("lyrics/_sheets.html", {**context, "oob": True}),
        ("credits/_pill.html", {"oob": True}),
    )


def _form(*args: Any, **kwargs: Any) -> WriteLyricsForm:
    """The order form, with the providers that would take it now or the reason why none would."""
    offering = providers.offering(OPERATION)
    reasons = {name: providers.is_offered(name, OPERATION) for name in offering}
    offered = {name: provider for name, provider in offering.items() if not reasons[name]}
    nobody = "No provider that is switched on writes lyrics. You can write them by hand."
    why_not = "" if offered else next(iter(reasons.values()), nobody)
    return WriteLyricsForm(*args, offered=offered, why_not=why_not, **kwargs)


def _initial(request: StudioRequest) -> dict[str, object]:
    """The provider whose price is asked for; the prompt of an earlier order, for "Try again"."""
    initial: dict[str, object] = {"provider": request.GET.get("provider", "")}
    if again := whole_number(request.GET.get("again", "")):
        task = access.task_for(request.user, again, "see")
        initial = {"provider": task.provider, "prompt": task.params.get("prompt", "")}
    return initial


def _order(request: StudioRequest, project: Project, form: WriteLyricsForm) -> bool:
    """Place the order; a refusal becomes an error of the form."""
    try:
        tasks.order(project=project, by=request.user, **form.order())
    except Refusal as refusal:
        form.add_error(refusal.field or None, refusal.message)
        return False
    return True


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
    """A page of sheets; `older` is the mark of its last one when there are more."""
    rows = list(_older_than(lyrics.with_newest(sheets), request.GET.get("before", ""))[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    moment = (last.changed_at - EPOCH) // MICROSECOND if last else 0
    return {"sheets": rows[:PAGE], "older": f"{moment}-{last.pk}" if last else ""}


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


# -- One sheet --------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: StudioRequest, project_id: int) -> HttpResponse:
    project = access.project_for(request.user, project_id, "edit")
    form = NewSheetForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return redirect(
            "lyric_sheet", lyrics.create_sheet(project=project, by=request.user, **form.cleaned_data).pk
        )
    context = {"project": project, "form": form, "limit": _limit(), "refusal": ""}
    return render(request, "lyrics/new.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: StudioRequest, sheet_id: int) -> HttpResponse:
    sheet = access.sheet_for(request.user, sheet_id, "edit" if request.method == "POST" else "see")
    if request.method == "POST":
        return _save(request, sheet)
    number = whole_number(request.GET.get("version", ""))
    if number is not None:
        revision = get_object_or_404(sheet.revisions.select_related("created_by"), number=number)
        return render(request, "lyrics/version.html", _sheet_context(request, sheet, shown=revision))
    context = _sheet_context(request, sheet)
    newest = context["newest"]
    initial = {"title": sheet.title, "text": newest.text, "base": newest.number}
    return render(request, "lyrics/sheet.html", {**context, "form": SheetForm(initial=initial)})


def _save(request: StudioRequest, sheet: LyricSheet) -> HttpResponse:
    form = SheetForm(request.POST)
    if not form.is_valid():
        return _not_saved(request, sheet, form)
    try:
        revision = lyrics.save(sheet, by=request.user, **form.cleaned_data)
    except lyrics.SavedMeanwhile as conflict:
        # Theirs is kept already; the next press of Save puts this text on top of it.
        on_top = SheetForm(initial={**form.cleaned_data, "base": conflict.newest.number})
        return _not_saved(request, sheet, on_top, conflict=conflict)
    sings = request.POST.get("then") == "sing"
    if not is_fragment(request):
        return redirect(_song_of(sheet)) if sings else redirect("lyric_sheet", sheet.pk)
    if sings:
        return _led_to(_song_of(sheet))
    return _saved(request, sheet, form, revision)


def _led_to(address: str) -> HttpResponse:
    """The whole page there, from its top, as if a link had been followed."""
    swap: Any = "outerHTML show:window:top"
    boosted = {"HX-Boosted": "true"}
    return HttpResponseLocation(address, target="#page", select="#page", swap=swap, headers=boosted)


def _saved(
    request: StudioRequest, sheet: LyricSheet, form: SheetForm, revision: LyricRevision
) -> HttpResponse:
    """Only what is around the text, so that whoever goes on typing is not disturbed."""
    context = _sheet_context(request, sheet)
    # Where only the title was changed, the page may still show a text older than the newest one.
    base = revision.number if revision.text == form.cleaned_data["text"] else form.cleaned_data["base"]
    context |= {"base": base, "oob": True}
    return fragments(request, ("lyrics/_saved.html", context), ("lyrics/_versions.html", context))


def _not_saved(
    request: StudioRequest,
    sheet: LyricSheet,
    form: SheetForm,
    conflict: lyrics.SavedMeanwhile | None = None,
) -> HttpResponse:
    context = {**_sheet_context(request, sheet), "form": form, "conflict": conflict}
    if not is_fragment(request):
        return render(request, "lyrics/sheet.html", context, status=422)
    parts = ("lyrics/_sheet.html", context), ("lyrics/_versions.html", {**context, "oob": True})
    return reswap(retarget(fragments(request, *parts, status=422), "#sheet"), "outerHTML")


def _sheet_context(
    request: StudioRequest, sheet: LyricSheet, shown: LyricRevision | None = None
) -> dict[str, Any]:
    revisions = sheet.revisions.select_related("created_by")
    before = whole_number(request.GET.get("before", ""))
    versions = list(
        (revisions if before is None else revisions.filter(number__lt=before)).defer("text")[: PAGE + 1]
    )
    return {
        "sheet": sheet,
        "project": sheet.project,
        "newest": revisions.first(),
        "shown": shown,
        "versions": versions[:PAGE],
        "earlier": versions[PAGE - 1].number if len(versions) > PAGE else None,
        "limit": _limit(),
        "refusal": access.reason_not_to(request.user, sheet.project, "edit"),
    }


def _song_of(sheet: LyricSheet) -> str:
    return f"{reverse('new_song', args=[sheet.project_id])}?sheet={sheet.pk}"


def _limit() -> int:
    """How many characters the first provider sings in one song; 0 when none is known."""
    for provider in providers.offering("create_music").values():
        field = provider.operation("create_music").field("lyrics")
        return field.max_length if field else 0
    return 0


@require_POST
def bring_back(request: StudioRequest, sheet_id: int, number: int) -> HttpResponse:
    sheet = access.sheet_for(request.user, sheet_id, "edit")
    try:
        revision = lyrics.bring_back(sheet, number, by=request.user)
    except LyricRevision.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, f"Version {number} is back, as version {revision.number}.")
    return redirect("lyric_sheet", sheet.pk)
