from functools import cache
from zoneinfo import available_timezones

from django import forms

from studio.forms.credits import MOST

PARTS = ["Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"]


@cache
def zones() -> list[tuple[str, str]]:
    """Places of the world, and UTC: without the old names that stand for the same."""
    places = sorted(name for name in available_timezones() if name.partition("/")[0] in PARTS)
    return [(name, name.replace("_", " ")) for name in ["UTC", *places]]


class TeamForm(forms.Form):
    time_zone = forms.ChoiceField(
        choices=zones,
        label="Time zone",
        help_text="Days and months of limits, allowances and sums begin at midnight there.",
        error_messages={"invalid_choice": "Choose one of the list."},
    )
    low_person = forms.IntegerField(
        label="Tell a person when fewer credits are left than",
        min_value=0,
        max_value=MOST,
        help_text="0: never.",
    )
    low_provider = forms.IntegerField(
        label="Tell the owners when a provider has fewer credits left than",
        min_value=0,
        max_value=10_000_000,
        help_text="0: at a fifth of what there was.",
    )
