"""The verbs of projects."""

from django.db import transaction

from accounts.models import Role, TrailEvent, User
from studio.errors import Refusal
from studio.models import Project, ProjectMember
from studio.models.clock import db_now

What = TrailEvent.What
write = TrailEvent.objects.write


class GoneAlready(Refusal):
    """Somebody else was quicker."""

    field = "user"


@transaction.atomic
def create_project(*, name: str, by: User, team_access: str = "") -> Project:
    """A project of this person's own, with no members yet. Raises GoneAlready of one who left meanwhile."""
    if not _lock_people(by.pk):
        raise GoneAlready("This account was deleted.")
    return Project.objects.create(name=name, owner=by, team_access=team_access)


def first_project(user: User) -> Project:
    """The project a person starts with."""
    return create_project(name=first_name(user), by=user)


def first_name(user: User) -> str:
    """What the project a person starts with is called."""
    name = user.name.split(" ")[0][:70]
    return f"{name}'s songs" if name else "My songs"


def rename_project(project: Project, name: str) -> None:
    """Give the project another name."""
    project.name = name
    project.save(update_fields=["name"])


# -- Who is let in ---------------------------------------------------------------------------------


@transaction.atomic
def open_to_team(project: Project, team_access: str, *, by: User) -> bool:
    """Open the project to the team, or close it; whether that changed anything."""
    rows = Project.objects.filter(pk=project.pk).exclude(team_access=team_access)
    if changed := bool(rows.update(team_access=team_access)):
        write(What.PROJECT_ACCESS, by=by, project=project.pk, access=team_access)
    project.team_access = team_access
    return changed


@transaction.atomic
def set_member(project: Project, user: User, access: str, *, by: User | None = None) -> None:
    """Let a person in, or change what they may do. Raises GoneAlready of one who left meanwhile."""
    if not _lock_people(user.pk):
        raise GoneAlready("This person has left the team.")
    old = ProjectMember.objects.filter(project=project, user=user).values_list("access", flat=True).first()
    if old != access:
        ProjectMember.objects.update_or_create(project=project, user=user, defaults={"access": access})
        write(What.PROJECT_ACCESS, by=by, about=user, project=project.pk, access=access)


@transaction.atomic
def remove_member(project: Project, user: User, *, by: User | None = None) -> None:
    """Take a person's own access away; one who has none is no error."""
    deleted, _ = ProjectMember.objects.filter(project=project, user=user).delete()
    if deleted:
        write(What.PROJECT_ACCESS, by=by, about=user, project=project.pk, access="")


def _lock_people(*ids: int) -> dict[int, User]:
    """These people, unless they deleted their accounts: none of them does so while this lasts."""
    rows = User.objects.select_for_update(no_key=True).filter(pk__in=ids, erased_at=None).order_by("pk")
    return {user.pk: user for user in rows}


# -- Put away, and given away ----------------------------------------------------------------------


@transaction.atomic
def archive(project: Project, *, by: User, back: bool = False) -> bool:
    """Nothing changes in the project from now on, until it is brought back; whether that changed anything.

    Orders on their way arrive all the same.
    """
    project.archived_at = None if back else db_now()
    rows = Project.objects.filter(pk=project.pk, archived_at__isnull=not back)
    changed = bool(rows.update(archived_at=project.archived_at))
    if changed:
        write(What.PROJECT_ARCHIVED, by=by, project=project.pk, archived=not back)
    return changed


@transaction.atomic
def hand_over(project: Project, to: User, *, by: User) -> None:
    """Make another person its owner; who was it until now stays as an editor.

    Raises GoneAlready when it was handed over meanwhile, or the person may not have it any more.
    """
    people = _lock_people(project.owner_id, to.pk)
    now = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    heir = people.get(to.pk)
    if now.owner_id != project.owner_id or now.owner_id == to.pk:
        raise GoneAlready(f"The project belongs to {now.owner} by now.")
    if heir is None or not heir.is_active or heir.role == Role.GUEST:
        raise GoneAlready("This person can't have a project any more.")
    Project.objects.filter(pk=project.pk).update(owner=heir)
    ProjectMember.objects.filter(project=project, user=heir).delete()
    ProjectMember.objects.update_or_create(
        project=project, user=project.owner, defaults={"access": ProjectMember.Access.EDITOR}
    )
    write(What.PROJECT_HANDED_OVER, by=by, about=heir, project=project.pk)
    project.owner = heir
