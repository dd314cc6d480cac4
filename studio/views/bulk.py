"""One thing done to many songs: to those whose boxes are ticked, or to everything that the library finds."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from studio.errors import Refusal
from studio.forms import BulkForm
from studio.models import Clip
from studio.models.clips import ClipQuerySet
from studio.services import bin, bulk, library, playlists, tags, takes
from studio.services.library import Filters
from studio.views import access
from studio.views.htmx import StudioRequest, back

MOST_BY_HAND = 500  # songs in one address
AT_ONCE = (2, 4)  # that are compared
ON_ALL_TAKES = ("tag", "untag", "bin", "zip")  # where a row of a folded list stands for its whole order
ON_FINAL = ("playlist",)  # which changes no song
NONE_LEFT = "None of these songs is in the library any more."


@require_POST
def change(request: StudioRequest) -> HttpResponse:
    """Whatever a person may not change is left out, and the message says how much that was."""
    if (act := request.POST.get("act", "").strip()) in VERBS:
        access.check_role(request.user)
    form = BulkForm(request.POST, user=request.user)
    if not form.is_valid():
        return _again(request, form)
    try:
        return LOOKS[act](request, form) if act in LOOKS else _change(request, form)
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _again(request, form)


def _again(request: StudioRequest, form: BulkForm) -> HttpResponse:
    """The form on a page of its own, under the address of the list: its own can't be reloaded."""
    context = {
        "form": form,
        "ids": form.ids,
        "here": reverse("library") + "?" + _filters(request, form).query,
    }
    answer = render(request, "library/bulk.html", context, status=422)
    answer["HX-Push-Url"] = "false"
    return answer


def _filters(request: StudioRequest, form: BulkForm) -> Filters:
    return Filters.read(QueryDict(form.data.get("query", "")[:4000]))


def _chosen(request: StudioRequest, form: BulkForm) -> ClipQuerySet:
    filters = _filters(request, form)
    clips: ClipQuerySet = Clip.objects.visible_to(request.user).kept()
    clips = clips.filter(pk__in=form.ids[: bulk.MOST + 1])
    if form.cleaned_data["all"]:
        clips = library.found(request.user, filters)
    # A song's own page sends no query: there it stands for itself.
    folds = "query" in form.data and filters.folds
    if folds and form.cleaned_data["act"] in ON_ALL_TAKES:
        return takes.whole(clips).visible_to(request.user)
    return clips


# -- What changes them -----------------------------------------------------------------------------


def _change(request: StudioRequest, form: BulkForm) -> HttpResponse:
    act = form.cleaned_data["act"]
    chosen = bulk.choose(request.user, _chosen(request, form), with_final=act in ON_FINAL)
    if chosen.ids:
        VERBS[act](request, form, chosen.ids)
    elif not chosen.locked and not chosen.final:
        messages.error(request, NONE_LEFT)
    if chosen.locked:
        messages.warning(request, chosen.left_out)
    if chosen.final:
        messages.warning(request, chosen.final_left_out)
    return back(request, "library", _filters(request, form).query)


def _songs(count: int) -> str:
    return "1 song" if count == 1 else f"{count:,} songs"


def _tag(request: StudioRequest, form: BulkForm, ids: list[int]) -> None:
    names = form.cleaned_data["names"]
    done = bulk.tag(ids, names)
    if done.full:
        messages.warning(request, f"{_songs(done.full)} left out: a song has at most {tags.MOST} tags.")
    if done.count or not done.full:
        said = f"{_songs(done.count)} tagged {_listed(names)}." if done.count else "They have it already."
        messages.success(request, said)


def _untag(request: StudioRequest, form: BulkForm, ids: list[int]) -> None:
    names = form.cleaned_data["names"]
    count = bulk.untag(ids, names)
    said = f"{_listed(names)} taken off {_songs(count)}." if count else f"None of them has {_listed(names)}."
    messages.success(request, said)


def _listed(names: list[str]) -> str:
    return ", ".join(f"“{name}”" for name in names[:5]) + (" ..." if len(names) > 5 else "")


def _move(request: StudioRequest, form: BulkForm, ids: list[int]) -> None:
    target = form.cleaned_data["project"]
    count = bulk.move(ids, target, alone="alone" in request.POST)
    said = f"{_songs(count)} moved to {target}." if count else f"They are in {target} already."
    messages.success(request, said)


def _bin(request: StudioRequest, form: BulkForm, ids: list[int]) -> None:
    act = bin.put(ids, by=request.user)
    messages.success(request, f"{_songs(act.count)} put into the bin.", extra_tags=str(act.moment))


def _playlist(request: StudioRequest, form: BulkForm, ids: list[int]) -> None:
    playlist = form.cleaned_data["playlist"]
    added = playlists.add(playlist, ids)
    words = f"{_songs(added.count)} added to {playlist}."
    if added.there:
        words += f" {_songs(added.there)} had been in it already."
    messages.success(request, words)
    if added.elsewhere:
        said = (
            f"{_songs(added.elsewhere)} of other projects left out: {playlist} is one of {playlist.project}."
        )
        messages.warning(request, said)


VERBS: dict[str, Callable[[StudioRequest, BulkForm, list[int]], None]] = {
    "tag": _tag,
    "untag": _untag,
    "move": _move,
    "bin": _bin,
    "playlist": _playlist,
}


# -- What only looks at them -----------------------------------------------------------------------


def _zip(request: StudioRequest, form: BulkForm) -> HttpResponse:
    if form.cleaned_data["all"]:
        return redirect(f"{reverse('library_zip')}?{_filters(request, form).query}")
    ids = list(_chosen(request, form).order_by("pk").values_list("pk", flat=True)[: MOST_BY_HAND + 1])
    if max(len(ids), len(form.ids)) > MOST_BY_HAND:
        raise Refusal(f"At most {MOST_BY_HAND} songs are chosen by hand for one zip. Find them by a filter.")
    if not ids:
        raise Refusal(NONE_LEFT)
    return redirect(f"{reverse('library_zip')}?{_named(ids)}")


def _compare(request: StudioRequest, form: BulkForm) -> HttpResponse:
    ids = list(_chosen(request, form).order_by("pk").values_list("pk", flat=True)[: AT_ONCE[1] + 1])
    if not AT_ONCE[0] <= len(ids) <= AT_ONCE[1]:
        raise Refusal("Choose two to four songs to compare.")
    return redirect(f"{reverse('compare')}?{_named(ids)}")


def _named(ids: list[int]) -> str:
    return urlencode({"clip": ids}, doseq=True)


LOOKS = {"zip": _zip, "compare": _compare}
