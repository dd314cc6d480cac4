"""What guests of a link do: they comment on a song, answer, put their words right, and approve a take."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_POST

from studio.errors import Refusal
from studio.forms import EditCommentForm, GuestAnswerForm, GuestCommentForm, GuestForm
from studio.models import Comment, Guest, Share
from studio.services import comments, guests, share_pages
from studio.views import doors, guest_remarks, public
from studio.views.guest_remarks import Refused


@dataclass(frozen=True)
class Sent:
    """A form that came through a link, about the song with this handle; `key` says where it stands."""

    request: HttpRequest
    share: Share
    token: str
    handle: str
    key: str
    form: Form

    @property
    def who(self) -> guests.Who:
        data = self.form.cleaned_data
        return guest_remarks.guest_of(self.request, self.share) or (data["name"], data["me"])

    @property
    def said(self) -> dict[str, Any]:
        return {name: value for name, value in self.form.cleaned_data.items() if name not in ("name", "me")}

    def again(self, status: int) -> HttpResponse:
        """The page with the form as it was sent, and what is wrong with it."""
        refused = Refused(self.key, self.form)
        return public.whole(
            self.request, self.share, self.token, opened=self.handle, status=status, refused=refused
        )


def _sent(
    form: type[GuestForm], request: HttpRequest, share: Share, token: str, handle: str, key: str
) -> Sent:
    is_known = guest_remarks.guest_of(request, share) is not None
    filled = form(request.POST, auto_id=f"{key}-%s", is_known=is_known, recipient=share.recipient)
    return Sent(request, share, token, handle, key, filled)


# -- Said -----------------------------------------------------------------------------------------


@doors.public
@require_POST
def comment(request: HttpRequest, share: Share, token: str, handle: str) -> HttpResponse:
    clip = share_pages.clip_of(share, handle) if share.may_comment else None
    if clip is None:
        return doors.gone(request)
    sent = _sent(GuestCommentForm, request, share, token, handle, f"c-{handle}")
    return _say(sent, lambda: guests.comment(share, sent.who, clip, **sent.said))


@doors.public
@require_POST
def answer(request: HttpRequest, share: Share, token: str, key: UUID) -> HttpResponse:
    heads = comments.on_link(share, guest_remarks.guest_of(request, share)).select_related("clip__project")
    head = heads.filter(key=key).first() if share.may_comment else None
    if head is None:
        return doors.gone(request)
    sent = _sent(GuestAnswerForm, request, share, token, share.handle(head.clip_id), f"a-{key}")
    return _say(sent, lambda: guests.answer(share, sent.who, head, **sent.said))


def _say(sent: Sent, do: Callable[[], Comment]) -> HttpResponse:
    said = _try(sent.request, sent.share, sent.form, do, sent.again)
    if isinstance(said, HttpResponse):
        return said
    return _back(sent, said.key, said.guest)


@doors.public
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, share: Share, token: str, key: UUID) -> HttpResponse:
    """For five minutes, and by who wrote it."""
    guest = guest_remarks.guest_of(request, share)
    remark = guests.own(share, guest, key) if share.may_comment else None
    if guest is None or remark is None:
        return doors.gone(request)
    place = share_pages.place(token, share.handle(remark.clip_id), key)
    form = EditCommentForm(request.POST if request.method == "POST" else None, initial={"text": remark.text})

    def page(status: int = 200) -> HttpResponse:
        late = "" if comments.may_still_edit(remark, guest=guest) else comments.TOO_LATE
        context = {"form": form, "token": token, "key": key, "place": place, "late": late}
        context["csrf_token"] = get_token(request)
        return HttpResponse(render_to_string("public/remark_edit.html", context), status=status)

    if not form.is_bound:
        return page()
    change = _try(request, share, form, lambda: guests.edit(share, guest, remark, **form.cleaned_data), page)
    return change if isinstance(change, HttpResponse) else redirect(place)


# -- Approved -------------------------------------------------------------------------------------


@doors.public
@require_POST
def approve(request: HttpRequest, share: Share, token: str, handle: str) -> HttpResponse:
    """With `back` in the form they take back what they had said themselves."""
    clip = share_pages.clip_of(share, handle) if share.may_approve else None
    if clip is None:
        return doors.gone(request)
    guest = guest_remarks.guest_of(request, share)
    sent = _sent(GuestForm, request, share, token, handle, f"v-{handle}")
    if "back" not in request.POST:
        said = _try(request, share, sent.form, lambda: guests.approve(share, sent.who, clip), sent.again)
    elif guest:
        said = _try(request, share, sent.form, lambda: guests.take_back(share, guest, clip), sent.again)
    else:
        said = None
    if isinstance(said, HttpResponse):
        return said
    return _back(sent, "", said if isinstance(said, Guest) else guest)


# -- All of them ----------------------------------------------------------------------------------


def _try(
    request: HttpRequest,
    share: Share,
    form: Form,
    do: Callable[[], Any],
    again: Callable[[int], HttpResponse],
) -> Any:
    """What was done; else the page with what is wrong, or the 404 of a link that has ended meanwhile."""
    if not form.is_valid():
        return again(422)
    if wait := doors.too_many(share):
        form.add_error(None, str(wait))
        return doors.wait(again(429), wait)
    try:
        return do()
    except guests.Ended:
        return doors.gone(request)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return again(422)


def _back(sent: Sent, key: object, guest: Guest | None) -> HttpResponse:
    """To what was said, where the browser from now on knows whose it is."""
    response = redirect(share_pages.place(sent.token, sent.handle, key))
    if guest:
        guest_remarks.remember(response, guest, sent.token, secure=settings.HTTPS)
    return response
