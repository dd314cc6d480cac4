"""What people say about a line of a lyric sheet."""

from typing import Any

from django import forms

from studio.forms.fields import PlainText
from studio.models import LyricRevision
from studio.text.sections import lines_of

LONGEST = 2_000
MOST_LINES = 1_000  # that can be chosen from
LOST = "This page has lost track of its version. Reload it and choose the line once more."


def words(label: str, rows: int) -> PlainText:
    said = {
        "required": "Write what there is to say.",
        "max_length": f"A comment has at most {LONGEST:,} characters; this has %(show_value)s.",
    }
    widget = forms.Textarea(attrs={"rows": rows})
    return PlainText(label=label, max_length=LONGEST, error_messages=said, widget=widget)


class AnswerForm(forms.Form):
    text = words("Answer", 2)


class LineCommentForm(forms.Form):
    """`revision` is the version whose lines are offered, and `base` tells that the page showed the same."""

    line = forms.TypedChoiceField(
        label="Line",
        coerce=int,
        error_messages={"required": "Choose the line that you mean.", "invalid_choice": LOST},
    )
    text = words("Comment", 3)
    base = forms.IntegerField(required=False)

    def __init__(self, *args: Any, revision: LyricRevision, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "comment_%s", **kwargs})
        self.revision = revision
        line = self.fields["line"]
        assert isinstance(line, forms.TypedChoiceField)
        self.lines = _choices(revision.text)
        line.choices = [("", "Choose a line"), *self.lines]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and data["base"] != self.revision.number:
            self.add_error("line", LOST)
        return data


def _choices(text: str) -> list[tuple[int, str]]:
    """(place from 0, what stands there) of each line that has words."""
    lines = enumerate(lines_of(text))
    return [(at, f"{at + 1}: {line.strip()[:60]}") for at, line in lines if line.strip()][:MOST_LINES]
