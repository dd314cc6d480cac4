"""What people type, checked before anything is spent. The limits themselves are the provider's data."""

import uuid
from typing import Any

from django import forms

from studio.forms.fields import PlainText, form_key
from studio.models import Task
from studio.models.tasks import first_line
from studio.music_api.providers import Operation, Provider, validate

MAX_TAKES = 4
OPERATION = "create_music"
# Form field -> field of the operation on the wire.
WIRE = {
    "sound": "sound",
    "lyrics": "lyrics",
    "title": "title",
    "model": "mv",
    "seed": "seed",
    "instrumental": "make_instrumental",
    "lyrics_strength": "lyrics_strength",
    "sound_strength": "sound_strength",
}


class SongForm(forms.Form):
    """One order of `create_music`. `offered` are the providers that are switched on."""

    form_key = form_key()
    again = forms.IntegerField(required=False, widget=forms.HiddenInput)  # the task this one repeats
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)  # the saved words it began with
    provider = forms.ChoiceField(required=False)
    start = forms.ChoiceField(choices=[("sound", "From a sound"), ("lyrics", "From lyrics")], required=False)
    sound = PlainText(required=False)
    lyrics = PlainText(required=False, strip=False)
    title = PlainText(required=False)
    model = forms.CharField(required=False)
    instrumental = forms.BooleanField(required=False)
    takes = forms.TypedChoiceField(
        choices=[(n, str(n)) for n in range(1, MAX_TAKES + 1)],
        coerce=int,
        required=False,
        empty_value="1",
        error_messages={"invalid_choice": f"An order has 1 to {MAX_TAKES} takes."},
    )
    seed = PlainText(required=False)
    lyrics_strength = forms.CharField(required=False)
    sound_strength = forms.CharField(required=False)

    def __init__(self, *args: Any, offered: dict[str, Provider], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = offered
        provider = self.fields["provider"]
        assert isinstance(provider, forms.ChoiceField)
        provider.choices = [(name, each.label) for name, each in offered.items()]
        self.initial.setdefault("form_key", uuid.uuid4())
        self.initial.setdefault("takes", 1)
        self.initial.setdefault("provider", next(iter(offered)))

    @property
    def chosen(self) -> Provider:
        """The provider that was picked, or the first."""
        return self.offered.get(str(self["provider"].value() or ""), next(iter(self.offered.values())))

    @property
    def operation(self) -> Operation:
        return self.chosen.operation(OPERATION)

    @property
    def price(self) -> int:
        """Credits for one take."""
        return self.operation.price

    @property
    def takes_count(self) -> int:
        value = str(self["takes"].value())
        return int(value) if value in "1234" and value else 1

    @property
    def accepts(self) -> set[str]:
        """The form fields that the chosen provider knows."""
        return {name for name, wire in WIRE.items() if self.operation.field(wire)}

    @property
    def limits(self) -> dict[str, int]:
        """Longest text of each form field, for the live counters; fields without a limit are left out."""
        fields = {name: self.operation.field(wire) for name, wire in WIRE.items()}
        return {name: field.max_length for name, field in fields.items() if field and field.kind == "text"}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (
            data.get("start") == "lyrics"
            and not first_line(data.get("lyrics"))
            and "lyrics" not in self.errors
        ):
            self.add_error("lyrics", "Write some words to sing, or choose From a sound.")
        if not data.get("provider"):
            data["provider"] = next(iter(self.offered))
        params = {wire: data.get(name) for name, wire in WIRE.items()}
        by_wire = {wire: name for name, wire in WIRE.items()}
        for wire, sentence in validate(self.operation, self.chosen.model_names, params).items():
            name = by_wire.get(wire, wire)
            # One sentence is enough for an empty form, beside the field that is on screen.
            said = name == "sound" and not data.get("sound") and "lyrics" in self.errors
            if name not in self.errors and not said:
                self.add_error(name, sentence)
        return data

    def order(self) -> dict[str, Any]:
        """What `services.tasks.order` takes: empty fields are left out."""
        data = self.cleaned_data
        given = {WIRE[name]: data[name] for name in self.accepts if data.get(name) not in (None, "", False)}
        return {
            "provider": data["provider"],
            "params": given,
            "takes": int(data["takes"]),
            "form_key": data["form_key"],
        }

    def values(self) -> dict[str, Any]:
        """What was typed, for the form after a successful order; without its key."""
        return {name: self[name].value() for name in self.fields if name not in ("form_key", "again")}

    @staticmethod
    def values_of(task: Task, takes: int = 1, *, new_seed: bool = False) -> dict[str, Any]:
        """The fields of an earlier order, for so many takes; `new_seed` leaves its seed out."""
        known = {name: task.params[wire] for name, wire in WIRE.items() if wire in task.params}
        if task.seed_drawn or new_seed:  # the same seed would be the same song once more
            known.pop("seed", None)
        elif "seed" in known and takes == task.takes:  # each further take had counted it on
            known["seed"] = str((int(known["seed"]) - task.take + 1) % 10**10)
        sings = {"revision": task.lyric_revision_id} if task.lyric_revision_id else {}
        return {**known, **sings, "provider": task.provider, "takes": takes, "again": task.pk}
