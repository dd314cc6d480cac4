"""A file that a script announces before it sends it."""

from django import forms

from studio.forms.fields import PlainText

LONGEST_NUMBER = 10**18


class FileForm(forms.Form):
    """What the browser knows of a file. Whether it is taken is another question."""

    filename = PlainText(max_length=1000, error_messages={"required": "This file has no name."})
    size = forms.IntegerField(
        min_value=0,
        max_value=LONGEST_NUMBER,
        error_messages={"required": "Nobody said how long this file is.", "invalid": "This is no length."},
    )
    fingerprint = PlainText(max_length=100, required=False)
