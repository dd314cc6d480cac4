"""What the person was told, and how they want to be told."""

from django.contrib import messages
from django.forms.models import model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from studio.forms import NoticeChoiceForm
from studio.services import notice_words, notices
from studio.views.htmx import StudioRequest, whole_number

PAGE = 50


@require_safe
def index(request: StudioRequest) -> HttpResponse:
    """The newest first. Who has looked at the first page has read them all."""
    rows = notices.of(request.user)
    before = whole_number(request.GET.get("before", ""))
    found = list((rows.filter(pk__lt=before) if before else rows)[: PAGE + 1])
    told = notice_words.words_of(found[:PAGE], request.user)
    if found and not before and any(each.read_at is None for each in found):
        notices.read(request.user, found[0].pk)
    context = {"told": told, "older": found[PAGE - 1].pk if len(found) > PAGE else None}
    return render(request, "notices/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: StudioRequest) -> HttpResponse:
    form = _form(request)
    if form.is_bound and form.is_valid():
        notices.choose(request.user, **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("notice_settings")
    return render(request, "notices/settings.html", {"form": form}, status=422 if form.is_bound else 200)


def _form(request: StudioRequest) -> NoticeChoiceForm:
    if request.method == "POST":
        return NoticeChoiceForm(request.POST)
    return NoticeChoiceForm(initial=model_to_dict(notices.choice_of(request.user)))
