"""The verbs of projects."""

from django.db import transaction

from accounts.models import User
from studio.models import Project, ProjectMember
from studio.permissions import OWNER


@transaction.atomic
def create_project(*, name: str, by: User) -> Project:
    """A project of this person's own, with no members yet."""
    return Project.objects.create(name=name, owner=by)


def first_project(user: User) -> Project:
    """The project a person starts with."""
    first_name = user.name.split(" ")[0][:70]
    return create_project(name=f"{first_name}'s songs" if first_name else "My songs", by=user)


def rename_project(project: Project, name: str) -> None:
    """Give the project another name."""
    project.name = name
    project.save(update_fields=["name"])


def access_of(user: User, project: Project) -> str:
    """The person's access to the project: owner, editor, viewer or "" for none."""
    if user.is_owner or project.owner_id == user.pk:
        return OWNER
    return (
        ProjectMember.objects.filter(project=project, user=user).values_list("access", flat=True).first()
        or ""
    )


def set_member(project: Project, user: User, access: str) -> None:
    """Let a person in, or change what they may do."""
    ProjectMember.objects.update_or_create(project=project, user=user, defaults={"access": access})


def remove_member(project: Project, user: User) -> None:
    """Take a person's access away; one who has none is no error."""
    ProjectMember.objects.filter(project=project, user=user).delete()
