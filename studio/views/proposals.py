"""Texts that are written by AI for a sheet: ordered, compared with one's own, taken or discarded."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import groupby, zip_longest
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from studio.errors import Refusal
from studio.forms import WriteLyricsForm
from studio.models import LyricProposal, LyricRevision, LyricSheet, Task
from studio.models.clock import db_now
from studio.services import proposals, providers
from studio.text import takeover
from studio.text.diff import Row
from studio.views import access, cards, diffs, orders, versions
from studio.views.htmx import StudioRequest, fragments, is_fragment, whole_number

NOBODY = "No provider that is switched on writes lyrics. You can write them by hand."
AT_WORK = 5
MOST_OPEN = 5
PAGE = 20
MOST_PARTS = 100  # of one text that are shown beside each other
FAILED_LATELY = timedelta(days=1)


def context(request: StudioRequest, sheet: LyricSheet) -> dict[str, Any]:
    """What `lyrics/_proposals.html` shows."""
    return {"write": order_form(initial=asked_before(request)), **_lying(request, sheet)}


def order_form(*args: Any, **kwargs: Any) -> WriteLyricsForm:
    """The order, with the providers that would take it now or the reason why none would."""
    offering = providers.offering(proposals.OPERATION)
    reasons = {name: providers.is_offered(name, proposals.OPERATION) for name in offering}
    offered = {name: provider for name, provider in offering.items() if not reasons[name]}
    why_not = "" if offered else next(iter(reasons.values()), NOBODY)
    return WriteLyricsForm(*args, offered=offered, why_not=why_not, **kwargs)


def asked_before(request: StudioRequest) -> dict[str, object]:
    """The provider whose price is asked for; an earlier order's prompt, for "Use again" and "Try again"."""
    initial: dict[str, object] = {"provider": request.GET.get("provider", "")}
    if number := whole_number(request.GET.get("again", "")):
        task = access.task_for(request.user, number, "see")
        initial = {"provider": task.provider, "prompt": task.params.get("prompt", "")}
    return initial


def _lying(request: StudioRequest, sheet: LyricSheet) -> dict[str, Any]:
    """What is being written for the sheet, or failed lately, and what waits to be decided on."""
    failed = Q(status=Task.Status.FAILED, ended_at__gt=db_now() - FAILED_LATELY)
    orders = Task.objects.filter(lyric_revision__sheet=sheet, operation=proposals.OPERATION)
    at_work = orders.filter(Q(status__in=Task.MOVING) | failed, proposal=None).for_card().order_by("-pk")
    is_open = sheet.proposals.filter(decided_at=None).select_related("task__created_by")
    return {
        "writing": cards.build(at_work[:AT_WORK], request.user),
        "proposals": list(is_open.order_by("-pk")[:MOST_OPEN]),
    }


# -- The order --------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: StudioRequest, sheet_id: int) -> HttpResponse:
    """The order for a text beside the sheet's own, and every one that there was."""
    sheet = access.sheet_for(request.user, sheet_id, "order" if request.method == "POST" else "see")
    if request.method != "POST":
        return _page(request, sheet, order_form(initial=asked_before(request)))
    form = order_form(request.POST)
    if not form.is_valid() or not _order(request, sheet, form):
        return _page(request, sheet, form)
    if not is_fragment(request):
        return redirect("lyric_sheet", sheet.pk)
    context = _context(request, sheet, order_form(initial={"provider": form.chosen}))
    return fragments(
        request,
        ("lyrics/_write.html", context),
        ("proposals/_lying.html", {**context, "oob": True}),
        ("credits/_pill.html", {"oob": True}),
    )


def _order(request: StudioRequest, sheet: LyricSheet, form: WriteLyricsForm) -> bool:
    return orders.place(request, sheet.project, form, lyric_revision=sheet.revisions.first())


def _page(request: StudioRequest, sheet: LyricSheet, form: WriteLyricsForm) -> HttpResponse:
    template = "lyrics/_write.html" if form.is_bound and is_fragment(request) else "proposals/index.html"
    context = _context(request, sheet, form)
    return render(request, template, context, status=422 if form.is_bound else 200)


