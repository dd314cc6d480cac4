"""How long something still lies in the bin."""

from datetime import datetime

from django import template

from studio.models import Clip
from studio.services import bin

register = template.Library()


@register.filter
def gone_on(clip: Clip) -> datetime | None:
    """When a clip in the bin goes for good."""
    return clip.binned_at + bin.KEPT_FOR if clip.binned_at else None
