"""Bringing recordings in: from this device, from an address, or from an account elsewhere."""

import re
import unicodedata
import uuid
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from studio.forms.fields import PlainText, form_key
from studio.music_api.providers import Operation, Provider, validate

OPERATION = "upload"
LONGEST_TITLE = 80
MB = 1_000_000


class UploadForm(forms.Form):
    """One order of `upload`: a file or an address. `offered` are the providers that are switched on."""

    form_key = form_key()
    provider = forms.ChoiceField(required=False)
    file = forms.FileField(
        label="Recording", required=False, error_messages={"empty": "This file is empty; choose another."}
    )
    audio_url = PlainText(label="Address", required=False)

    def __init__(self, *args: Any, offered: dict[str, Provider], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = offered
        provider = self.fields["provider"]
        assert isinstance(provider, forms.ChoiceField)
        provider.choices = [(name, each.label) for name, each in offered.items()]
        self.initial.setdefault("form_key", uuid.uuid4())

    @property
    def chosen(self) -> Provider:
        """The provider that was picked, or the first."""
        return self.offered.get(str(self["provider"].value() or ""), next(iter(self.offered.values())))

    @property
    def price(self) -> int:
        return self.chosen.operation(OPERATION).price

    def clean_provider(self) -> str:
        return self.cleaned_data["provider"] or self.chosen.name

    def clean_file(self) -> UploadedFile | None:
        file = self.cleaned_data["file"]
        limit = settings.UPLOAD_MAX_BYTES
        if file and file.size > limit:
            raise forms.ValidationError(
                f"This file has {file.size / MB:.1f} MB; at most {limit / MB:.0f} MB are taken."
            )
        return file

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        file, address = data.get("file"), data.get("audio_url")
        if self.errors:
            return data
        if file and address:
            self.add_error("audio_url", "A file and an address are two uploads; clear one of them.")
        elif not file and not address:
            self.add_error("file", "Choose a recording, or give its address below.")
        elif address:
            errors = validate(self.chosen.operation(OPERATION), (), {"audio_url": address})
            for sentence in errors.values():
                self.add_error("audio_url", sentence)
        return data

    @property
    def title(self) -> str:
        """What the recording is called: the name of its file, here or at its address, without the ending."""
        data = self.cleaned_data
        return title_of(data["file"].name if data.get("file") else unquote(urlsplit(data["audio_url"]).path))


class ImportForm(forms.Form):
    """One order of a song that an account elsewhere has already. Its fields are the provider's."""

    form_key = form_key()

    def __init__(self, *args: Any, operation: Operation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.operation = operation
        for field in operation.fields:
            common: dict[str, Any] = {"label": field.label, "required": False, "initial": field.default}
            choices = [(each, each) for each in field.choices]
            self.fields[field.name] = (
                forms.ChoiceField(choices=choices, **common) if choices else PlainText(**common)
            )
        self.initial.setdefault("form_key", uuid.uuid4())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, sentence in validate(self.operation, (), data).items():
            if name not in self.errors:
                self.add_error(name, sentence)
        return data

    def params(self) -> dict[str, Any]:
        """What goes over the wire: empty fields are left out."""
        given = {field.name: self.cleaned_data[field.name] for field in self.operation.fields}
        return {name: value for name, value in given.items() if value}


def title_of(filename: str) -> str:
    """ "a/Blue\\nnight.final.mp3" -> "Blue night.final"; never empty and at most 80 characters."""
    return as_title(PurePosixPath(filename.replace("\\", "/")).stem) or "Upload"


def as_title(text: str) -> str:
    """What of it can be seen, at most 80 characters."""
    text = unicodedata.normalize("NFC", text[: 4 * LONGEST_TITLE])
    visible = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    return re.sub(" +", " ", visible).strip()[:LONGEST_TITLE].strip()
