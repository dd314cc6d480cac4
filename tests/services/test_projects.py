"""Projects and people: what each person starts with, and who sees and changes what."""

from typing import Any

import pytest

from accounts.models import Role, User
from studio.models import Clip, CreditEntry, Project, ProjectMember, Task
from studio.permissions import EDITOR, OWNER, VIEWER, refusal
from studio.services import credits, people, projects
from tests.conftest import Order, person

CAST = ("owner", "member", "editor", "viewer", "guest", "stranger")
SEE = {"owner", "member", "editor", "viewer", "guest"}
CHANGE = {"owner", "member", "editor"}


@pytest.fixture
def cast(request: pytest.FixtureRequest) -> dict[str, User]:
    return {name: request.getfixturevalue(name) for name in CAST}


# -- Starting -------------------------------------------------------------------------------------


def test_each_person_starts_with_a_project_and_an_account(db: None) -> None:
    user = person("ada@example.org", Role.MEMBER, "Ada Lovelace")
    assert [(project.name, project.owner) for project in Project.objects.all()] == [("Ada's songs", user)]
    assert credits.balance(user) == 0


@pytest.mark.parametrize(("name", "project"), [("", "My songs"), ("Ada", "Ada's songs")])
def test_a_first_project_is_called_after_its_person(name: str, project: str, db: None) -> None:
    person("ada@example.org", Role.MEMBER, name)
    assert Project.objects.get().name == project


def test_the_longest_name_makes_a_project_all_the_same(db: None) -> None:
    """PostgreSQL would raise at a name of more than 80 characters, and the owner could not be made."""
    person("ada@example.org", Role.MEMBER, "A" * 80)
    assert len(Project.objects.get().name) <= 80


def test_an_owner_has_something_to_begin_with(db: None) -> None:
    user = person("ada@example.org", Role.OWNER, "Ada")
    assert credits.balance(user) == people.OWNER_CREDITS
    assert [entry.kind for entry in CreditEntry.objects.all()] == ["grant"]


def test_a_person_who_is_saved_again_starts_only_once(member: User) -> None:
    member.name = "Mara M."
    member.save()
    assert (Project.objects.filter(owner=member).count(), credits.balance(member)) == (1, 100)


# -- Verbs ----------------------------------------------------------------------------------------


def test_a_project_is_made_and_renamed(member: User) -> None:
    project = projects.create_project(name="Rain", by=member)
    projects.rename_project(project, "Sun")
    assert [p.name for p in Project.objects.filter(owner=member)] == ["Mara's songs", "Sun"]


def test_a_person_is_let_in_changed_and_put_out(project: Project, stranger: User) -> None:
    for access in (VIEWER, EDITOR):
        projects.set_member(project, stranger, access)
        assert projects.access_of(stranger, project) == access
    assert ProjectMember.objects.count() == 1
    projects.remove_member(project, stranger)
    assert projects.access_of(stranger, project) == ""


def test_what_access_each_of_the_cast_has(cast: dict[str, User], project: Project) -> None:
    assert {name: projects.access_of(user, project) for name, user in cast.items()} == {
        "owner": OWNER,
        "member": OWNER,
        "editor": EDITOR,
        "viewer": VIEWER,
        "guest": EDITOR,
        "stranger": "",
    }


# -- Who sees and changes what --------------------------------------------------------------------


@pytest.mark.parametrize("model", [Project, Task, Clip])
def test_who_sees_what(model: Any, cast: dict[str, User], order: Order) -> None:
    row = row_of(model, order)
    assert {name for name, user in cast.items() if row in model.objects.visible_to(user)} == SEE


def test_who_changes_what(cast: dict[str, User], project: Project) -> None:
    assert {name for name, user in cast.items() if project in Project.objects.editable_by(user)} == CHANGE


def row_of(model: Any, order: Order) -> Any:
    task = order()[0]
    clip = Clip.objects.create(
        project=task.project,
        task=task,
        created_by=task.created_by,
        upstream_id="c",
        duration=1,
        loudness=-14,
        true_peak=-1,
        peaks=b"",
    )
    return {Project: task.project, Task: task, Clip: clip}[model]


def test_whose_access_ends_sees_nothing_with_the_next_request(project: Project, viewer: User) -> None:
    projects.remove_member(project, viewer)
    assert project not in Project.objects.visible_to(viewer)


def test_a_project_of_two_members_is_listed_once(project: Project, cast: dict[str, User]) -> None:
    for user in cast.values():
        assert list(Project.objects.visible_to(user)).count(project) <= 1


def test_a_list_of_projects_counts_their_clips(order: Order, project: Project) -> None:
    row_of(Clip, order)
    counted = Project.objects.with_counts().get(pk=project.pk)
    assert (counted.clip_count, counted.last_clip_at) == (1, Clip.objects.get().created_at)


# -- Permissions ----------------------------------------------------------------------------------

ACCESSES = ("", VIEWER, EDITOR, OWNER)
ALLOWED = {
    "see": {(role, access) for role in Role for access in ACCESSES if access},
    "edit": {(role, access) for role in Role if role != Role.GUEST for access in (EDITOR, OWNER)},
    "order": {(role, access) for role in Role if role != Role.GUEST for access in (EDITOR, OWNER)},
    "manage": {(role, OWNER) for role in Role if role != Role.GUEST},
}


@pytest.mark.parametrize("action", ALLOWED)
@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("access", ACCESSES)
def test_every_no_has_a_reason(action: str, role: str, access: str) -> None:
    reason = refusal(role, access, action)
    assert (reason == "") is ((role, access) in ALLOWED[action])
    assert reason == "" or reason.endswith(".")


def test_an_action_that_nobody_knows_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="unknown action"):
        refusal(Role.OWNER, OWNER, "fly")


def test_a_form_never_says_more_than_the_rows_allow(cast: dict[str, User], project: Project) -> None:
    """The two ways to ask, by reason and by query, answer alike for everybody."""
    for user in cast.values():
        access = projects.access_of(user, project)
        assert (refusal(user.role, access, "see") == "") is (project in Project.objects.visible_to(user))
        assert (refusal(user.role, access, "edit") == "") is (project in Project.objects.editable_by(user))
