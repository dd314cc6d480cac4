"""The form under a list of songs, wherever one is included."""

from django import template
from django.db.models import QuerySet

from accounts.models import User
from studio.forms import BulkForm
from studio.models import Project

register = template.Library()


@register.simple_tag
def bulk_form(user: User) -> BulkForm:
    """Empty, with the projects and playlists that this person may change."""
    return BulkForm(user=user)


@register.simple_tag
def projects_besides(user: User, project: Project) -> QuerySet[Project]:
    """Where this person may bring a clip of the project."""
    return Project.objects.editable_by(user).exclude(pk=project.pk)
