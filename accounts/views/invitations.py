"""Invitations: made anew or revoked by who looks after the team, and used by who comes in."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms.invitations import JoinForm
from accounts.forms.people import TAKEN
from accounts.models import Invitation
from accounts.services import invitations, people
from accounts.views.owner_links import BACKEND
from accounts.views.people import TeamRequest, check, do, team_page

GONE = "This invitation was used or revoked meanwhile."


def _invitation_for(request: TeamRequest, invitation_id: int) -> Invitation:
    check("" if request.user.is_manager else people.NOT_YOURS)
    invitation = Invitation.objects.filter(pk=invitation_id).first()
    if invitation is None:
        raise Http404
    check(invitations.reason_not_to_touch(invitation, request.user))
    return invitation


@require_POST
def reissue(request: TeamRequest, invitation_id: int) -> HttpResponse:
    """A new link: on the page, or with `mail` to the address that the invitation is for."""
    invitation = _invitation_for(request, invitation_id)
    try:
        if "mail" in request.POST and invitation.email:
            do(invitations.mail_again, invitation, by=request.user)
            messages.success(request, f"A mail with a new link goes to {invitation.email}.")
            return redirect("people")
        token = do(invitations.reissue, invitation, by=request.user)
    except invitations.Closed:
        messages.error(request, GONE)
        return redirect("people")
    return team_page(request, new=invitation, link=invitations.link(token))


@require_POST
def revoke(request: TeamRequest, invitation_id: int) -> HttpResponse:
    invitation = _invitation_for(request, invitation_id)
    do(invitations.revoke, invitation, by=request.user)
    messages.success(request, "The invitation is revoked: its link opens nothing any more.")
    return redirect("people")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Who has the link comes in, once. What opens nothing says so in one way, whatever the reason is."""
    if request.user.is_authenticated:
        return render(request, "accounts/join_known.html")
    invitation = invitations.find(token)
    if invitation is None:
        return _closed(request)
    form = JoinForm(request.POST if request.method == "POST" else None, email=invitation.email)
    if form.is_bound and form.is_valid():
        try:
            user = invitations.accept(token, **form.cleaned_data)
        except invitations.Closed:
            return _closed(request)
        except people.AddressTaken:
            form.add_error("email", TAKEN)
        else:
            login(request, user, backend=BACKEND)
            return redirect("home")
    context = {"form": form, "invitation": invitation}
    return render(request, "accounts/join.html", context, status=422 if form.is_bound else 200)


def _closed(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/join_closed.html", status=404)
