"""The team: who is in it, in which role, and who may still come in."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms.invitations import InvitationForm
from accounts.forms.people import TAKEN, EmailForm, RoleForm
from accounts.models import Invitation, User
from accounts.services import invitations, people


class TeamRequest(HttpRequest):
    """A request of a signed-in person."""

    user: User


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: TeamRequest) -> HttpResponse:
    """Everybody; sent to by the form that invites somebody, and then with the link, which is shown once."""
    roles = people.roles_within_reach(request.user)
    if request.method == "POST" and not roles:
        raise PermissionDenied(people.NOT_YOURS)
    form = InvitationForm(request.POST if request.method == "POST" else None, roles=roles)
    if not form.is_bound:
        return team_page(request, form=form)
    if not form.is_valid():
        return team_page(request, form=form, status=422)
    invitation, token = do(invitations.invite, **form.cleaned_data, by=request.user)
    if token:
        return team_page(request, new=invitation, link=invitations.link(token))
    messages.success(request, f"A mail with a link goes to {invitation.email}.")
    return redirect("people")


def team_page(request: TeamRequest, status: int = 200, **changes: Any) -> HttpResponse:
    roles = people.roles_within_reach(request.user)
    rows = list(people.with_facts(people.everybody()) if roles else people.everybody())
    context = {
        "team": [row for row in rows if row.is_active],
        "former": [row for row in rows if not row.is_active] if roles else [],
        "looks_after": bool(roles),
        "invitations": _waiting(request.user) if roles else [],
        "now": timezone.now(),
        "form": InvitationForm(roles=roles),
        **changes,
    }
    for row in rows if roles else []:
        row.seen_at = people.last_seen(row)  # type: ignore[attr-defined]
    answer = render(request, "accounts/people.html", context, status=status)
    if request.method == "POST":
        answer["HX-Push-Url"] = "false"  # the address that was sent to shows nothing by itself
    return answer


def _waiting(user: User) -> list[tuple[Invitation, str]]:
    """With the reason why the person may not touch it."""
    return [(each, invitations.reason_not_to_touch(each, user)) for each in invitations.unanswered()]


def person_for(person_id: int) -> User:
    """Somebody whose name is known: everybody in the team may see who else is."""
    person = people.with_facts(people.everybody()).filter(pk=person_id).first()
    if person is None:
        raise Http404
    return person


@require_safe
def detail(request: TeamRequest, person_id: int) -> HttpResponse:
    return _page(request, person_for(person_id))


def _page(request: TeamRequest, person: User, status: int = 200, **changes: Any) -> HttpResponse:
    by = request.user
    context = {
        "person": person,
        "looks_after": by.is_manager,
        "last_seen": people.last_seen(person),
        "no_parting": people.reason_not_to_part(person, by),
        "no_return": people.reason_not_to_look_after(person, by),
        "role_form": RoleForm(initial={"role": person.role}, roles=people.roles_within_reach(by)),
        "email_form": EmailForm(initial={"email": person.email}, person=person),
        **changes,
    }
    answer = render(request, "accounts/person.html", context, status=status)
    if request.method == "POST":
        answer["HX-Push-Url"] = "false"
    return answer


@require_POST
def set_role(request: TeamRequest, person_id: int) -> HttpResponse:
    person = person_for(person_id)
    check(people.reason_not_to_part(person, request.user))
    form = RoleForm(request.POST, roles=people.roles_within_reach(request.user))
    if not form.is_valid():
        return _page(request, person, status=422, role_form=form)
    do(people.set_role, person, form.cleaned_data["role"], by=request.user)
    return redirect("person", person.pk)


@require_POST
def deactivate(request: TeamRequest, person_id: int) -> HttpResponse:
    person = person_for(person_id)
    check(people.reason_not_to_part(person, request.user))
    do(people.deactivate, person, by=request.user)
    if person.pk == request.user.pk:
        return redirect("account_login")
    messages.success(request, f"{person} is out: signed out everywhere. What they made stays.")
    return redirect("person", person.pk)


@require_POST
def reactivate(request: TeamRequest, person_id: int) -> HttpResponse:
    person = person_for(person_id)
    check(people.reason_not_to_look_after(person, request.user))
    do(people.reactivate, person, by=request.user)
    messages.success(request, f"{person} may sign in again.")
    return redirect("person", person.pk)


@require_POST
def change_email(request: TeamRequest, person_id: int) -> HttpResponse:
    person = person_for(person_id)
    check("" if request.user.is_owner else "Only an owner changes an e-mail address.")
    form = EmailForm(request.POST, person=person)
    if form.is_valid():
        try:
            do(people.change_email, person, form.cleaned_data["email"], by=request.user)
        except people.AddressTaken:
            form.add_error("email", TAKEN)
        else:
            messages.success(request, f"{person} signs in with {form.cleaned_data['email']} from now on.")
            return redirect("person", person.pk)
    return _page(request, person, status=422, email_form=form)


def check(reason: str) -> None:
    if reason:
        raise PermissionDenied(reason)


def do(deed: Any, *args: Any, **kwargs: Any) -> Any:
    """What was allowed when the page was drawn may not be any more."""
    try:
        return deed(*args, **kwargs)
    except people.Refused as refused:
        raise PermissionDenied(refused.message) from None
