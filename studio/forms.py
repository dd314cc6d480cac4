"""What people type, checked before anything is spent. The limits themselves are the provider's data."""

import re
import unicodedata
import uuid
from typing import Any

from django import forms

from accounts.models import User
from studio.models import ProjectMember, Task
from studio.models.tasks import first_line
from studio.music_api.providers import Operation, Provider, validate

MAX_TAKES = 4
OPERATION = "create_music"
LONGEST_NORMALISED = 50_000
LOST_KEY = "This form has lost its number. Reload the page and send it again; nothing was charged."
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


class PlainText(forms.CharField):
    """Text as typed, with one kind of line end; what no database can hold is refused in words."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # Django's own message for NUL speaks of "null characters".
        self.validators = [check for check in self.validators if "Null" not in type(check).__name__]

    def to_python(self, value: Any) -> str:
        text = (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")
        if len(text) <= LONGEST_NORMALISED:  # it takes time squared, and what is longer is refused anyway
            text = unicodedata.normalize("NFC", text)
        if re.search("[\0\ufffd\ud800-\udfff]", text):
            raise forms.ValidationError("This holds an invisible control character. Please type it again.")
        return text


class ProjectForm(forms.Form):
    name = PlainText(max_length=80, error_messages={"required": "Give the project a name."})


class MemberForm(forms.Form):
    email = forms.EmailField(label="E-mail address")
    access = forms.ChoiceField(choices=ProjectMember.Access.choices, initial=ProjectMember.Access.EDITOR)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if email := data.get("email"):
            data["user"] = User.objects.filter(email=email.lower(), is_active=True).first()
            if data["user"] is None:
                self.add_error("email", "Nobody in the team has this address.")
        return data


class UpstreamIdForm(forms.Form):
    upstream_id = PlainText(
        label="Task id at the provider", max_length=100, error_messages={"required": "Enter the id."}
    )


class SongForm(forms.Form):
    """One order of `create_music`. `offered` are the providers that are switched on."""

    form_key = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": LOST_KEY, "invalid": LOST_KEY}
    )
    again = forms.IntegerField(required=False, widget=forms.HiddenInput)  # the task this one repeats
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
        # A new key with every form that is drawn: the same form sent twice is one order.
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
    def limits(self) -> dict[str, int]:
        """Longest text of each form field, for the live counters; fields without a limit are left out."""
        by_wire = {field.name: field for field in self.operation.fields}
        return {
            name: by_wire[wire].max_length
            for name, wire in WIRE.items()
            if wire in by_wire and by_wire[wire].kind == "text" and by_wire[wire].max_length
        }

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
            if name not in self.errors:
                self.add_error(name, sentence)
        return data

    def order(self) -> dict[str, Any]:
        """What `services.tasks.order` takes: empty fields are left out."""
        data = self.cleaned_data
        given = {WIRE[name]: data[name] for name in WIRE if data.get(name) not in (None, "", False)}
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
    def values_of(task: Task) -> dict[str, Any]:
        """The fields of an earlier order."""
        known = {name: task.params[wire] for name, wire in WIRE.items() if wire in task.params}
        if task.seed_drawn:  # the same seed would be the same song once more
            del known["seed"]
        return {**known, "provider": task.provider, "takes": 1, "again": task.pk}
