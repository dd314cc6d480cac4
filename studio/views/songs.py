"""New song: the form, and the order it makes."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from studio.errors import Refusal
from studio.forms import SongForm
from studio.models import Project, Task
from studio.services import media, providers, sung
from studio.views import access, cards, orders
from studio.views.htmx import StudioRequest, fragments, is_fragment, whole_number

NEWEST = 12
OPERATION = "create_music"


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: StudioRequest, project_id: int) -> HttpResponse:
    project = access.project_for(request.user, project_id, "order")
    if not _offered():
        raise PermissionDenied("No provider that makes songs is switched on.")
    if request.method != "POST":
        return _page(request, project, SongForm(initial=_initial(request), offered=_offered()))
    form = SongForm(request.POST, offered=_offered())
    ordered = _order(request, project, form) if form.is_valid() else None
    if ordered is None:
        return _page(request, project, form)
    if not is_fragment(request):
        if ordered.unsaved:
            messages.warning(request, ordered.unsaved)
        return redirect("project", project.pk)
    # The form stays as it was, ready for another order; only its key is new, and the version its words are.
    now = {"revision": ordered.revision.pk} if ordered.revision else {}
    again = SongForm(initial={**form.values(), **now}, offered=_offered())
    context = {**_context(request, project, again), "unsaved": ordered.unsaved}
    return fragments(
        request,
        ("songs/_form.html", context),
        ("songs/_newest.html", {**context, "oob": True}),
        ("credits/_pill.html", {"oob": True}),
    )


def _offered() -> dict[str, Any]:
    return providers.offering(OPERATION)


def _order(request: StudioRequest, project: Project, form: SongForm) -> sung.Ordered | None:
    """Place the order; a refusal becomes an error of the form."""
    if media.storage_is_full():
        form.add_error(None, "The studio's storage is full. Nothing was charged; an owner has to make room.")
        return None
    if reason := providers.is_offered(form.cleaned_data["provider"], OPERATION):
        form.add_error("provider", reason)
        return None
    try:
        return sung.order(
            access.revision_for(request.user, form.cleaned_data["revision"]),
            project=project,
            by=request.user,
            operation=OPERATION,
            parent=Task.objects.visible_to(request.user).filter(pk=form.cleaned_data["again"]).first(),
            **form.order(),
        )
    except Refusal as refusal:
        orders.refused(form, refusal)
        return None


def _initial(request: StudioRequest) -> dict[str, object]:
    """An earlier order's fields, or a lyric sheet's; and the provider, when the form asks about another."""
    provider = request.GET.get("provider", "")
    return {
        **_again(request),
        **_sheet(request),
        **({"provider": provider} if provider in _offered() else {}),
    }


def _again(request: StudioRequest) -> dict[str, object]:
    """The fields of an earlier order, for "Try again", "Use again" (`takes=` as many as it had) and "Another
    take" (an empty `seed=`)."""
    again = whole_number(request.GET.get("again", ""))
    if again is None:
        return {}
    task = access.task_for(request.user, again, "see")
    takes = whole_number(request.GET.get("takes", "")) or 1
    return SongForm.values_of(task, takes, new_seed=request.GET.get("seed") == "")


def _sheet(request: StudioRequest) -> dict[str, object]:
    """The words of a lyric sheet, for "Sing it", and the sound that was proposed with them."""
    number = whole_number(request.GET.get("sheet", ""))
    if number is None:
        return {}
    sheet = access.sheet_for(request.user, number, "see")
    version = whole_number(request.GET.get("version", ""))
    revision = sheet.revisions.filter(**({} if version is None else {"number": version})).first()
    if revision is None:
        raise Http404
    words: dict[str, object] = {"start": "lyrics", "title": sheet.title, "lyrics": revision.text}
    words["revision"] = revision.pk
    return {**words, "sound": revision.sound} if revision.sound else words


def _page(request: StudioRequest, project: Project, form: SongForm) -> HttpResponse:
    template = "songs/_form.html" if is_fragment(request) else "songs/new.html"
    return render(request, template, _context(request, project, form), status=422 if form.is_bound else 200)


def _context(request: StudioRequest, project: Project, form: SongForm) -> dict[str, object]:
    newest = Task.objects.filter(project=project).of_a_library().for_card().order_by("-pk")[:NEWEST]
    projects = Project.objects.editable_by(request.user)
    return {
        "project": project,
        "projects": projects,
        "form": form,
        "begun_with": access.revision_for(request.user, whole_number(str(form["revision"].value() or ""))),
        "cards": cards.build(newest, request.user),
    }
