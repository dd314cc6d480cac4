"""The tags of a clip: put on by typing, taken off one by one."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from studio.errors import Refusal
from studio.forms import TagsForm
from studio.models import Clip
from studio.services import tags
from studio.views import access, clips
from studio.views.htmx import StudioRequest, fragments, is_fragment, whole_number


@require_POST
def change(request: StudioRequest, clip_id: int) -> HttpResponse:
    """`remove=` takes off the tag of that number; else what was typed into `add` is put on."""
    clip = access.clip_for(request.user, clip_id)
    access.check(request.user, clip.project, "edit")
    number = whole_number(request.POST.get("remove", ""))
    form = TagsForm() if number is not None else TagsForm(request.POST)
    if number is not None:
        with access.changing():
            tags.remove(clip, number)
    elif form.is_valid() and _add(clip, form):
        form = TagsForm()
    if is_fragment(request):
        context = {
            "clip": clip,
            "tags_form": form,
            "known_tags": tags.known_in(clip.project),
            "why_not_edit": "",
        }
        return fragments(request, ("clips/_tags.html", context), status=422 if form.is_bound else 200)
    return clips.page(request, clip, new_tags=form) if form.is_bound else redirect("clip", clip.pk)


def _add(clip: Clip, form: TagsForm) -> bool:
    """Put them on; a refusal becomes an error of the form."""
    try:
        tags.add(clip, form.cleaned_data["add"])
    except Refusal as refusal:
        form.add_error(refusal.field or "add", refusal.message)
    return not form.errors
