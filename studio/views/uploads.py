"""Recordings that people bring: the forms, and the address at which a provider fetches a file."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from studio.audio.ffmpeg import FfmpegTimeout
from studio.audio.files import seal
from studio.audio.media_types import M4A, MP3, WAV
from studio.audio.verify import AudioFacts, Damaged, verify_audio
from studio.errors import Refusal
from studio.forms import ImportForm, UploadForm
from studio.models import Project
from studio.services import media, providers, tasks, uploads
from studio.services.uploads import NotTaken, Recording
from studio.views import access, orders
from studio.views.htmx import StudioRequest, whole_number
from studio.views.media import send

ACCEPTED = (MP3, M4A, WAV)
FULL = "The studio's storage is full. Nothing was charged; an owner has to make room."
OFF = "No provider that gives out songs is switched on. An owner switches it on with its key."


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: StudioRequest, project_id: int) -> HttpResponse:
    project = access.project_for(request.user, project_id, "order")
    offered = providers.offering(uploads.OPERATION)
    if not offered:
        raise Http404
    if request.method != "POST":
        initial = {"provider": request.GET.get("provider", ""), **_again(request, uploads.OPERATION)}
        form = UploadForm(initial=initial, offered=offered)
        return _upload_page(request, project, form)
    form = UploadForm(request.POST, request.FILES, offered=offered)
    if form.is_valid() and _done(form, lambda: _upload(request, project, form)):
        return redirect("project", project.pk)
    return _upload_page(request, project, form)


def _again(request: StudioRequest, operation: str) -> dict[str, object]:
    """What an earlier order asked for, for "Try again"; a file has to be chosen anew."""
    again = whole_number(request.GET.get("again", ""))
    if again is None:
        return {}
    task = access.task_for(request.user, again, "see")
    # An address may hold a secret: it goes back to who entered it, and to nobody else.
    if task.operation != operation or task.created_by != request.user:
        return {}
    return {**task.params, "provider": task.provider}


def _done(form: UploadForm | ImportForm, order: Callable[[], None]) -> bool:
    """Place the order; a refusal becomes an error of the form."""
    if media.storage_is_full():
        form.add_error(None, FULL)
        return False
    try:
        order()
    except Refusal as refusal:
        orders.refused(form, refusal)
    return not form.errors


def _upload(request: StudioRequest, project: Project, form: UploadForm) -> None:
    """Order what a valid form asks for, or tell the form what is in the way. Raises Refusal."""
    data = form.cleaned_data
    common = {"project": project, "by": request.user, "form_key": data["form_key"]}
    if reason := providers.is_offered(data["provider"], uploads.OPERATION):
        form.add_error("provider", reason)
    elif file := data["file"]:
        if reason := uploads.why_no_file(data["provider"]):
            raise NotTaken(reason)
        uploads.order(recording=_recording(file, form.title), provider=data["provider"], **common)
    elif reason := uploads.why_not_from(data["audio_url"]):
        form.add_error("audio_url", reason)
    else:
        params = {"audio_url": data["audio_url"], "title": form.title}
        tasks.order(operation=uploads.OPERATION, provider=data["provider"], params=params, **common)


def _recording(file: TemporaryUploadedFile, title: str) -> Recording:
    """What the file is, after all of it was looked at. Raises NotTaken with a reason for the person."""
    path = Path(file.temporary_file_path())
    facts = _facts(path)
    if facts.media_type not in ACCEPTED:
        raise NotTaken(f"This is a {facts.media_type.name} file. An mp3, m4a or wav is taken.")
    if facts.duration > settings.UPLOAD_MAX_SECONDS:
        minutes, limit = facts.duration / 60, settings.UPLOAD_MAX_SECONDS // 60
        raise NotTaken(f"This recording lasts {minutes:.0f} minutes; at most {limit} are taken.")
    path.chmod(0o644)  # temporary files are for one person alone, and nginx is another one
    size, sha256 = seal(path)
    kind = facts.media_type
    return Recording(path, title, kind.content_type, kind.extension, size, sha256, facts.duration)


def _facts(path: Path) -> AudioFacts:
    try:
        return verify_audio(path, expected_seconds=None)
    except Damaged as error:
        raise NotTaken(f"This file can't be taken. {error}") from error
    except FfmpegTimeout as error:
        raise NotTaken("It took too long to look through this file. Try once more.") from error


def _upload_page(request: StudioRequest, project: Project, form: UploadForm) -> HttpResponse:
    context = {
        "project": project,
        "form": form,
        "no_file": uploads.why_no_file(form.chosen.name),
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "max_megabytes": settings.UPLOAD_MAX_BYTES // 10**6,
        "max_minutes": settings.UPLOAD_MAX_SECONDS // 60,
    }
    return render(request, "uploads/new.html", context, status=422 if form.is_bound else 200)


@login_not_required
@require_safe
def file(request: HttpRequest, token: str, filename: str = "") -> HttpResponseBase:
    """The bytes, for whoever has an address of ours that has not expired: that is the provider."""
    found = uploads.at(token)
    if found is None:
        raise Http404
    # Nobody says whether a provider follows a redirect, nor how long it waits before it fetches.
    return send(request, found, found.title, download=False, may_redirect=False)


# -- Songs of an account elsewhere -----------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: StudioRequest, project_id: int) -> HttpResponse:
    project = access.project_for(request.user, project_id, "order")
    provider = uploads.importer()
    if provider is None:
        context = {"title": "Nothing to import from", "text": OFF}
        return render(request, "errors/error.html", context, status=404)
    operation = provider.operation("download")
    given = request.POST if request.method == "POST" else None
    form = ImportForm(given, initial=_again(request, operation.name), operation=operation)
    refusal = providers.is_offered(provider.name, operation.name)

    def order() -> None:
        if reason := uploads.why_not_import(project, provider.name, form.cleaned_data["id"]):
            form.add_error("id", reason)
            return
        given = {"project": project, "by": request.user, "form_key": form.cleaned_data["form_key"]}
        tasks.order(provider=provider.name, operation=operation.name, params=form.params(), **given)

    if form.is_bound and not refusal and form.is_valid() and _done(form, order):
        return redirect("project", project.pk)
    about = {"project": project, "form": form, "provider": provider, "off": refusal}
    return render(request, "uploads/import.html", about, status=422 if form.is_bound else 200)
