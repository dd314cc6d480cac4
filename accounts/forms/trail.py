from ipaddress import ip_address
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import TrailEvent, User


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, user: User) -> str:
        return f"A former member, no. {user.pk}" if user.erased_at else f"{user} ({user.email})"


class TrailForm(forms.Form):
    """What of the trail to show; everything may be left out."""

    q = forms.CharField(label="Details", required=False, max_length=100)
    what = forms.ChoiceField(label="Kind", required=False, choices=[("", "Any"), *TrailEvent.What.choices])
    person = PersonField(label="Person", required=False, queryset=User.objects.none(), empty_label="Anybody")
    since = forms.DateField(
        label="From", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    until = forms.DateField(
        label="Until", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    address = forms.RegexField(
        label="Address",
        required=False,
        regex=r"^[0-9a-fA-F.:]{1,45}$",
        error_messages={"invalid": "Write an address such as 192.0.2.7, or the beginning of one."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["person"]
        field.queryset = User.objects.order_by("name", "pk")

    def clean_address(self) -> str:
        """As the trail writes it: an address of IPv6 has many ways to be written."""
        written: str = self.cleaned_data["address"]
        try:
            return str(ip_address(written))
        except ValueError:
            return written.lower()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            raise ValidationError({"until": "This day lies before the first one."})
        return data
