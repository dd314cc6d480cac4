from typing import Any

from django import forms

from accounts.models import User
from studio.forms.fields import PlainText
from studio.models import Playlist, Project

NAMELESS = {"required": "Give the playlist a name."}


class PlaylistNameForm(forms.Form):
    name = PlainText(label="Name", max_length=80, error_messages=NAMELESS)


class PlaylistForm(PlaylistNameForm):
    project = forms.ModelChoiceField(
        Project.objects.none(),
        empty_label=None,
        error_messages={"required": "Choose a project.", "invalid_choice": "You can't change this project."},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.projects = Project.objects.editable_by(user)
        field = self.fields["project"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = self.projects


class AddToPlaylistForm(forms.Form):
    """One song into one of its project's lists."""

    playlist = forms.ModelChoiceField(
        Playlist.objects.none(),
        error_messages={"required": "Choose a playlist.", "invalid_choice": "This playlist is gone."},
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["playlist"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Playlist.objects.filter(project=project)
