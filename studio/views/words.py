"""Change some lines of a song: which ones, when they are sung, and the order for that part."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from studio.errors import Refusal
from studio.forms.words import NewLinesForm, WordsForm
from studio.models import Clip, LyricRevision, Task
from studio.services import media, words
from studio.text.parts import named, parts, taken
from studio.text.sections import lines_of
from studio.views import access, offers, orders
from studio.views.clips import FULL
from studio.views.htmx import StudioRequest, whole_number

OPERATION = "replace_music"
Form = WordsForm | NewLinesForm


@dataclass(frozen=True)
class Picked:
    """Lines of what a song sings, counted from 1."""

    first: int
    last: int
    words: str

    @property
    def name(self) -> str:
        return named(self.first, self.last)

    @property
    def query(self) -> str:
        return f"?from={self.first}&to={self.last}"


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: StudioRequest, clip_id: int) -> HttpResponse:
    clip = access.clip_for(request.user, clip_id)
    access.check(request.user, clip.project, "order")
    offer = offers.offer(clip, OPERATION, "")
    if offer is None:
        raise Http404
    text = words.sung_by(clip)
    picked = _picked(request, text)
    if picked is None or clip.binned_at or clip.final_at:
        asked = request.method == "POST" or "from" in request.GET
        return _page(request, offer, text, status=422 if asked else 200)
    span = words.span_of(clip, text, picked.first, picked.last)
    form = _form(request, offer, picked, span)
    done = _sent(request, clip, form, picked) if form.is_bound and form.is_valid() else None
    return done or _page(request, offer, text, picked, span, form, 422 if form.is_bound else 200)


def _picked(request: StudioRequest, text: str) -> Picked | None:
    """The lines of `?from=5&to=8`, whichever comes first; None unless the song has them."""
    numbers = [whole_number(request.GET.get(name, "")) for name in ("from", "to")]
    given = sorted(number for number in numbers if number is not None)
    if len(given) < 2 or not 1 <= given[0] <= given[1] <= len(lines_of(text)):
        return None
    lines = taken(text, *given)
    return Picked(given[0], given[1], lines) if lines.strip() else None


def _form(request: StudioRequest, offer: offers.Offer, picked: Picked, span: words.Span) -> Form:
    sent = (request.POST,) if request.method == "POST" else ()
    if offer.reason:
        return NewLinesForm(*sent, initial={"lyrics": picked.words})
    initial = {"lyrics": picked.words, "starts_at": span.start, "ends_at": span.end}
    return WordsForm(*sent, initial=initial, operation=offer.operation, clip=offer.clip)


def _sent(request: StudioRequest, clip: Clip, form: Form, picked: Picked) -> HttpResponse | None:
    change = words.Change(picked.first, picked.last, form.cleaned_data["lyrics"])
    if isinstance(form, WordsForm):
        return _ordered(request, clip, form, change)
    return _kept(request, clip, form, change)


def _ordered(
    request: StudioRequest, clip: Clip, form: WordsForm, change: words.Change
) -> HttpResponse | None:
    """Keep the words and order the part; a refusal becomes an error of the form."""
    if media.storage_is_full():
        form.add_error(None, FULL)
        return None
    repeated = Task.objects.visible_to(request.user).filter(pk=form.cleaned_data["again"], source=clip)
    order = {**form.order(), "parent": repeated.first()}
    try:
        kept = words.replace(clip, change, by=request.user, order=order)
    except Refusal as refusal:
        orders.refused(form, refusal)
        return None
    where = f" Version {kept.revision.number} of {kept.revision.sheet} keeps the words." if kept else ""
    messages.success(request, f"Replace part: ordered. It appears here when it is ready.{where}")
    _tell_of_clash(request, kept)
    return redirect("clip", clip.pk)


def _kept(request: StudioRequest, clip: Clip, form: Form, change: words.Change) -> HttpResponse | None:
    """Keep the words, and go on to the form of a new song that sings them."""
    try:
        kept = words.keep(clip, change, by=request.user)
    except Refusal as refusal:
        orders.refused(form, refusal)
        return None
    _tell_of_clash(request, kept)
    return redirect(_new_song(clip, kept.revision))


def _new_song(clip: Clip, revision: LyricRevision) -> str:
    again = {"again": clip.task_id} if clip.task and clip.task.operation == "create_music" else {}
    query = urlencode({"sheet": revision.sheet_id, "version": revision.number, **again})
    return f"{reverse('new_song', args=[clip.project_id])}?{query}"


def _tell_of_clash(request: StudioRequest, kept: words.Kept | None) -> None:
    if kept and kept.aside:
        messages.warning(
            request,
            f"Version {kept.aside.number} of {kept.revision.sheet} had changed the same lines. "
            f"Your words are version {kept.revision.number}, put into what the song sings; "
            f"version {kept.aside.number} is in the history.",
        )


def _page(
    request: StudioRequest,
    offer: offers.Offer,
    text: str,
    picked: Picked | None = None,
    span: words.Span | None = None,
    form: Form | None = None,
    status: int = 200,
) -> HttpResponse:
    clip = offer.clip
    context = {
        "clip": clip,
        "project": clip.project,
        "offer": offer,
        "parts": parts(text),
        "picked": picked,
        "span": span,
        "form": form,
        "can_replace": not offer.reason,
        "refused": status == 422 and form is None and not clip.binned_at and not clip.final_at,
        "action": f"{reverse('clip_words', args=[clip.pk])}{picked.query if picked else ''}",
    }
    return render(request, "words/edit.html", context, status=status)
