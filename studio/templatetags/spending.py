"""What stands beside the button of a form that orders something."""

from typing import Any

from django import template

from studio.models import Project
from studio.views import orders

register = template.Library()


@register.simple_tag(takes_context=True)
def standing(context: dict[str, Any], project: Project, price: int, takes: int = 1) -> orders.Standing:
    """Whether the person of the page can order that now, and what they should know before."""
    return orders.standing(context["request"].user, project, price, takes)
