"""How comments are told of: their moments, and who said them."""

from django import template

from studio.forms.clips import clock
from studio.models import Comment

register = template.Library()


@register.filter
def moment(comment: Comment) -> str:
    """ "0:42", of a range "0:42–0:58", of the whole song ""."""
    if comment.start is None:
        return ""
    return clock(comment.start) + (f"–{clock(comment.end)}" if comment.end else "")


@register.filter
def said_by(comment: Comment) -> str:
    """A member's name; of a guest also the link through which they came. Needs `guest` and its link."""
    if comment.guest is None:
        return str(comment.created_by)
    return f"{comment.guest.name}, guest through “{comment.guest.share.label}”"
