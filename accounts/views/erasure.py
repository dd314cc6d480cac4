"""Deleting one's own account."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.forms.erasure import EraseForm
from accounts.models import User
from accounts.services import erasure


@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    obstacles = erasure.obstacles(user)
    form = EraseForm(request.POST if request.method == "POST" else None, user=user)
    if obstacles or not form.is_valid() or not _erased(user):
        context = {"form": form, "obstacles": obstacles or (erasure.obstacles(user) if form.is_bound else [])}
        return render(request, "my_data/delete.html", context, status=422 if form.is_bound else 200)
    logout(request)
    messages.success(request, "Your account is deleted.")
    return redirect("account_login")


def _erased(user: User) -> bool:
    try:
        erasure.erase(user)
    except erasure.StillNeeded:  # since the page was asked for
        return False
    return True
