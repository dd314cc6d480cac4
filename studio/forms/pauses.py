from django import forms

from studio.forms.fields import PlainText


class PauseForm(forms.Form):
    reason = PlainText(
        label="Why",
        max_length=200,
        error_messages={"required": "Say why: everybody who wants to order reads it."},
        help_text="Everybody who wants to order reads it.",
    )
