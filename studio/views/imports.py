"""Files from the disk: the page, and the addresses at which a script announces them and sends their parts."""

import errno
import uuid
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from studio.errors import Refusal
from studio.forms import FileForm
from studio.models import Import, Project
from studio.services import imports, media, uploads
from studio.services.imports import WrongOffset
from studio.views import access, receiving
from studio.views.htmx import StudioRequest, is_fragment, whole_number

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
NOTHING = "Choose at least one recording."
TOO_LONG = "This part is longer than parts are taken."
BROKEN_OFF = "The connection broke before all of this part was here."


@require_http_methods(["GET", "HEAD", "POST"])
def files(request: StudioRequest, project_id: int) -> HttpResponse:
    project = access.project_for(request.user, project_id, "edit")
    if request.method != "POST":
        return _page(request, project)
    error = _bring(request, project)
    return _page(request, project, error) if error else redirect("import_files", project.pk)


def _bring(request: StudioRequest, project: Project) -> str:
    """Take what the plain form sent; what is wrong with one file stands beside it in the list."""
    found = request.FILES.getlist("files")
    if not found:
        return imports.FULL if media.storage_is_full() else NOTHING
    try:
        for file in found:
            assert isinstance(file, TemporaryUploadedFile)
            path = Path(file.temporary_file_path())
            name, size = file.name or "", file.size or 0
            imports.bring(project=project, by=request.user, filename=name, size=size, path=path)
    except Refusal as refusal:
        return refusal.message
    return ""


def _page(request: StudioRequest, project: Project, error: str = "") -> HttpResponse:
    rows = list(imports.of(project, request.user))
    context = {
        "project": project,
        "rows": rows,
        "waiting": any(row.status == Import.Status.WAITING for row in rows),
        "error": error,
        "max_bytes": settings.IMPORT_MAX_BYTES,
        "max_minutes": settings.IMPORT_MAX_SECONDS // 60,
        "part_bytes": settings.IMPORT_PART_BYTES,
        "elsewhere": uploads.importer(),
    }
    template = "imports/_list.html" if is_fragment(request) else "imports/files.html"
    return render(request, template, context, status=422 if error else 200)


@require_POST
def begin(request: StudioRequest, project_id: int) -> HttpResponse:
    """Announce a file: where its parts go, and how much of it is here already."""
    project = access.project_for(request.user, project_id, "edit")
    form = FileForm(request.POST)
    if not form.is_valid():
        return _refused(" ".join(str(line) for lines in form.errors.values() for line in lines))
    try:
        row = imports.begin(project=project, by=request.user, **form.cleaned_data)
    except Refusal as refusal:
        return _refused(refusal.message)
    return _refused(row.problem) if row.problem else _stands(row)


@require_POST
def part(request: StudioRequest, key: uuid.UUID) -> HttpResponse:
    """The bytes of a file from `offset` on, raw. 409 tells where it really goes on."""
    row = access.import_for(request.user, key)
    offset = whole_number(request.GET.get("offset", ""))
    length = whole_number(request.META.get("CONTENT_LENGTH") or "")
    if offset is None or not length:
        return _stands(row, status=409)
    if length > settings.IMPORT_PART_BYTES:
        return _refused(TOO_LONG, status=413)
    came = receiving.body(request, length)
    if came is None:
        return _refused(BROKEN_OFF, status=400)
    try:
        imports.append(row, offset, came)
    except WrongOffset:
        return _stands(row, status=409)
    except Import.DoesNotExist:  # it was put away meanwhile
        raise Http404 from None
    except Refusal as refusal:
        return _refused(refusal.message)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        return _refused(imports.FULL)
    return _stands(row)


@require_POST
def put_away(request: StudioRequest, key: uuid.UUID) -> HttpResponse:
    row = access.import_for(request.user, key)
    imports.put_away(row)
    return redirect("import_files", row.project_id)


def _stands(row: Import, status: int = 200) -> HttpResponse:
    whole = row.status in (Import.Status.WAITING, Import.Status.DONE)
    received = row.size if whole else row.received
    return JsonResponse({"received": received, "part": reverse("import_part", args=[row.key])}, status=status)


def _refused(why: str, status: int = 422) -> HttpResponse:
    return JsonResponse({"problem": why}, status=status)
