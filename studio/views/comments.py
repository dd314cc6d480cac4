"""Comments on a song: made, answered, changed, resolved, assigned."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from studio.errors import Refusal
from studio.forms import AnswerForm, CommentForm, EditCommentForm
from studio.models import Clip, Comment
from studio.services import comments
from studio.views import access, remarks
from studio.views.htmx import StudioRequest, back, is_fragment, whole_number
from studio.views.kept import keeps

NOBODY = "Choose somebody who sees this project."


# -- The page, and a new one ------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@keeps("text")
def index(request: StudioRequest, clip_id: int) -> HttpResponse:
    """All comments of a song, `?resolved=1` those that are done, `?at=` one. A new one is sent here."""
    clip = access.clip_for(request.user, clip_id)
    if request.method != "POST":
        return _page(request, clip)
    access.check(request.user, clip.project, "comment")
    form = CommentForm(request.POST)
    return _say(request, clip, "new", form, lambda said: comments.add(clip, **said, by=request.user))


@require_POST
@keeps("text")
def answer(request: StudioRequest, clip_id: int, comment_id: int) -> HttpResponse:
    clip, comment = _of(request, clip_id, comment_id)
    form = AnswerForm(request.POST, auto_id=f"answer_{comment.pk}_%s")
    key = f"answer_{comment.pk}"
    return _say(request, clip, key, form, lambda said: comments.answer(comment, **said, by=request.user))


@require_POST
@keeps("text")
def edit(request: StudioRequest, clip_id: int, comment_id: int) -> HttpResponse:
    """For five minutes, and by who wrote it."""
    clip, comment = _of(request, clip_id, comment_id)
    if not comments.is_by(comment, request.user):
        raise PermissionDenied("Only who wrote a comment can change it.")

    def change(said: dict[str, Any]) -> Comment:
        comments.edit(comment, **said, by=request.user)
        return comment

    form = EditCommentForm(request.POST, auto_id=f"edit_{comment.pk}_%s")
    return _say(request, clip, f"edit_{comment.pk}", form, change)


def _of(request: StudioRequest, clip_id: int, comment_id: int) -> tuple[Clip, Comment]:
    """A song and its comment, for who may comment on it."""
    clip = access.clip_for(request.user, clip_id)
    access.check(request.user, clip.project, "comment")
    said = Comment.objects.select_related("clip", "parent")
    return clip, get_object_or_404(said, pk=comment_id, clip=clip)


def _say(
    request: StudioRequest, clip: Clip, key: str, form: Form, verb: Callable[[dict[str, Any]], Comment]
) -> HttpResponse:
    """Keep what was typed; a refusal becomes an error of the form."""
    if form.is_valid():
        try:
            return _done(request, clip, verb(form.cleaned_data))
        except Refusal as refusal:
            form.add_error(refusal.field or None, refusal.message)
    return _page(request, clip, remarks.Refused(key, form))


# -- What is shown then ------------------------------------------------------------------------------


def _page(request: StudioRequest, clip: Clip, refused: remarks.Refused = remarks.NOTHING) -> HttpResponse:
    template = "comments/_swapped.html" if is_fragment(request) else "comments/index.html"
    context = {"clip": clip, "project": clip.project, **remarks.context(request, clip, refused)}
    return render(request, template, context, status=422 if refused.key else 200)


def _done(request: StudioRequest, clip: Clip, comment: Comment) -> HttpResponse:
    if is_fragment(request):
        return _page(request, clip)
    answer = back(request, reverse("clip", args=[clip.pk]))
    answer["Location"] = f"{answer['Location'].partition('#')[0]}#comment-{comment.pk}"
    return answer


# -- Resolved and assigned --------------------------------------------------------------------------


@require_POST
def resolve(request: StudioRequest, clip_id: int, comment_id: int) -> HttpResponse:
    """With `back` in the form it is open again."""
    clip, comment = _of(request, clip_id, comment_id)
    if "back" in request.POST:
        return _settle(request, clip, comment, lambda: comments.reopen(comment))
    return _settle(request, clip, comment, lambda: comments.resolve(comment, by=request.user))


@require_POST
def assign(request: StudioRequest, clip_id: int, comment_id: int) -> HttpResponse:
    """`to` is who is asked to see to it; nobody when it is empty."""
    clip, comment = _of(request, clip_id, comment_id)
    return _settle(request, clip, comment, lambda: comments.assign(comment, _asked(request)))


def _asked(request: StudioRequest) -> User | None:
    """Whether they see the project, the service looks."""
    if not (named := request.POST.get("to", "")):
        return None
    found = User.objects.filter(pk=whole_number(named) or 0).first()
    if found is None:
        raise Refusal(NOBODY)
    return found


def _settle(request: StudioRequest, clip: Clip, comment: Comment, verb: Callable[[], None]) -> HttpResponse:
    """For those who change the song, who asked for something, and who was asked to see to it."""
    if comment.parent_id:
        raise Http404
    if request.user.pk not in (comment.created_by_id, comment.assigned_to_id):
        access.check(request.user, clip.project, "edit")
    try:
        verb()
    except Refusal as refusal:
        return _page(request, clip, remarks.Refused(f"settle_{comment.pk}", words=refusal.message))
    return _done(request, clip, comment)
