"""Playlists: the lists of all projects, and one list in the order that people give it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from studio.errors import Refusal
from studio.forms import AddToPlaylistForm, PlaylistForm, PlaylistNameForm
from studio.models import Playlist, Project
from studio.services import playlists
from studio.views import access, shared_things
from studio.views.htmx import StudioRequest, whole_number

PAGE = 50
LONGEST_ORDER = 20 * playlists.MOST  # characters: an id and a comma for each song


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: StudioRequest) -> HttpResponse:
    """All lists that a person sees, or with `?project=` those of one project."""
    project = _project(request)
    data = request.POST if request.method == "POST" else None
    form = PlaylistForm(data, user=request.user, initial={"project": project})
    if form.is_bound and form.is_valid():
        playlist = playlists.create(**form.cleaned_data, by=request.user)
        return redirect("playlist", playlist.pk)
    lists = Playlist.objects.visible_to(request.user).order_by("-pk")
    if project:
        lists = lists.filter(project=project)
    if before := whole_number(request.GET.get("before", "")):
        lists = lists.filter(pk__lt=before)
    rows = list(playlists.counted(lists)[: PAGE + 1])
    context = {
        "project": project,
        "playlists": rows[:PAGE],
        "older": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "form": form,
        "may_make": form.projects.exists(),
    }
    return render(request, "playlists/index.html", context, status=422 if form.is_bound else 200)


def _project(request: StudioRequest) -> Project | None:
    number = whole_number(request.GET.get("project", ""))
    return access.project_for(request.user, number, "see") if number else None


@require_safe
def detail(request: StudioRequest, playlist_id: int) -> HttpResponse:
    playlist = access.playlist_for(request.user, playlist_id, "see")
    return _page(request, playlist)


def _page(request: StudioRequest, playlist: Playlist, status: int = 200, **changes: Any) -> HttpResponse:
    refusal = access.reason_not_to(request.user, playlist.project, "edit")
    entries = list(playlists.entries(playlist))
    context = {
        "playlist": playlist,
        "project": playlist.project,
        "entries": entries,
        "seconds": sum(entry.clip.duration for entry in entries),
        "refusal": refusal,
        "sharing": shared_things.button(request.user, playlist.project, "playlist", playlist=playlist),
        "form": PlaylistNameForm(initial={"name": playlist.name}),
        **changes,
    }
    answer = render(request, "playlists/detail.html", context, status=status)
    if request.method == "POST":
        answer["HX-Push-Url"] = "false"  # the address that was sent to shows nothing by itself
    return answer


@require_POST
def rename(request: StudioRequest, playlist_id: int) -> HttpResponse:
    playlist = access.playlist_for(request.user, playlist_id, "edit")
    form = PlaylistNameForm(request.POST)
    if not form.is_valid():
        return _page(request, playlist, status=422, form=form)
    playlists.rename(playlist, form.cleaned_data["name"])
    return redirect("playlist", playlist.pk)


@require_POST
def delete(request: StudioRequest, playlist_id: int) -> HttpResponse:
    playlist = access.playlist_for(request.user, playlist_id, "edit")
    playlists.delete(playlist)
    messages.success(request, f"The playlist {playlist} is gone. Its songs are still in the library.")
    return redirect("playlists")


@require_POST
def arrange(request: StudioRequest, playlist_id: int) -> HttpResponse:
    """`up` or `down` moves one song by a place; `order` is the whole list as it was dragged, and gets 204.

    409 with the list as it is now, when somebody has changed it since the page was drawn.
    """
    playlist = access.playlist_for(request.user, playlist_id, "edit")
    version = whole_number(request.POST.get("version", ""))
    try:
        done = _arrange(request, playlist, -1 if version is None else version)
    except playlists.Gone:
        raise Http404 from None
    except playlists.Stale as stale:
        now = access.playlist_for(request.user, playlist_id, "edit")
        return _page(request, now, status=409, stale=stale.message)
    return HttpResponse(status=204) if done else redirect("playlist", playlist.pk)


def _arrange(request: StudioRequest, playlist: Playlist, version: int) -> bool:
    """Whether the page shows the new order already."""
    order = request.POST.get("order", "")[:LONGEST_ORDER]
    if order:
        playlists.arrange(playlist, version, [whole_number(each) or 0 for each in order.split(",")])
        return True
    name, by = ("up", -1) if "up" in request.POST else ("down", 1)
    playlists.step(playlist, version, whole_number(request.POST.get(name, "")) or 0, by)
    return False


@require_POST
def remove(request: StudioRequest, playlist_id: int) -> HttpResponse:
    playlist = access.playlist_for(request.user, playlist_id, "edit")
    try:
        playlists.remove(playlist, whole_number(request.POST.get("clip", "")) or 0)
    except playlists.Gone:
        raise Http404 from None
    return redirect("playlist", playlist.pk)


@require_POST
def add(request: StudioRequest, clip_id: int) -> HttpResponse:
    """One song from its own page."""
    clip = access.clip_for(request.user, clip_id)
    access.check(request.user, clip.project, "edit")
    form = AddToPlaylistForm(request.POST, project=clip.project)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["playlist"])))
        return redirect("clip", clip.pk)
    playlist = form.cleaned_data["playlist"]
    try:
        added = playlists.add(playlist, [clip.pk])
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"Added to {playlist}." if added.count else f"It is in {playlist} already.")
    return redirect("clip", clip.pk)