def _context(request: StudioRequest, sheet: LyricSheet, form: WriteLyricsForm) -> dict[str, Any]:
    before = whole_number(request.GET.get("before", ""))
    orders = proposals.orders_for(sheet)
    taken = Prefetch("lyric_revisions", LyricRevision.objects.only("task", "sheet", "number"))
    orders = orders.select_related("created_by", "proposal__decided_by").prefetch_related(taken)
    rows = list((orders if before is None else orders.filter(pk__lt=before))[: PAGE + 1])
    return {
        "sheet": sheet,
        "project": sheet.project,
        "refusal": access.reason_not_to(request.user, sheet.project, "order"),
        "form": form,
        **_lying(request, sheet),
        "orders": rows[:PAGE],
        "older": rows[PAGE - 1].pk if len(rows) > PAGE else None,
    }


# -- One text beside the sheet's --------------------------------------------------------------------


@require_safe
def detail(request: StudioRequest, sheet_id: int, proposal_id: int) -> HttpResponse:
    sheet = access.sheet_for(request.user, sheet_id, "see")
    proposal = _of(sheet, proposal_id)
    about = versions.about(request, sheet)
    pairs = takeover.pairs(about["newest"].text, proposal.text)
    context = {
        **about,
        "proposal": proposal,
        "taken": proposal.task.lyric_revisions.first(),
        "parts": [(pair, _difference(pair)) for pair in pairs[:MOST_PARTS]],
        "more": max(0, len(pairs) - MOST_PARTS),
    }
    return render(request, "proposals/detail.html", context)


def _difference(pair: takeover.Pair) -> list[diffs.Stretch]:
    """Where both have the section and not the same words in it."""
    if pair.mine is None or not pair.differs:
        return []
    stretches = diffs.stretches(pair.mine, pair.theirs or "")
    return [replace(each, rows=_abreast(each.rows)) for each in stretches]


def _abreast(rows: list[Row]) -> list[Row]:
    """Lines that went stand next to those that came in their place, not above them."""
    found: list[Row] = []
    for is_exchange, part in groupby(rows, lambda row: row.kind in ("gone", "new")):
        if not is_exchange:
            found += part
            continue
        block = list(part)
        gone = [row for row in block if row.kind == "gone"]
        came = [row for row in block if row.kind == "new"]
        found += [_both(*lines) for lines in zip_longest(gone, came)]
    return found


def _both(gone: Row | None, came: Row | None) -> Row:
    if gone and came:
        return Row("changed", gone.old_number, came.new_number, gone.old, came.new)
    only = gone or came
    assert only
    return only


def _of(sheet: LyricSheet, proposal_id: int) -> LyricProposal:
    known: QuerySet[LyricProposal] = sheet.proposals.select_related("task__created_by", "decided_by")
    return get_object_or_404(known, pk=proposal_id)


@require_POST
def take(request: StudioRequest, sheet_id: int, proposal_id: int) -> HttpResponse:
    """`section` is the place of one in the text; without it all is taken. `base`: the version shown."""
    sheet = access.sheet_for(request.user, sheet_id, "edit")
    proposal = _of(sheet, proposal_id)
    if "section" not in request.POST:
        return _decide(request, sheet, lambda: _take_all(proposal, request))
    return _take_section(request, sheet, proposal)


def _take_all(proposal: LyricProposal, request: StudioRequest) -> str:
    revision = proposals.take_all(proposal, by=request.user)
    return f"The AI’s text is version {revision.number} now. Yours is kept in the history."


def _take_section(request: StudioRequest, sheet: LyricSheet, proposal: LyricProposal) -> HttpResponse:
    index = whole_number(request.POST["section"])
    base = whole_number(request.POST.get("base", "")[:9])
    if index is None:
        raise Http404
    try:
        revision, name = proposals.take_section(proposal, index, by=request.user, base=base)
    except IndexError as error:
        raise Http404 from error
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{name} is in version {revision.number} now.")
    return redirect("lyric_proposal", sheet.pk, proposal.pk)


@require_POST
def discard(request: StudioRequest, sheet_id: int, proposal_id: int) -> HttpResponse:
    """With `back` in the form it is brought back."""
    sheet = access.sheet_for(request.user, sheet_id, "edit")
    proposal = _of(sheet, proposal_id)
    if "back" in request.POST:
        proposals.bring_back(proposal)
        messages.success(request, "The text is back.")
        return redirect("lyric_proposal", sheet.pk, proposal.pk)
    return _decide(request, sheet, lambda: _discard(proposal, request))


def _discard(proposal: LyricProposal, request: StudioRequest) -> str:
    proposals.discard(proposal, by=request.user)
    return "The AI’s text is discarded. You can bring it back from the earlier prompts."


def _decide(request: StudioRequest, sheet: LyricSheet, verb: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, verb())
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("lyric_sheet", sheet.pk)
