"""What all forms that order something have in common."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse

from accounts.models import User
from studio.errors import Refusal
from studio.forms import WriteLyricsForm
from studio.forms.fields import draw_again
from studio.models import Project
from studio.services import limits, pauses, tasks
from studio.services.standings import State
from studio.views.htmx import StudioRequest


@dataclass(frozen=True)
class Standing:
    """What a form says beside its button before anything is spent."""

    off: str = ""  # why nothing can be ordered now
    ask: str = ""  # the address at which more can be asked for
    short: str = ""  # why one order of it is fine, but not as many takes as are chosen
    left: int | None = None  # credits until the nearest limit that blocks
    warnings: tuple[str, ...] = ()


def standing(user: User, project: Project, price: int, takes: int = 1) -> Standing:
    """How pauses and limits stand to an order of this price for each take."""
    if team := pauses.current():
        return Standing(off=pauses.told(team))
    if not price:
        return Standing()
    states = limits.state_for(user, project)
    if tight := limits.tightest(states, price):
        return Standing(limits.why_blocked(tight, price), _ask(tight))
    warned = tuple(
        state.sentence for state in states if not state.blocks and state.used + price * takes >= state.allowed
    )
    tight = limits.tightest(states, price * takes)
    left = min((state.left for state in states if state.blocks), default=None)
    why = limits.why_blocked(tight, price * takes) if tight else ""
    return Standing("", _ask(tight) if tight else "", why, left, warned)


def _ask(state: State) -> str:
    return f"{reverse('credit_ask')}?{urlencode({'limit': state.limit.pk})}"


def place(request: StudioRequest, project: Project, form: WriteLyricsForm, **more: Any) -> bool:
    """Place the order of a valid form; a refusal becomes an error of the form."""
    try:
        tasks.order(project=project, by=request.user, **form.order(), **more)
    except Refusal as refusal:
        refused(form, refusal)
        return False
    return True


def refused(form: forms.Form, refusal: Refusal) -> None:
    """Say why, next to the field. One that was placed already gets a new number: sent again it is another."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    if isinstance(refusal, tasks.PlacedAlready):
        draw_again(form)
    if isinstance(refusal, limits.Blocked):
        limits.tell([refusal.state], refusal.by)
