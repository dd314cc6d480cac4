"""What people ask for when lyrics are to be written for them."""

import uuid
from typing import Any

from django import forms

from studio.forms.fields import PlainText, form_key
from studio.music_api.fields import Field
from studio.music_api.providers import Operation, Provider, validate

OPERATION = "make_lyrics"


class WriteLyricsForm(forms.Form):
    """One order of `make_lyrics`. `offered` are the providers that take it now; `why_not`: why none does."""

    form_key = form_key()
    provider = forms.ChoiceField(
        required=False,
        error_messages={"invalid_choice": "This provider writes no lyrics now; choose another."},
    )
    prompt = PlainText(required=False)

    def __init__(self, *args: Any, offered: dict[str, Provider], why_not: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered, self.why_not = offered, why_not
        provider = self.fields["provider"]
        assert isinstance(provider, forms.ChoiceField)
        provider.choices = [(name, each.label) for name, each in offered.items()]
        self.initial.setdefault("form_key", uuid.uuid4())

    @property
    def chosen(self) -> str:
        """The name of the provider that was picked, or of the first; "" when there is none."""
        picked = str(self["provider"].value() or "")
        return picked if picked in self.offered else next(iter(self.offered), "")

    @property
    def operation(self) -> Operation | None:
        return self.offered[self.chosen].operation(OPERATION) if self.chosen else None

    @property
    def price(self) -> int:
        return self.operation.price if self.operation else 0

    @property
    def limit(self) -> int:
        """Longest prompt, for the live counter."""
        field: Field | None = self.operation.field("prompt") if self.operation else None
        return field.max_length if field else 0

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.operation is None:
            raise forms.ValidationError(self.why_not)
        for name, sentence in validate(self.operation, (), {"prompt": data.get("prompt")}).items():
            if name not in self.errors:
                self.add_error(name, sentence)
        return data

    def order(self) -> dict[str, Any]:
        """What `services.tasks.order` takes."""
        return {
            "provider": self.chosen,
            "operation": OPERATION,
            "params": {"prompt": self.cleaned_data["prompt"]},
            "form_key": self.cleaned_data["form_key"],
        }
