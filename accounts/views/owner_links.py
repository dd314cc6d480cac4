from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.forms import OwnerForm
from accounts.services import owner_links

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """The one-time link of a new studio: makes the owner and signs them in."""
    if request.user.is_authenticated:
        return redirect("home")
    if not owner_links.is_open(token):
        raise Http404
    form = OwnerForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "accounts/welcome.html", {"form": form}, status=422 if form.is_bound else 200)
    try:
        owner = owner_links.create_owner(token, **form.cleaned_data)
    except owner_links.LinkUsed:
        raise Http404 from None
    login(request, owner, backend=BACKEND)
    return redirect("home")
