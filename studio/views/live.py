"""One poller per page: what changed since the page last heard, and nothing when nothing did."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from studio.models import Clip, Task
from studio.models.tasks import TaskQuerySet
from studio.services import credits
from studio.views import cards, files, handovers
from studio.views.htmx import StudioRequest, fragments, whole_number

MAX_CARDS = 60  # that a page tells of; as many more may be new to it


@require_safe
def live(request: StudioRequest) -> HttpResponse:
    """`seen` holds the signatures of the page's cards, `project` whose list it shows ("all": the
    library's), `balance` the pill;
    `clip` is the one whose page it is, `files` the signature of its list of files.

    204 when nothing is new; else fragments of what changed, and of cards the page does not have yet.
    """
    seen = _signatures(request.GET.get("seen", ""))
    parts: list[tuple[str, dict[str, object]]] = [
        ("tasks/_card.html", {"card": card, "oob": "true" if card.task.pk in seen else "new"})
        for card in cards.build(_changed(request, seen), request.user)
    ]
    parts += _files(request)
    if request.GET.get("balance") != str(credits.balance(request.user)):
        parts.append(("credits/_pill.html", {"oob": True}))
    return fragments(request, *parts) if parts else HttpResponse(status=204)


def _files(request: StudioRequest) -> list[tuple[str, dict[str, object]]]:
    """The list of the clip's files, when it is another one than the page shows."""
    number = whole_number(request.GET.get("clip", ""))
    clips = Clip.objects.visible_to(request.user).select_related("project").prefetch_related("assets")
    clip = clips.filter(pk=number).first() if number else None
    if clip is None:
        return []
    if request.GET.get("files", "").startswith(handovers.SIGNED):
        is_new = request.GET["files"] != handovers.of(clip, request.user).signature
        return [handovers.fragment(clip, request.user)] if is_new else []
    shown = files.of(clip, request.user)
    changed = request.GET.get("files") != shown.signature
    return [("clips/_files.html", {"clip": clip, "files": shown, "oob": True})] if changed else []


def _signatures(seen: str) -> dict[int, str]:
    """{task id: signature}; what can't be read is left out, and its card comes once more."""
    ids = {}
    for signature in seen.split(",")[:MAX_CARDS]:
        if number := whole_number(signature.partition(".")[0]):
            ids[number] = signature
    return ids


def _changed(request: StudioRequest, seen: dict[int, str]) -> list[Task]:
    """The tasks whose cards look different now. Nearly always there are none, and little is read for that."""
    visible = Task.objects.visible_to(request.user)
    told = [*seen, *_new(request, visible, seen)]
    now = cards.signatures(visible.filter(pk__in=told).order_by("-pk"), request.user)
    changed = [number for number, signature in now.items() if seen.get(number) != signature]
    return list(Task.objects.for_card().filter(pk__in=changed).order_by("pk")) if changed else []


def _new(request: StudioRequest, visible: TaskQuerySet, seen: dict[int, str]) -> list[int]:
    """What moves in the list that the page shows, and is not on it yet."""
    where = request.GET.get("project", "")
    project = whole_number(where)
    if not project and where != "all":
        return []
    # A long page tells of its newest moving cards: older ones are on it, and would come twice.
    oldest = min(seen) if len(seen) == MAX_CARDS else 0
    moving = visible.moving().filter(pk__gt=oldest, **({"project_id": project} if project else {}))
    return [pk for pk in moving.order_by("-pk").values_list("pk", flat=True)[:MAX_CARDS] if pk not in seen]
