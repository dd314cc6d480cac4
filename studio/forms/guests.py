"""What guests of a link say. The name is asked of whoever did not say it yet."""

import uuid
from typing import Any

from django import forms

from studio.forms.comments import CommentForm
from studio.forms.fields import PlainText
from studio.forms.line_comments import AnswerForm


class GuestKey(forms.Field):
    """Hidden, new in every form: the same form sent twice is one guest. Nobody types it, so nothing about it
    is wrong."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput)

    def to_python(self, value: Any) -> uuid.UUID:
        try:
            return uuid.UUID(value)
        except (ValueError, TypeError, AttributeError):
            return uuid.uuid4()


class GuestForm(forms.Form):
    """`is_known`: this browser has said its person's name; `recipient` is whom the link was made for."""

    name = PlainText(
        label="Your name",
        max_length=80,
        error_messages={"required": "Say your name, so that the team knows who it is from."},
        widget=forms.TextInput({"autocomplete": "name", "size": 24}),
    )
    me = GuestKey()

    def __init__(self, *args: Any, is_known: bool, recipient: str = "", **kwargs: Any) -> None:
        initial = {"name": recipient, "me": uuid.uuid4(), **kwargs.pop("initial", {})}
        super().__init__(*args, **{**kwargs, "initial": initial})
        if is_known:
            del self.fields["name"], self.fields["me"]


class GuestCommentForm(GuestForm, CommentForm):
    field_order = ("text", "start", "end", "name", "me")


class GuestAnswerForm(GuestForm, AnswerForm):
    field_order = ("text", "name", "me")
