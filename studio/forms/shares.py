"""What a link may do, and until when."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format

from studio.forms.fields import PlainText
from studio.models import Share

SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 128
FURTHEST = timedelta(days=3660)
SPANS = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
}
ENDS = {
    "hour": "In an hour",
    "day": "In a day",
    "week": "In a week",
    "month": "In 30 days",
    "date": "On a day that I choose",
    "never": "Never",
}
LEVELS = {
    "listen": "Listen",
    "comment": "Comment: say what to change, and where",
    "approve": "Approve: comment, and approve takes",
}
CHOOSE = {"invalid_choice": "Choose one of these.", "required": "Choose one of these."}


class ShareForm(forms.Form):
    """A new link; `data["expires_at"]` is when it ends. Its booleans are named as the columns of Share."""

    label = PlainText(
        label="Label",
        max_length=80,
        required=False,
        help_text="Only the team sees it. Empty: “For” and their name.",
    )
    recipient = PlainText(
        label="Who gets it",
        max_length=80,
        required=False,
        help_text="Their name. It is filled in for them when they comment.",
    )
    level = forms.ChoiceField(
        label="They may",
        choices=LEVELS.items(),
        initial="listen",
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    see_each_other = forms.BooleanField(label="Reviewers read each other’s comments", required=False)
    downloads = forms.BooleanField(
        label="Downloads", required=False, help_text="The recording and the words."
    )
    handover = forms.BooleanField(
        label="Hand over final takes",
        required=False,
        help_text="All their files, and the sheet that names people. Needs downloads.",
    )
    may_embed = forms.BooleanField(
        label="May be embedded", required=False, help_text="A small player in other people’s pages."
    )
    is_public = forms.BooleanField(
        label="Public", required=False, help_text="Search engines may list it. Else they are asked not to."
    )
    ends = forms.ChoiceField(label="Ends", choices=ENDS.items(), initial="month", error_messages=CHOOSE)
    ends_on = forms.DateField(
        label="Last day",
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "title": "Such as 2026-11-30"}),
        help_text="If you choose one: until its midnight, by your clock.",
        error_messages={"invalid": "Write the day as 2026-11-30."},
    )
    password = PlainText(
        label="Password",
        required=False,
        strip=False,
        min_length=SHORTEST_PASSWORD,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"min_length": f"Too short: at least {SHORTEST_PASSWORD} characters."},
        help_text="Empty: none is asked for. Tell it to them in another way than the link.",
    )

    @property
    def keeps_password(self) -> bool:
        """Whether the link asks for a password that it has already."""
        return False

    def clean_ends_on(self) -> date | None:
        day: date | None = self.cleaned_data["ends_on"]
        if day is None or self.cleaned_data.get("ends") != "date":
            return None
        today = timezone.localdate()
        if day < today:
            raise forms.ValidationError("This day is over. Choose one that is still to come.")
        if day > today + FURTHEST:
            raise forms.ValidationError("At most ten years ahead. Or let it never end.")
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("ends") == "date" and not data.get("ends_on") and "ends_on" not in self.errors:
            self.add_error("ends_on", "Choose a day.")
        if data.get("handover") and not data.get("downloads"):
            self.add_error("handover", "To hand files over, tick the downloads as well.")
        self._clean_password(data)
        if not self.errors:
            data["expires_at"] = self._end(data)
            data["label"] = data["label"] or self._name(data["recipient"])
        return data

    def _clean_password(self, data: dict[str, Any]) -> None:
        has_one = bool(data.get("password")) or self.keeps_password
        if has_one and data.get("may_embed"):
            where = "password" if data.get("password") else "may_embed"
            self.add_error(where, "An embedded player can’t ask for a password: have one of the two.")

    def _end(self, data: dict[str, Any]) -> datetime | None:
        if data["ends"] == "date":
            return end_of(data["ends_on"])
        return timezone.now() + SPANS[data["ends"]] if data["ends"] in SPANS else None

    def _name(self, recipient: str) -> str:
        return f"For {recipient}"[:80] if recipient else f"Link of {date_format(timezone.localdate(), 'j F')}"

    @property
    def fields_of_share(self) -> dict[str, Any]:
        """What the services of links take; the password apart."""
        left_out = ("ends", "ends_on", "password", "no_password")
        return {name: value for name, value in self.cleaned_data.items() if name not in left_out}


class ShareSettingsForm(ShareForm):
    """The settings of a link that there is. Its end and its password stay unless something else is said."""

    no_password = forms.BooleanField(label="Ask for no password any more", required=False)

    def __init__(self, *args: Any, share: Share, **kwargs: Any) -> None:
        given = {name: getattr(share, name) for name in self.base_fields if hasattr(share, name)}
        kwargs["initial"] = {**given, "ends": "keep", "password": ""}
        super().__init__(*args, **kwargs)
        self.share = share
        ends = self.fields["ends"]
        assert isinstance(ends, forms.ChoiceField)
        ends.choices = [("keep", f"As it is: {_when(share.expires_at)}"), *ENDS.items()]
        if share.password:
            self.fields["password"].help_text = "There is one. Empty: it stays."
        else:
            del self.fields["no_password"]

    @property
    def keeps_password(self) -> bool:
        return bool(self.share.password) and not self.cleaned_data.get("no_password")

    @property
    def new_password(self) -> str | None:
        """What was typed, "" for none, None for the one that there is."""
        return self.cleaned_data["password"] or ("" if self.cleaned_data.get("no_password") else None)

    def _end(self, data: dict[str, Any]) -> datetime | None:
        return self.share.expires_at if data["ends"] == "keep" else super()._end(data)

    def _name(self, recipient: str) -> str:
        return self.share.label


def end_of(day: date) -> datetime:
    """Its last moment by the clock of who asks."""
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time())
    return timezone.make_aware(midnight)


def _when(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%-d %B %Y, %H:%M}" if moment else "never"
