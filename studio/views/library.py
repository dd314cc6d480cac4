"""The library: all songs that a person may see, found and sorted; the same list is a project's page."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.decorators.http import require_safe

from accounts.models import User
from studio.models import Clip, ClipTag, Project, Tag, Task
from studio.services import library, providers, takes
from studio.services.library import SORTS, BadPlace, Filters
from studio.views import cards
from studio.views.htmx import StudioRequest

UNFINISHED = 20  # task cards above the songs
LATELY = timedelta(days=1)  # so long a failed order stays there
MOST_TAGS = 200  # that are offered
BAD_PLACE = "This list can't go on from there. Open the library again to begin at its top."
NAMES = {
    "q": "Search",
    "project": "Project",
    "person": "Person",
    "tag": "Tag",
    "model": "Model",
    "provider": "Provider",
    "operation": "Made by",
    "rating": "Rating",
    "picked": "Picked",
    "approved": "Approved",
    "final": "Final",
    "video": "With video",
    "since": "From",
    "until": "Until",
    "takes": "Every take",
    "sort": "Sorted by",
    "after": "Place",
}


@dataclass(frozen=True)
class Chip:
    """One filter that is on, in words, and the query of the same list without it."""

    name: str
    label: str
    value: str
    raw: str  # as the address has it
    query: str


@require_safe
def index(request: StudioRequest) -> HttpResponse:
    return show(request, Filters.read(request.GET), "library/index.html", {})


def show(request: StudioRequest, filters: Filters, template: str, about: dict[str, Any]) -> HttpResponse:
    """The list that the filters ask for. `about` is what else the template shows."""
    after = request.GET.get("after", "")
    try:
        page = _page(request.user, filters, after)
        if filters.q and filters.folds and not page.clips:
            # Perhaps a take behind the front has a title or a tag of its own.
            unfolded = replace(filters, takes=True)
            if (found := _page(request.user, unfolded, after)).clips:
                filters, page = unfolded, found
    except BadPlace:
        return render(request, "errors/error.html", {"title": "No such place", "text": BAD_PLACE}, status=400)
    if filters.folds:
        _count_takes(page.clips)
    is_live = not after and not set(filters.active) - {"project", "person", "takes"}
    choices = Choices(request.user, filters)
    fixed = "project" if "project" in about else ""
    context = {
        **about,
        "filters": filters,
        "page": page,
        "cards": _unfinished(request.user, filters) if is_live else [],
        "is_live": is_live,  # begins with the newest: what is being made stands on top
        "chips": list(_chips(filters, choices, fixed)),
        "fixed": fixed,
        "panel": "panel" in request.GET,
        "unread": [NAMES[name] for name in filters.unread],
        "choices": choices,
        "is_part": bool(after),
    }
    return render(request, template, context)


def _page(user: User, filters: Filters, after: str) -> library.Page:
    return library.page(library.found(user, filters), filters.sort, after)


def _count_takes(clips: list[Clip]) -> None:
    counts = takes.counts({clip.stack for clip in clips})
    for clip in clips:
        clip.take_count = counts.get(clip.stack, 1)


def _unfinished(user: User, filters: Filters) -> list[cards.Card]:
    """What is being made, and what failed lately. Asked for apart: each question has an index of its own."""
    where = {"project_id": filters.project, "created_by_id": filters.person}
    tasks = Task.objects.visible_to(user).filter(**{name: value for name, value in where.items() if value})
    failed = tasks.filter(status=Task.Status.FAILED, ended_at__gte=timezone.now() - LATELY)
    failed = failed.filter(retries=None, clips=None).order_by("-ended_at")
    rows = [*tasks.moving().order_by("-pk").only("pk")[:UNFINISHED], *failed.only("pk")[:UNFINISHED]]
    ids = [task.pk for task in rows]
    found = Task.objects.filter(pk__in=ids).for_card().order_by("-pk")
    return cards.build(found[:UNFINISHED], user) if ids else []


# -- Filters ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """A filter with everything it may be."""

    name: str
    label: str
    options: list[tuple[Any, str]]
    chosen: Any


class Choices:
    """What the filters offer, and what the values that are chosen are called."""

    def __init__(self, user: User, filters: Filters) -> None:
        self.user = user
        self.filters = filters

    @property
    def sorts(self) -> list[tuple[str, str]]:
        return [(name, sort.label) for name, sort in SORTS.items()]

    @cached_property
    def projects(self) -> list[tuple[int, str]]:
        return list(Project.objects.visible_to(self.user).values_list("pk", "name"))

    @cached_property
    def people(self) -> list[tuple[int, str]]:
        clips = Clip.objects.visible_to(self.user).filter(created_by=OuterRef("pk"))
        return [(user.pk, str(user)) for user in User.objects.filter(Exists(clips)).order_by("name")]

    @cached_property
    def tags(self) -> list[tuple[str, str]]:
        projects = Project.objects.visible_to(self.user)
        seen = ClipTag.objects.filter(tag=OuterRef("pk"), clip__binned_at=None, clip__project__in=projects)
        return list(Tag.objects.filter(Exists(seen)).values_list("key", "name")[:MOST_TAGS])

    @property
    def models(self) -> list[tuple[str, str]]:
        return sorted({(model.name, model.name) for each in providers.known() for model in each.models})

    @property
    def providers(self) -> list[tuple[str, str]]:
        return [(each.name, each.label) for each in providers.known()]

    @property
    def operations(self) -> list[tuple[str, str]]:
        return list(OPERATIONS.items())

    @property
    def ratings(self) -> list[tuple[int, str]]:
        return [(stars, _stars(stars)) for stars in range(5, 0, -1)]

    @property
    def lists(self) -> list[Choice]:
        """The filters that are one of a list; a list of nothing is left out."""
        lists = [self._list(name, getattr(self, plural)) for name, plural in LISTS.items()]
        return [each for each in lists if each.options]

    def _list(self, name: str, options: list[tuple[Any, str]]) -> Choice:
        """What is chosen is among them, also where the list ends before it or knows it no more."""
        chosen = getattr(self.filters, name)
        if chosen and chosen not in dict(options):
            options = [*options, (chosen, str(chosen))]
        return Choice(name, NAMES[name], options, chosen)

    @property
    def flags(self) -> list[tuple[str, str, bool]]:
        return [(name, NAMES[name], getattr(self.filters, name)) for name in FLAGS]

    def label(self, name: str, value: Any) -> str:
        """What a filter's value is called."""
        return dict(getattr(self, LISTS.get(name, ""), ())).get(value) or str(value)


def _stars(rating: int) -> str:
    return f"{rating} or better" if rating < 5 else "5"


LISTS = {
    "project": "projects",
    "person": "people",
    "tag": "tags",
    "model": "models",
    "provider": "providers",
    "operation": "operations",
    "rating": "ratings",
}
FLAGS = ("picked", "approved", "final", "video", "takes")
OPERATIONS = {
    "create_music": "New song",
    "extend_music": "Extend",
    "replace_music": "Replace part",
    "cover_music": "Cover",
    "upload": "Upload",
    "download": "Import from a provider",
    "import": "From the disk",
}


def _chips(filters: Filters, choices: Choices, fixed: str) -> Iterable[Chip]:
    for name, value in filters.active.items():
        if name not in ("sort", fixed):
            text = "" if value is True else _in_words(name, value, choices)
            raw = "1" if value is True else str(value)
            yield Chip(name, NAMES[name], text, raw, filters.without(name).query)


def _in_words(name: str, value: Any, choices: Choices) -> str:
    if name in ("since", "until"):
        return f"{value:%-d %b %Y}"
    return choices.label(name, value)
