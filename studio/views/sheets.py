"""One lyric sheet: how it is begun, the page to write on, saving, and what is told about it."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseLocation, reswap, retarget

from studio.errors import Refusal
from studio.forms import AboutForm, NewSheetForm, SheetForm
from studio.forms.sheets import LANGUAGES, SHOWN
from studio.models import LyricRevision, LyricSheet
from studio.services import drafts, lyrics, providers
from studio.views import access, line_comments, merges, proposals, sung, versions
from studio.views import drafts as drafts_shown
from studio.views.htmx import StudioRequest, fragments, is_fragment, whole_number
from studio.views.kept import keeps


@require_http_methods(["GET", "HEAD", "POST"])
@keeps("text")
def new(request: StudioRequest, project_id: int) -> HttpResponse:
    project = access.project_for(request.user, project_id, "edit")
    form = NewSheetForm(request.POST, request.FILES) if request.method == "POST" else NewSheetForm()
    if form.is_bound and form.is_valid():
        sheet = lyrics.create_once(project=project, by=request.user, **form.cleaned_data)
        return redirect("lyric_sheet", sheet.pk)
    context = {"project": project, "form": form, "limit": _limit(), "refusal": "", "languages": LANGUAGES}
    return render(request, "lyrics/new.html", context, status=422 if form.is_bound else 200)


@require_POST
def of_clip(request: StudioRequest, clip_id: int) -> HttpResponse:
    """To the sheet of the words that a song sings; it is made where there is none."""
    clip = access.clip_for(request.user, clip_id)
    access.check(request.user, clip.project, "edit")
    if not clip.lyrics.strip():
        messages.error(request, "This song has no words that are written down.")
        return redirect("clip", clip.pk)
    try:
        return redirect("lyric_sheet", lyrics.of_clip(clip, by=request.user).pk)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("clip", clip.pk)


# -- The page, and saving ---------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@keeps("text")
def sheet(request: StudioRequest, sheet_id: int) -> HttpResponse:
    """The page to write on; with `?version=` that version, to read."""
    sheet = access.sheet_for(request.user, sheet_id, "edit" if request.method == "POST" else "see")
    if request.method == "POST":
        return _save(request, sheet)
    number = whole_number(request.GET.get("version", ""))
    if number is not None:
        return versions.page(request, sheet, number)
    context = _context(request, sheet)
    return render(request, "lyrics/sheet.html", {**context, "form": _begun(sheet, context)})


def _begun(sheet: LyricSheet, context: dict[str, Any]) -> SheetForm:
    """The newest version to go on with, or the draft that was asked for."""
    newest, draft = context["newest"], context["opened"]
    title = {"title": sheet.title, "title_shown": sheet.title}
    if draft:
        words = {"text": draft.text, "base": draft.base}
        return SheetForm(initial={**title, **words, "title": draft.title or sheet.title})
    return SheetForm(initial={**title, "text": newest.text, "base": newest.number})


def _save(request: StudioRequest, sheet: LyricSheet) -> HttpResponse:
    form = SheetForm(request.POST)
    if not form.is_valid():
        return _not_saved(request, sheet, form)
    data = dict(form.cleaned_data)
    key = data.pop("draft_key")
    try:
        revision = lyrics.save(sheet, by=request.user, **data)
    except lyrics.SavedMeanwhile as meanwhile:
        mine = merges.Mine.of(data, data["text"], key)
        return merges.conflict(request, sheet, mine, message=meanwhile.message)
    except lyrics.ChangedMeanwhile as meanwhile:
        _tell(request, sheet, form, meanwhile)
        return _not_saved(request, sheet, form)
    drafts.forget(revision.sheet, request.user, key)
    sings = request.POST.get("then") == "sing"
    if not is_fragment(request):
        return redirect(_song_of(revision) if sings else reverse("lyric_sheet", args=[sheet.pk]))
    if sings:
        return _led_to(_song_of(revision))
    return _saved(request, sheet, form, revision)


def _led_to(address: str) -> HttpResponse:
    """The whole page there, from its top, as if a link had been followed."""
    swap: Any = "outerHTML show:window:top"
    boosted = {"HX-Boosted": "true"}
    return HttpResponseLocation(address, target="#page", select="#page", swap=swap, headers=boosted)


def _song_of(revision: LyricRevision) -> str:
    sheet = revision.sheet
    return f"{reverse('new_song', args=[sheet.project_id])}?sheet={sheet.pk}&version={revision.number}"


def _saved(
    request: StudioRequest, sheet: LyricSheet, form: SheetForm, revision: LyricRevision
) -> HttpResponse:
    """Only what is around the text, so that whoever goes on typing is not disturbed."""
    context = versions.beside(request, sheet)
    # Where only the title was changed, the page may still show a text older than the newest one.
    base = revision.number if revision.text == form.cleaned_data["text"] else form.cleaned_data["base"]
    context |= {"base": base, "title_shown": revision.sheet.title, "oob": True}
    return fragments(request, ("lyrics/_saved.html", context), ("lyrics/_versions.html", context))


def _not_saved(request: StudioRequest, sheet: LyricSheet, form: SheetForm) -> HttpResponse:
    context = {**_context(request, sheet), "form": form}
    if not is_fragment(request):
        return render(request, "lyrics/sheet.html", context, status=422)
    parts = ("lyrics/_sheet.html", context), ("lyrics/_versions.html", {**context, "oob": True})
    return reswap(retarget(fragments(request, *parts, status=422), "#sheet"), "outerHTML")


def _context(request: StudioRequest, sheet: LyricSheet) -> dict[str, Any]:
    return {
        **versions.beside(request, sheet),
        "limit": _limit(),
        **proposals.context(request, sheet),
        **line_comments.context(request, sheet),
        **sung.context(request, sheet),
        **drafts_shown.context(request, sheet),
    }


def _limit() -> int:
    """How many characters the first provider sings in one song; 0 when none is known."""
    for provider in providers.offering("create_music").values():
        field = provider.operation("create_music").field("lyrics")
        return field.max_length if field else 0
    return 0


# -- What is told about it --------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@keeps("notes")
def about(request: StudioRequest, sheet_id: int) -> HttpResponse:
    sheet = access.sheet_for(request.user, sheet_id, "edit")
    form = AboutForm(request.POST) if request.method == "POST" else AboutForm.of(sheet)
    if form.is_bound and form.is_valid() and _describe(request, sheet, form):
        messages.success(request, "Saved.")
        return redirect("lyric_sheet", sheet.pk)
    context = {"sheet": sheet, "project": sheet.project, "form": form, "languages": LANGUAGES}
    return render(request, "lyrics/about.html", context, status=422 if form.is_bound else 200)


def _describe(request: StudioRequest, sheet: LyricSheet, form: AboutForm) -> bool:
    """Keep what was typed; a refusal becomes an error of the form."""
    try:
        lyrics.describe(sheet, **form.cleaned_data)
    except lyrics.ChangedMeanwhile as meanwhile:
        _tell(request, sheet, form, meanwhile)
    return not form.errors


def _tell(request: StudioRequest, sheet: LyricSheet, form: Form, meanwhile: lyrics.ChangedMeanwhile) -> None:
    """Both are on the screen now: what is sent next is what the person wants."""
    field = meanwhile.field
    sheet.refresh_from_db(fields=["title", "language", "notes"])
    form.add_error(field, meanwhile.message)
    form.data = {**request.POST.dict(), SHOWN[field]: getattr(sheet, field)}


@require_POST
def put_away(request: StudioRequest, sheet_id: int) -> HttpResponse:
    """Out of the lists; with `back` in the form it returns to them."""
    sheet = access.sheet_for(request.user, sheet_id, "edit")
    if "back" in request.POST:
        lyrics.take_out(sheet)
        messages.success(request, f"{sheet} is in the lists again.")
        return redirect("lyric_sheet", sheet.pk)
    lyrics.put_away(sheet)
    messages.success(request, f"{sheet} is put away.", extra_tags=request.path)
    return redirect("project_lyrics", sheet.project_id)
