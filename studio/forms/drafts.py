"""What is typed and not saved yet, as a window sends it by itself."""

from typing import Any

from django import forms

from studio.forms.fields import AsShown, PlainText

LONGEST_TITLE = 80
LONGEST_TEXT = 250_000  # far more than a sheet holds: what was pasted is kept until somebody has cut it
LOST = "This page has lost track of its draft. Copy your text and load the page again."


class DraftForm(forms.Form):
    """`draft_key` names the window, `base` the version that the writing began with."""

    draft_key = forms.UUIDField(error_messages=dict.fromkeys(("required", "invalid"), LOST))
    base = forms.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), LOST),
    )
    title = PlainText(
        required=False,
        max_length=LONGEST_TITLE,
        error_messages={"max_length": "A title has at most %(limit_value)d characters."},
    )
    title_shown = AsShown()
    text = PlainText(
        required=False,
        strip=False,
        max_length=LONGEST_TEXT,
        error_messages={"max_length": "This text is too long to be kept as a draft."},
    )

    def draft(self) -> dict[str, Any]:
        """What `services.drafts.keep` takes. A title that was left as it was shown is none of its own:
        somebody else may have changed it meanwhile."""
        data = dict(self.cleaned_data)
        shown = data.pop("title_shown").strip()
        title = "" if data["title"] == shown else data["title"]
        return {"key": data.pop("draft_key"), **data, "title": title}

    @property
    def sentence(self) -> str:
        """What is wrong, for the line below the text."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)
