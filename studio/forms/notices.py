from typing import Any

from django import forms

CLOCK = forms.TimeInput(format="%H:%M", attrs={"type": "time"})


class NoticeChoiceForm(forms.Form):
    """How a person is told; named as the columns of NoticeChoice."""

    mail_finished = forms.BooleanField(label="A mail when my order has finished", required=False)
    browser_finished = forms.BooleanField(
        label="A notification of the browser when a song is ready",
        required=False,
        help_text="While Studio is open and you look at something else.",
    )
    mail_credits = forms.BooleanField(
        label="A mail when credits are low, a limit is reached, or a request is made or answered",
        required=False,
    )
    mail_comments = forms.BooleanField(
        label="A mail when somebody comments on my songs, answers me, or approves a take",
        required=False,
        help_text="What comes within ten minutes comes together.",
    )
    quiet_from = forms.TimeField(label="No mail from", required=False, widget=CLOCK)
    quiet_until = forms.TimeField(label="No mail until", required=False, widget=CLOCK)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("quiet_from"), data.get("quiet_until")
        if self.errors:
            return data
        if (start is None) != (end is None):
            self.add_error("quiet_until" if start else "quiet_from", "Give both times, or none.")
        elif start is not None and start == end:
            self.add_error("quiet_until", "That would be the whole day. Give another time, or none at all.")
        return data
