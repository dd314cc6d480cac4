"""What is to be done to many songs at once."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from accounts.models import User
from studio.forms.fields import PlainText
from studio.forms.notes import TagsForm
from studio.models import Playlist, Project

ACTS = ("tag", "untag", "move", "playlist", "bin", "zip", "compare")
NEEDS = {"tag": "tag", "untag": "tag", "move": "project", "playlist": "playlist"}
SHOWN = 100  # playlists, those that were changed last
MISSING = {
    "tag": "Type a tag first.",
    "project": "Choose the project that they go to.",
    "playlist": "Choose a playlist.",
}
GONE = {"invalid_choice": "This one is gone, or you may not change it."}


class BulkForm(forms.Form):
    act = forms.CharField(required=False)  # the button that was pressed
    # Everything that this query of the library finds, or the songs whose boxes are ticked.
    all = forms.BooleanField(required=False)
    query = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)
    tag = PlainText(label="Tags", required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    project = forms.ModelChoiceField(
        Project.objects.none(), label="Project", required=False, empty_label="Choose", error_messages=GONE
    )
    playlist = forms.ModelChoiceField(
        Playlist.objects.none(), label="Playlist", required=False, error_messages=GONE
    )

    def __init__(self, data: QueryDict | None = None, *, user: User) -> None:
        super().__init__(data, auto_id="bulk-%s")
        editable = Project.objects.editable_by(user)
        lists = Playlist.objects.filter(project__in=editable).select_related("project")
        self._offer("project", editable)
        shown = lists.order_by("-changed_at")[:SHOWN]
        self._offer("playlist", lists).choices = lambda: [
            ("", "Choose"),
            *((each.pk, f"{each} · {each.project}") for each in shown),
        ]

    def _offer(self, name: str, rows: QuerySet[Any]) -> Any:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows
        return field

    @property
    def ids(self) -> list[int]:
        """The songs whose boxes are ticked; what is no number is left out."""
        texts = self.data.getlist("clip") if isinstance(self.data, QueryDict) else []
        return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        act = data.get("act", "")
        if act not in ACTS:
            self.add_error(None, "Choose what to do.")
        self._check_field(NEEDS.get(act, ""), data)
        if not data.get("all") and not self.ids:
            self.add_error(
                None, "No song is chosen. Tick the boxes of some, or take everything that is found."
            )
        return data

    def _check_field(self, needed: str, data: dict[str, Any]) -> None:
        """The field that this act needs; what stands in those of the others is nobody's mistake."""
        for name in set(MISSING) - {needed}:
            self.errors.pop(name, None)
        if not needed or needed in self.errors:
            return
        if not data.get(needed):
            self.add_error(needed, MISSING[needed])
        elif needed == "tag":
            names = TagsForm({"add": data["tag"]})
            if names.is_valid():
                data["names"] = names.cleaned_data["add"]
            else:
                self.add_error("tag", names.errors["add"])
