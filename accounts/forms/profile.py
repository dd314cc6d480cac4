from collections import defaultdict
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from accounts.models.people import Theme

Choices = list[tuple[str, Any]]
NO_ZONE = "Not chosen"
REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def time_zones() -> Choices:
    """All places that have a time, by their part of the world."""
    regions: dict[str, Choices] = defaultdict(list)
    for name in sorted(available_timezones()):
        region, _, place = name.partition("/")
        if region in REGIONS:
            regions[region].append((name, place.replace("_", " ").replace("/", ", ")))
    return [("", NO_ZONE), ("UTC", "UTC"), *regions.items()]


class ProfileForm(forms.Form):
    name = forms.CharField(
        max_length=80,
        widget=forms.TextInput({"autocomplete": "name"}),
        error_messages={"required": "Others need a name to call you by."},
    )
    picture = forms.FileField(
        required=False,
        widget=forms.FileInput({"accept": "image/png,image/jpeg,image/webp"}),
        help_text="A PNG, JPEG or WebP of at most 5 MB. Its middle is shown.",
        error_messages={"empty": "This file is empty."},
    )
    time_zone = forms.ChoiceField(
        choices=time_zones,
        required=False,
        help_text="Not chosen: pages show the time of your device, and mails that of the team.",
    )
    theme = forms.ChoiceField(label="Colours", choices=Theme.choices, required=False)

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_picture(self) -> bytes | None:
        file = self.cleaned_data["picture"]
        if not file:
            return None
        if file.size > settings.PICTURE_MAX_BYTES:
            most = settings.PICTURE_MAX_BYTES // 1_000_000
            raise ValidationError(f"This file has {file.size / 1e6:.1f} MB; a picture may have {most}.")
        return bytes(file.read())


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(choices=[*Theme.choices, ("auto", "Auto")], required=False)

    def clean_theme(self) -> str:
        theme: str = self.cleaned_data["theme"]
        return "" if theme == "auto" else theme
