"""Of links as others show them, for the head of a public page."""

from django import template
from django.utils.safestring import SafeString

from studio.services import previews
from studio.services.share_pages import Page

register = template.Library()


@register.simple_tag
def whole_address(name: str, token: str, *rest: str) -> str:
    return previews.address(name, token, *rest)


@register.simple_tag
def oembed_address(token: str) -> str:
    return previews.oembed_address(token)


@register.simple_tag
def linked_data(page: Page, token: str) -> SafeString:
    return previews.linked_data(page, token)


@register.simple_tag
def frame() -> dict[str, int]:
    """The size that a player has in a frame."""
    return {"width": previews.WIDTH, "height": previews.HEIGHT}


@register.filter
def seconds(duration: float) -> int:
    return round(duration)
