"""Links for people who are not in the team: made, listed, changed, given another address, revoked.

An address is shown by the answer that makes it, and never again: of its token only a hash is kept.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from studio.forms import ShareForm, ShareSettingsForm
from studio.models import Clip, Comment, ListenDay, Project, Share
from studio.services import listens, shares
from studio.templatetags.charts import Series
from studio.views import access, shared_things
from studio.views.htmx import StudioRequest, back, whole_number
from studio.views.shared_things import Thing

PAGE = 50
MOST_LINKS = 10  # of the same thing, beside the form for one more
CHART_DAYS = 30
REVOKED = "This link was revoked. Make a new one."
SAVED = "Saved. It counts from now on, for everybody who has the link."
SAVED_WITHOUT_ADDRESS = "Saved. Its old address is forgotten: give it a new one."


@dataclass(frozen=True)
class Address:
    """Of a link, as it stands in one answer."""

    token: str
    may_embed: bool

    @property
    def url(self) -> str:
        return settings.PUBLIC_URL + reverse("public", args=[self.token])

    @property
    def qr(self) -> str:
        return reverse("public_qr", args=[self.token])

    @property
    def embed(self) -> str:
        """What goes into somebody's page, or ""."""
        if not self.may_embed:
            return ""
        src = settings.PUBLIC_URL + reverse("public_embed", args=[self.token])
        return f'<iframe src="{src}" width="480" height="240" title="Player" loading="lazy"></iframe>'


@dataclass(frozen=True)
class Heard:
    """A song of a link: how it was heard there, and what was said to it."""

    clip: Clip
    plays: int
    completed: int
    furthest: float
    comments: int


# -- A new one --------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: StudioRequest, kind: str, key: str) -> HttpResponse:
    """`?handover=1` begins with what handing over a final take needs."""
    thing = shared_things.find(request.user, kind, key)
    if request.method != "POST":
        preset = {"downloads": True, "handover": True} if "handover" in request.GET else {}
        return _new_page(request, thing, ShareForm(initial=preset))
    form = ShareForm(request.POST)
    if not form.is_valid() or thing.empty:
        return _new_page(request, thing, form)
    share, token = shares.create(
        project=thing.project,
        kind=thing.kind,
        by=request.user,
        thing=thing.column,
        password=form.cleaned_data["password"],
        **form.fields_of_share,
    )
    return _shown_once(request, share.pk, token)


def _new_page(request: StudioRequest, thing: Thing, form: ShareForm) -> HttpResponse:
    same = _rows(request.user).filter(project=thing.project, kind=thing.kind, **thing.column)
    context = {
        "thing": thing,
        "project": thing.project,
        "form": form,
        "links": shared_things.named(same[:MOST_LINKS]),
        "now": timezone.now(),
    }
    return render(request, "shares/new.html", context, status=422 if form.is_bound else 200)


def _shown_once(request: StudioRequest, share_id: int, token: str) -> HttpResponse:
    """The page of the link with its address, under the page's own address: loaded again, it shows none."""
    share = access.share_for(request.user, share_id)
    answer = _page(request, share, address=Address(token, share.may_embed))
    answer.headers["HX-Push-Url"] = reverse("share", args=[share.pk])
    return answer


# -- All of them ------------------------------------------------------------------------------------


@require_safe
def index(request: StudioRequest) -> HttpResponse:
    """Those that open; `?ended=1` those that do not any more; `?project=` only of this one."""
    project, is_ended = _project(request), "ended" in request.GET
    rows = _rows(request.user, ended=is_ended)
    if project:
        rows = rows.filter(project=project)
    if before := whole_number(request.GET.get("before", "")):
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    context = {
        "links": shared_things.named(found[:PAGE]),
        "older": found[PAGE - 1].pk if len(found) > PAGE else None,
        "project": project,
        "is_ended": is_ended,
        "now": timezone.now(),
    }
    return render(request, "shares/index.html", context)


