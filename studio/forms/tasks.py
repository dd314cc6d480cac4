from django import forms

from studio.forms.fields import PlainText


class UpstreamIdForm(forms.Form):
    upstream_id = PlainText(
        label="Task id at the provider", max_length=100, error_messages={"required": "Enter the id."}
    )
