"""Takes beside each other: heard under one transport, and the one of them picked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from studio.errors import Refusal
from studio.models import Clip, LyricRevision, LyricSheet, Project
from studio.services import finals, takes
from studio.views import access, shared_things, sung
from studio.views.htmx import StudioRequest, whole_number

AT_ONCE = 4  # takes that are compared: one for each of the keys 1 to 4
ASKED = 60  # clips that one address may name; more are left out
BARS = 300  # of the longest waveform; the others are shorter by as much as they are


@dataclass(frozen=True)
class Take:
    """One column of the comparison."""

    clip: Clip
    number: int
    loudness: float  # LUFS
    gain: float  # dB, 0 or less: how much it is turned down to be as loud as the quietest
    bars: int
    refusal: str  # why this person may not pick it
    why_not_edit: str  # nor rate it
    sung: LyricRevision | None  # the version of a sheet that it sings, unless this person can't look there


@dataclass(frozen=True)
class Asked:
    """What an address asks for: clips to hear, and those that find no place beside them."""

    clips: list[Clip]
    others: list[Clip]
    binned: list[Clip]


@require_safe
def compare(request: StudioRequest) -> HttpResponse:
    """`?stack=` a whole order, or `?clip=1&clip=2`: whatever a person wants to hear beside each other."""
    asked = _stack(request) if "stack" in request.GET else _clips(request)
    shown = _beside(asked.clips, request.user)
    project, is_one_order = _project_of(asked.clips), len({clip.stack for clip in asked.clips}) == 1
    context = {
        "takes": shown,
        "others": [(clip, _address([clip, *asked.clips[: AT_ONCE - 1]])) for clip in asked.others],
        "binned": asked.binned,
        "longest": max((clip.duration for clip in asked.clips), default=0),
        "is_one_order": is_one_order,
        "project": project,
        "sheet": _sheet(request),
        "levels_differ": any(take.gain for take in shown),
        "here": request.get_full_path(),
    }
    if project and is_one_order:
        context["sharing"] = shared_things.button(request.user, project, "stack", stack=asked.clips[0].stack)
    return render(request, "takes/compare.html", context)


def _stack(request: StudioRequest) -> Asked:
    """The newest of a stack that has many, in the order they were made."""
    found = access.stack_for(request.user, request.GET["stack"])
    kept = [clip for clip in found if clip.binned_at is None]
    return Asked(
        clips=kept[-AT_ONCE:],
        others=kept[:-AT_ONCE],
        binned=[clip for clip in found if clip.binned_at],
    )


def _clips(request: StudioRequest) -> Asked:
    """In the order in which they were named; what is no number counts as not named."""
    ids = [number for text in request.GET.getlist("clip") if (number := whole_number(text)) is not None]
    found = access.clips_for(request.user, ids[:ASKED])
    kept = [clip for clip in found if clip.binned_at is None]
    return Asked(
        clips=kept[:AT_ONCE],
        others=kept[AT_ONCE:],
        binned=[clip for clip in found if clip.binned_at],
    )


def _beside(clips: Sequence[Clip], user: User) -> list[Take]:
    gains = takes.matched([clip.loudness for clip in clips])
    longest = max((clip.duration for clip in clips), default=1)
    editable = set(
        Project.objects.editable_by(user)
        .filter(pk__in={clip.project_id for clip in clips})
        .values_list("pk", flat=True)
    )
    versions = sung.of_all(clips, user)
    reasons = {
        clip.pk: "" if clip.project_id in editable else access.reason_in_list(user, clip.project)
        for clip in clips
    }
    locked = {clip.stack for clip in clips if clip.final_at and clip.picked}
    return [
        Take(
            clip=clip,
            number=number,
            loudness=round(clip.loudness, 1),
            gain=round(gain, 1),
            bars=max(1, round(BARS * clip.duration / longest)),
            refusal=reasons[clip.pk] or _why_no_pick(clip, locked),
            why_not_edit=reasons[clip.pk] or (finals.FINAL if clip.final_at else ""),
            sung=versions.get(clip.pk),
        )
        for number, (clip, gain) in enumerate(zip(clips, gains, strict=True), 1)
    ]


def _why_no_pick(clip: Clip, locked: set[UUID]) -> str:
    """`locked` are the stacks whose picked take is final."""
    if clip.final_at:
        return finals.FINAL
    return takes.PICK_IS_FINAL if clip.stack in locked else ""


def _project_of(clips: Sequence[Clip]) -> Project | None:
    """The one project of them all."""
    projects = {clip.project for clip in clips}
    return projects.pop() if len(projects) == 1 else None


def _sheet(request: StudioRequest) -> LyricSheet | None:
    """The sheet on which the songs were chosen, to go back to."""
    number = whole_number(request.GET.get("sheet", ""))
    return None if number is None else LyricSheet.objects.visible_to(request.user).filter(pk=number).first()


def _address(clips: Sequence[Clip]) -> str:
    return f"{reverse('compare')}?{urlencode([('clip', clip.pk) for clip in clips])}"


@require_POST
def pick(request: StudioRequest, clip_id: int) -> HttpResponse:
    """The one of its takes; with `back=1` it is that no more. Then back to where it was picked."""
    clip = access.clip_for(request.user, clip_id)
    access.check(request.user, clip.project, "edit")
    try:
        _pick(request, clip)
    except Refusal as refused:
        messages.error(request, refused.message)
    there = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(there, None):
        return redirect(there)
    return redirect(f"{reverse('compare')}?stack={clip.stack}")


def _pick(request: StudioRequest, clip: Clip) -> None:
    if request.POST.get("back"):
        takes.unpick(clip)
        messages.success(request, f"{clip.title} is not picked any more.")
        return
    takes.pick(clip)
    folded: dict[Any, int] = takes.counts([clip.stack])
    others = " The other takes are folded away behind it." if folded.get(clip.stack, 1) > 1 else ""
    messages.success(request, f"{clip.title} is picked.{others}")
