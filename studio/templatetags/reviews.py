"""What was said of the songs on a public page."""

from collections.abc import Mapping

from django import template

from studio.views.guest_remarks import Review

register = template.Library()


@register.filter
def of_song(reviews: Mapping[str, Review], handle: str) -> Review | None:
    return reviews.get(handle)
