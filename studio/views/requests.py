"""Asking for more: the form of who needs it, and the owners' list with one click for each."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from studio.errors import Refusal
from studio.forms.requests import AnswerRequestForm, AskForm
from studio.models import CreditRequest, Limit, Project
from studio.services import limits, requests
from studio.services.standings import State, states_of
from studio.views import access
from studio.views.htmx import StudioRequest, whole_number

EARLIER = 20
PAGE = 50


# -- Who asks -------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: StudioRequest) -> HttpResponse:
    """With `?limit=` for more of a limit that stands in the way."""
    access.check_role(request.user)
    if request.method != "POST":
        limit = _limit(request.user, request.GET.get("limit", ""))
        return _ask_page(request, AskForm(limit=limit), limit)
    limit = _limit(request.user, request.POST.get("limit", ""))
    form = AskForm(request.POST, limit=limit)
    if form.is_valid() and _asked(request, form, limit):
        messages.success(request, "Asked. You are told here what the owners answer.")
        return redirect("credit_ask")
    return _ask_page(request, form, limit)


def _asked(request: StudioRequest, form: AskForm, limit: Limit | None) -> bool:
    """Ask; a refusal becomes an error of the form."""
    data = form.cleaned_data
    if data["limit"] and limit is None:
        form.add_error(None, "This limit was removed meanwhile. If you still need credits, send this again.")
        form.data = request.POST.copy()
        form.data["limit"] = ""
        return False
    wanted = {"credits_wanted": data["credits"], "reason": data["reason"]}
    try:
        requests.ask(by=request.user, limit=limit, **wanted)
    except Refusal as refusal:
        form.add_error(None, refusal.message)
    return not form.errors


def _limit(user: User, number: str) -> Limit | None:
    """A limit that this person's orders may count for; None for any other, and for none."""
    pk = whole_number(number)
    found = Limit.objects.filter(pk=pk).select_related("user", "project").first() if pk else None
    if found is None or (found.user_id and found.user_id != user.pk):
        return None
    if found.project_id and not Project.objects.editable_by(user).filter(pk=found.project_id).exists():
        return None
    return found


def _ask_page(request: StudioRequest, form: AskForm, limit: Limit | None) -> HttpResponse:
    context = {
        "form": form,
        "state": next(iter(states_of([limit])), None) if limit else None,
        "mine": requests.open_of(request.user),
        "earlier": requests.earlier_of(request.user)[:EARLIER],
    }
    return render(request, "requests/ask.html", context, status=422 if form.is_bound else 200)


@require_POST
def withdraw(request: StudioRequest) -> HttpResponse:
    access.check_role(request.user)
    if requests.withdraw(by=request.user):
        messages.success(request, "Withdrawn.")
    else:
        messages.error(request, "There is nothing to withdraw: it was answered meanwhile.")
    return redirect("credit_ask")


# -- Owners ---------------------------------------------------------------------------------------


@require_safe
def index(request: StudioRequest) -> HttpResponse:
    _check_owner(request.user)
    return _page(request)


@require_POST
def answer(request: StudioRequest, request_id: int) -> HttpResponse:
    _check_owner(request.user)
    if not CreditRequest.objects.filter(pk=request_id).exists():
        raise Http404
    form = AnswerRequestForm(request.POST, auto_id=f"id_{request_id}_%s")
    if not form.is_valid():
        return _page(request, {request_id: form})
    try:
        _answer(request, request_id, form)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("credit_requests")


def _check_owner(user: User) -> None:
    if not user.is_owner:
        raise PermissionDenied("Only the team's owners grant credits.")


def _answer(request: StudioRequest, request_id: int, form: AnswerRequestForm) -> None:
    data = form.cleaned_data
    if data["answer"] == "decline":
        requests.decline(request_id, by=request.user, word=data["word"])
        messages.success(request, "Declined.")
        return
    about = {"amount": data["credits"], "limit_id": data["limit"], "word": data["word"]}
    requests.grant(request_id, by=request.user, **about)
    messages.success(request, "Granted.")


def _page(request: StudioRequest, wrong: dict[int, AnswerRequestForm] | None = None) -> HttpResponse:
    waiting = list(requests.waiting())
    before = whole_number(request.GET.get("before", ""))
    done = requests.answered() if before is None else requests.answered().filter(pk__lt=before)
    rows = list(done[: PAGE + 1])
    context = {
        "waiting": _rows(waiting, wrong or {}),
        "answered": rows[:PAGE],
        "older": rows[PAGE - 1].pk if len(rows) > PAGE else None,
    }
    page = render(request, "requests/index.html", context, status=422 if wrong else 200)
    if wrong:
        page["HX-Push-Url"] = "false"  # the address of one request shows nothing by itself
    return page


def _rows(waiting: list[CreditRequest], wrong: dict[int, AnswerRequestForm]) -> list[dict[str, Any]]:
    """What an owner wants to know before the click, in the same number of queries for any number of them."""
    people = [each.user for each in waiting]
    balances, spent = requests.balances_of(people), requests.spent_of(people)
    states = limits.of_people(people, also=[each.limit for each in waiting if each.limit])
    return [
        {
            "request": each,
            "balance": balances.get(each.user_id, 0),
            "spent": spent.get(each.user_id, 0),
            "limits": _about(states, each),
            "form": wrong.get(each.pk) or _form(each),
        }
        for each in waiting
    ]


def _about(states: list[State], asked: CreditRequest) -> list[State]:
    return [state for state in states if asked.user_id == state.limit.user_id or asked.limit == state.limit]


def _form(asked: CreditRequest) -> AnswerRequestForm:
    initial = {"credits": asked.credits, "limit": asked.limit_id}
    return AnswerRequestForm(initial=initial, auto_id=f"id_{asked.pk}_%s")
