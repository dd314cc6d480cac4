"""What people say about a moment of a song."""

from typing import Any

from django import forms

from studio.forms.clips import SecondsField
from studio.forms.line_comments import words


def _moment(label: str) -> SecondsField:
    attrs = {"class": "figure", "size": 6, "autocomplete": "off", "inputmode": "text"}
    return SecondsField(label=label, required=False, widget=forms.TextInput(attrs=attrs))


class CommentForm(forms.Form):
    """A moment, a range with `end`, or with neither the whole song. Whether they lie in the song, the service
    says."""

    text = words("Comment", 3)
    start = _moment("From")
    end = _moment("To")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "remark_%s", **kwargs})


class EditCommentForm(forms.Form):
    text = words("Comment", 3)
