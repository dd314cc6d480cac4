"""What a person says about themselves, and their picture as others see it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import condition, require_http_methods, require_POST, require_safe

from accounts.forms.profile import ProfileForm, ThemeForm
from accounts.models import Picture, User
from accounts.services import people, profiles
from accounts.services.pictures import BadPicture
from accounts.views.people import TeamRequest

A_DAY_S = 24 * 3600  # its address changes with the picture


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: TeamRequest) -> HttpResponse:
    me = people.everybody().get(pk=request.user.pk)
    form = _form(request, me)
    if form.is_bound and form.is_valid():
        try:
            profiles.change(me, **form.cleaned_data)
        except BadPicture as bad:
            form.add_error("picture", str(bad))
        else:
            messages.success(request, "Saved.")
            return redirect("profile")
    context = {"form": form, "person": me}
    return render(request, "accounts/profile.html", context, status=422 if form.is_bound else 200)


def _form(request: TeamRequest, me: User) -> ProfileForm:
    if request.method == "POST":
        return ProfileForm(request.POST, request.FILES)
    return ProfileForm(initial={"name": me.name, "time_zone": me.time_zone, "theme": me.theme})


@require_POST
def remove_picture(request: TeamRequest) -> HttpResponse:
    profiles.remove_picture(request.user)
    messages.success(request, "Your picture is drawn from your name again.")
    return redirect("profile")


@require_POST
def theme(request: TeamRequest) -> HttpResponse:
    """From the account menu. A script has changed the colours already; without one the page comes anew."""
    form = ThemeForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    profiles.set_theme(request.user, form.cleaned_data["theme"])
    if getattr(request, "htmx", False):
        return HttpResponse(status=204)
    page = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return redirect(page if page and ours else "home")


def _etag(request: HttpRequest, person_id: int) -> str | None:
    found = Picture.objects.filter(user=person_id, user__erased_at=None).values_list("sha256", flat=True)
    return f'"{found[0]}"' if found else None


@require_safe
@condition(etag_func=_etag)
def picture(request: HttpRequest, person_id: int) -> HttpResponse:
    row = Picture.objects.filter(user=person_id, user__erased_at=None).first()
    if row is None:
        raise Http404
    return HttpResponse(
        bytes(row.content),
        content_type="image/webp",
        headers={"Cache-Control": f"private, max-age={A_DAY_S}", "X-Content-Type-Options": "nosniff"},
    )