def _project(request: StudioRequest) -> Project | None:
    number = whole_number(request.GET.get("project", ""))
    return access.project_for(request.user, number, "see") if number else None


def _rows(user: User, *, ended: bool = False) -> QuerySet[Share]:
    """The newest first, with everything that a line of the list shows."""
    heard = ListenDay.objects.filter(share=OuterRef("pk")).order_by()
    summed = heard.values("share").annotate(n=Sum("plays"))
    rows = shares.listed(user, ended=ended).annotate(plays=Coalesce(Subquery(summed.values("n")), 0))
    return rows.select_related("project", "clip", "playlist", "created_by").order_by("-pk")


# -- One of them ------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: StudioRequest, share_id: int) -> HttpResponse:
    """Its settings, and how it was used. Who may share no more in its project still sees and revokes it."""
    share = access.share_for(request.user, share_id)
    if request.method != "POST":
        return _page(request, share)
    access.check(request.user, share.project, "share")
    form = ShareSettingsForm(request.POST, share=share)
    if not form.is_valid():
        return _page(request, share, form=form, status=422)
    if shares.change(share, by=request.user, password=form.new_password, **form.fields_of_share):
        messages.success(request, SAVED if share.token_hash else SAVED_WITHOUT_ADDRESS)
    else:
        messages.error(request, REVOKED)
    return redirect("share", share.pk)


def _page(
    request: StudioRequest,
    share: Share,
    *,
    form: ShareSettingsForm | None = None,
    address: Address | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "share": share,
        "thing": shared_things.of(share),
        "project": share.project,
        "address": address,
        "form": form or ShareSettingsForm(share=share),
        "refusal": access.reason_not_to(request.user, share.project, "share"),
        "now": timezone.now(),
        **_statistics(share),
    }
    return render(request, "shares/detail.html", context, status=status)


def _statistics(share: Share) -> dict[str, Any]:
    known = {day.day: day for day in listens.days(share, CHART_DAYS)}
    today = timezone.now().date()  # UTC, as the days are
    shown = [today - timedelta(days=ago) for ago in range(CHART_DAYS - 1, -1, -1)]
    heard = [known.get(day, listens.Day(day, 0, 0)) for day in shown]
    return {
        "total": listens.total(share),
        "days": [day for day in reversed(heard) if day.plays or day.completed],
        "columns": [_day(day) for day in shown],
        "series": [
            Series(0, "To the end", [min(day.completed, day.plays) for day in heard]),
            Series(1, "Left before", [max(day.plays - day.completed, 0) for day in heard]),
        ],
        "songs": _songs(share),
    }


def _day(day: date) -> str:
    return f"{day:%-d %b}"


def _songs(share: Share) -> list[Heard]:
    """What the link shows now, in the order in which it shows it."""
    known = listens.songs(share)
    said = Comment.objects.filter(share=share, parent=None).values_list("clip").annotate(Count("pk"))
    comments = dict(said.order_by())
    nothing = listens.Heard()
    return [
        Heard(clip, one.plays, one.completed, one.furthest, comments.get(clip.pk, 0))
        for clip in shares.clips_of(share)
        for one in [known.get(clip.pk, nothing)]
    ]


@require_POST
def reissue(request: StudioRequest, share_id: int) -> HttpResponse:
    share = access.share_for(request.user, share_id)
    access.check(request.user, share.project, "share")
    token = shares.reissue(share, by=request.user)
    if token is None:
        messages.error(request, REVOKED)
        return redirect("share", share.pk)
    return _shown_once(request, share.pk, token)


@require_POST
def revoke(request: StudioRequest, share_id: int) -> HttpResponse:
    """For whoever manages it, also when they may share nothing any more. Then back to where they were."""
    share = access.share_for(request.user, share_id)
    if shares.revoke(share, by=request.user):
        messages.success(request, f"{share} opens nothing any more.")
    return back(request, "shares")
