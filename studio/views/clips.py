"""One clip: what it is, what can be made of it, and what became of that."""

from datetime import timedelta

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from studio.errors import Refusal
from studio.forms import ClipOrderForm, NotesForm, TagsForm
from studio.models import Clip, Project, Task
from studio.services import conversions, media, providers, tags, tasks
from studio.views import access, cards, family, files, offers, orders, remarks, shared_things, sung, timings
from studio.views.htmx import StudioRequest, fragments, is_fragment, whole_number

LATELY = timedelta(days=1)  # a failed order stays on its clip's page
ORDERS = 20  # at most on the page
FULL = "The studio's storage is full. Nothing was charged; an owner has to make room."


@require_safe
def detail(request: StudioRequest, clip_id: int) -> HttpResponse:
    return page(request, access.clip_for(request.user, clip_id))


def page(
    request: StudioRequest, clip: Clip, *, notes: NotesForm | None = None, new_tags: TagsForm | None = None
) -> HttpResponse:
    """The clip's page; with a form that was refused, to be put right where it stands."""
    shown = files.of(clip, request.user)
    relatives = family.of(clip, request.user)
    sees_order = _sees_order(request, clip)
    context = {
        "clip": clip,
        "project": clip.project,
        "takes": _takes(clip),
        "refusal": shown.refusal,
        "why_not_edit": access.reason_not_to_change(request.user, clip),
        "why_not_here": access.reason_not_to(request.user, clip.project, "edit"),
        "offers": offers.row(clip, shown.refusal),
        "needs_upload": offers.needs_upload(clip),
        "files": shown,
        "cards": cards.build(_orders(clip, request.user), request.user),
        "family": relatives,
        "again": offers.again(clip, is_there=sees_order and not relatives.parent_is_hidden),
        "sees_order": sees_order,
        "provider": providers.named(clip.provider),
        "sung": sung.of(clip, request.user),
        **timings.context(clip),
        **remarks.context(request, clip),
        "answers_comment": remarks.answered(clip, request.user),
        "playlists": clip.project.playlists.all(),
        "notes_form": notes or NotesForm.of(clip),
        "tags_form": new_tags or TagsForm(),
        "known_tags": tags.known_in(clip.project),
        "sharing": shared_things.button(request.user, clip.project, "clip", clip=clip),
    }
    return render(request, "clips/detail.html", context, status=422 if notes or new_tags else 200)


def _sees_order(request: StudioRequest, clip: Clip) -> bool:
    """A song that was moved has left its order behind."""
    if clip.task is None or clip.task.project_id == clip.project_id:
        return clip.task is not None
    return Project.objects.visible_to(request.user).filter(pk=clip.task.project_id).exists()


def _takes(clip: Clip) -> list[Clip]:
    """The whole stack, as it was ordered."""
    stack = Clip.objects.filter(stack=clip.stack, project=clip.project).kept()
    return list(stack.select_related("task").prefetch_related("assets").order_by("task__take", "pk"))


def _orders(clip: Clip, user: User) -> list[Task]:
    """What is being made of the clip, and what failed lately and was not ordered again."""
    failed = Q(status=Task.Status.FAILED, ended_at__gte=timezone.now() - LATELY, retries=None, clips=None)
    rows = Task.objects.visible_to(user).filter(Q(status__in=Task.MOVING) | failed, source=clip)
    return list(rows.for_card().order_by("-pk")[:ORDERS])


# -- Orders ----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def order(request: StudioRequest, clip_id: int, operation: str) -> HttpResponse:
    clip = access.clip_for(request.user, clip_id)
    access.check(request.user, clip.project, "order")
    offer = offers.offer(clip, operation, "")
    if offer is None:
        raise Http404
    if request.method != "POST":
        part = ClipOrderForm.part_of(clip, offer.operation, request.GET)
        comment = remarks.asked_for(clip, request.GET.get("comment"))
        meant = remarks.filled(clip, offer.operation, comment)
        initial = {**_again(request, clip, operation), **meant, **part}
        return _page(request, offer, ClipOrderForm(initial=initial, operation=offer.operation, clip=clip))
    form = ClipOrderForm(request.POST, operation=offer.operation, clip=clip)
    if offer.reason or not form.is_valid() or not _order(request, clip, form):
        return _page(request, offer, form)
    messages.success(request, f"{offer.operation.label}: ordered. It appears here when it is ready.")
    return redirect("clip", clip.pk)


def _order(request: StudioRequest, clip: Clip, form: ClipOrderForm) -> bool:
    """Place the order; a refusal becomes an error of the form."""
    if media.storage_is_full():
        form.add_error(None, FULL)
        return False
    mine = Task.objects.visible_to(request.user).select_related("lyric_revision")
    repeated = mine.filter(pk=form.cleaned_data["again"], source=clip).first()
    order = form.order()
    # With other words in their place, the version that the earlier order sang is not what this one sings.
    same = repeated is not None and repeated.params.get("lyrics") == order["params"].get("lyrics")
    words = repeated.lyric_revision if repeated and same else remarks.still_sung(clip, order["params"])
    comment = remarks.asked_for(clip, form.cleaned_data["comment"])
    order |= {"parent": repeated, "lyric_revision": words, "comment": comment}
    try:
        tasks.order(project=clip.project, by=request.user, **order)
    except Refusal as refusal:
        orders.refused(form, refusal)
        return False
    return True


def _again(request: StudioRequest, clip: Clip, operation: str) -> dict[str, object]:
    """The fields of an earlier order of the same kind, for "Try again", "Use again" and "Another take"."""
    again = whole_number(request.GET.get("again", ""))
    if again is None:
        return {}
    task = access.task_for(request.user, again, "see")
    same = task.source_id == clip.pk and task.operation == operation
    return {**task.params, "again": task.pk, "comment": task.comment_id} if same else {}


def _page(request: StudioRequest, offer: offers.Offer, form: ClipOrderForm) -> HttpResponse:
    clip, comment = offer.clip, remarks.asked_for(offer.clip, form["comment"].value())
    context = {"clip": clip, "project": clip.project, "offer": offer, "form": form, "comment": comment}
    return render(request, "clips/order.html", context, status=422 if form.is_bound else 200)


# -- Other formats ---------------------------------------------------------------------------------


@require_POST
def convert(request: StudioRequest, clip_id: int) -> HttpResponse:
    """Have a file made from our own copy; what is there already, or no format, changes nothing."""
    clip = access.clip_for(request.user, clip_id)
    access.check(request.user, clip.project, "order")
    if media.storage_is_full():
        messages.error(request, FULL)
    else:
        try:
            conversions.ask(clip, request.POST.get("kind", ""))
        except Refusal as refusal:
            messages.error(request, refusal.message)
            return redirect("clip", clip.pk)
        if is_fragment(request):
            shown = files.of(clip, request.user)
            return fragments(request, ("clips/_files.html", {"clip": clip, "files": shown, "oob": True}))
    return redirect("clip", clip.pk)
