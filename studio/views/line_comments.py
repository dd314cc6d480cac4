"""Comments on lines of a sheet: made, answered, resolved."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from studio.errors import Refusal
from studio.forms import AnswerForm, LineCommentForm
from studio.models import LineComment, LyricRevision, LyricSheet
from studio.services import line_comments
from studio.views import access
from studio.views.htmx import StudioRequest, back, is_fragment, whole_number
from studio.views.kept import keeps

PAGE = 50
MOST_RESOLVED = 10
MOST_MENTIONS = 10
MOST_NAMES = 30  # of people to mention; the others can be mentioned as well
LAST = 2**31  # sorts behind every line


@dataclass(frozen=True)
class Thread:
    """A comment with its answers, and the form for one more: the one that was refused, or an empty one."""

    comment: LineComment
    form: AnswerForm
    may_resolve: bool
    refusal: str  # why nothing is said any more


@dataclass(frozen=True)
class Answers:
    """What the person who looks may do to comments, and the answer of theirs that was refused."""

    user: User
    may_edit: bool
    refusal: str
    refused: tuple[int, AnswerForm] | None

    def to(self, comment: LineComment) -> Thread:
        is_refused = self.refused is not None and self.refused[0] == comment.pk
        form = self.refused[1] if self.refused and is_refused else _answer_form(comment)
        may_resolve = self.may_edit or (not self.refusal and comment.created_by_id == self.user.pk)
        return Thread(comment, form, may_resolve, self.refusal)


def _answer_form(comment: LineComment, data: Any = None) -> AnswerForm:
    return AnswerForm(data, auto_id=f"answer_{comment.pk}_%s")


def context(request: StudioRequest, sheet: LyricSheet) -> dict[str, Any]:
    """What `lyrics/_comments.html` shows: the newest open comments in the order of their lines."""
    return _context(request, sheet)


def mentions(request: StudioRequest) -> dict[str, Any]:
    """What `lyrics/_mentions.html` shows."""
    said = line_comments.mentioning(request.user).select_related("created_by", "sheet")
    return {"mentions": list(said[:MOST_MENTIONS])}


# -- The page, and a new one ------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@keeps("text")
def index(request: StudioRequest, sheet_id: int) -> HttpResponse:
    """All comments of a sheet; `?resolved=1` those that are done. A new one is sent here."""
    sheet = access.sheet_for(request.user, sheet_id, "comment" if request.method == "POST" else "see")
    if request.method != "POST":
        return _page(request, sheet)
    form = LineCommentForm(request.POST, revision=_shown(request, sheet))
    if not form.is_valid() or not _add(request, form):
        return _page(request, sheet, form=form)
    return _done(request, sheet)


def _shown(request: StudioRequest, sheet: LyricSheet) -> LyricRevision:
    """The version whose lines the person chose from; the newest where the page does not know."""
    base = whole_number(request.POST.get("base", "")[:9]) or 0
    revisions = sheet.revisions.select_related("sheet__project")
    return revisions.filter(number=base).first() or revisions.latest("number")


def _add(request: StudioRequest, form: LineCommentForm) -> bool:
    """Keep it; a refusal becomes an error of the form."""
    data = form.cleaned_data
    try:
        line_comments.add(form.revision, line=data["line"], text=data["text"], by=request.user)
    except Refusal as refusal:
        form.add_error(refusal.field, refusal.message)
    return not form.errors


def _page(request: StudioRequest, sheet: LyricSheet, **forms: Any) -> HttpResponse:
    template = "lyrics/_comments.html" if is_fragment(request) else "line_comments/index.html"
    return render(request, template, _context(request, sheet, **forms), status=422 if forms else 200)


def _done(request: StudioRequest, sheet: LyricSheet) -> HttpResponse:
    if is_fragment(request):
        return render(request, "lyrics/_comments.html", _context(request, sheet))
    return back(request, f"{reverse('lyric_sheet', args=[sheet.pk])}#comments")


def _context(
    request: StudioRequest,
    sheet: LyricSheet,
    form: LineCommentForm | None = None,
    answer: tuple[int, AnswerForm] | None = None,
) -> dict[str, Any]:
    heads, is_done = _heads(sheet), "resolved" in request.GET
    listed = heads.exclude(resolved_at=None) if is_done else heads.filter(resolved_at=None)
    shown = list(_beyond(listed, request.GET.get("comments_before", ""))[: PAGE + 1])
    resolved = [] if is_done else list(heads.exclude(resolved_at=None)[: MOST_RESOLVED + 1])
    may_edit = not access.reason_not_to(request.user, sheet.project, "edit")
    # Whoever sees a sheet may say something to it, unless its project is archived.
    archived = (
        access.reason_not_to(request.user, sheet.project, "comment") if sheet.project.is_archived else ""
    )
    answers = Answers(request.user, may_edit, archived, answer)
    return {
        "sheet": sheet,
        "project": sheet.project,
        "comment_form": form or LineCommentForm(revision=sheet.revisions.latest("number")),
        "threads": [answers.to(each) for each in sorted(shown[:PAGE], key=_place)],
        "older_comments": shown[PAGE - 1].pk if len(shown) > PAGE else None,
        "resolved": [answers.to(each) for each in resolved[:MOST_RESOLVED]],
        "more_resolved": len(resolved) > MOST_RESOLVED,
        "is_done": is_done,
        "no_comment": archived,
        "audience": line_comments.audience(sheet.project).exclude(pk=request.user.pk)[:MOST_NAMES],
    }


def _place(comment: LineComment) -> tuple[int, int]:
    return (LAST if comment.line is None else comment.line, comment.pk)


def _beyond(heads: QuerySet[LineComment], before: str) -> QuerySet[LineComment]:
    """What is older than the comment with this number; nonsense counts as absent."""
    number = whole_number(before)
    return heads if number is None else heads.filter(pk__lt=number)


def _heads(sheet: LyricSheet) -> QuerySet[LineComment]:
    """The comments that others answer, the newest first, with everything that is shown of them."""
    answers = Prefetch("answers", _with_faces(LineComment.objects.all()).order_by("pk"))
    heads = _with_faces(sheet.comments.filter(parent=None)).select_related("resolved_by")
    return heads.prefetch_related(answers).order_by("-pk")


def _with_faces(comments: QuerySet[LineComment]) -> QuerySet[LineComment]:
    return comments.select_related("created_by__picture").defer("created_by__picture__content")


# -- One comment ------------------------------------------------------------------------------------


@require_POST
@keeps("text")
def answer(request: StudioRequest, sheet_id: int, comment_id: int) -> HttpResponse:
    sheet = access.sheet_for(request.user, sheet_id, "comment")
    comment = _of(sheet, comment_id)
    form = _answer_form(comment, request.POST)
    if not form.is_valid() or not _answer(request, comment, form):
        return _page(request, sheet, answer=(comment.pk, form))
    return _done(request, sheet)


def _answer(request: StudioRequest, comment: LineComment, form: AnswerForm) -> bool:
    try:
        line_comments.answer(comment, text=form.cleaned_data["text"], by=request.user)
    except Refusal as refusal:
        form.add_error(refusal.field, refusal.message)
    return not form.errors


@require_POST
def resolve(request: StudioRequest, sheet_id: int, comment_id: int) -> HttpResponse:
    """With `back` in the form it is open again. For whoever wrote it, and for those who change the words."""
    sheet = access.sheet_for(request.user, sheet_id, "comment")
    comment = _of(sheet, comment_id)
    if comment.created_by_id != request.user.pk:
        access.check(request.user, sheet.project, "edit")
    if "back" in request.POST:
        line_comments.reopen(comment)
    else:
        line_comments.resolve(comment, by=request.user)
    return _done(request, sheet)


def _of(sheet: LyricSheet, comment_id: int) -> LineComment:
    heads = sheet.comments.filter(parent=None).select_related("revision__sheet__project")
    return get_object_or_404(heads, pk=comment_id)
