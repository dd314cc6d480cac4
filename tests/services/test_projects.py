"""Projects and people: what each person starts with, and who sees and changes what."""

from typing import Any

import pytest
from django.db import connection

from accounts.models import Role, TrailEvent, User
from studio.models import Clip, CreditEntry, Project, ProjectMember, Task
from studio.permissions import EDITOR, OWNER, VIEWER
from studio.services import credits, people, projects
from studio.services.projects import GoneAlready
from tests.conftest import Order, person
from tests.factories import again, send
from tests.threads import at_once

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
        assert project.access_of(stranger) == access
    assert ProjectMember.objects.count() == 1
    projects.remove_member(project, stranger)
    assert project.access_of(stranger) == ""


def test_what_access_each_of_the_cast_has(cast: dict[str, User], project: Project) -> None:
    assert {name: project.access_of(user) for name, user in cast.items()} == {
        "owner": OWNER,
        "member": OWNER,
        "editor": EDITOR,
        "viewer": VIEWER,
        "guest": VIEWER,
        "stranger": "",
    }


def told(what: str) -> list[tuple[Any, ...]]:
    """The lines of the trail: who, about whom, and the facts."""
    rows = TrailEvent.objects.filter(what=what).order_by("pk")
    return [(row.actor_id, row.subject_id, row.facts) for row in rows]


def test_the_trail_tells_each_change_of_access_once(project: Project, member: User, stranger: User) -> None:
    for access in (VIEWER, VIEWER, EDITOR):
        projects.set_member(project, stranger, access, by=member)
    for _ in range(2):
        projects.remove_member(project, stranger, by=member)
        projects.open_to_team(project, VIEWER, by=member)
    facts = {"project": project.pk}
    assert told(TrailEvent.What.PROJECT_ACCESS) == [
        (member.pk, stranger.pk, {**facts, "access": VIEWER}),
        (member.pk, stranger.pk, {**facts, "access": EDITOR}),
        (member.pk, stranger.pk, {**facts, "access": ""}),
        (member.pk, None, {**facts, "access": VIEWER}),
    ]
    assert again(project).team_access == VIEWER


def test_a_project_is_archived_and_brought_back_once(project: Project, member: User) -> None:
    assert [projects.archive(project, by=member) for _ in range(2)] == [True, False]
    assert again(project).is_archived
    assert [projects.archive(project, by=member, back=True) for _ in range(2)] == [True, False]
    assert not again(project).is_archived
    assert told(TrailEvent.What.PROJECT_ARCHIVED) == [
        (member.pk, None, {"project": project.pk, "archived": state}) for state in (True, False)
    ]


def test_an_order_that_waits_goes_on_when_its_project_is_archived(
    order: Order, project: Project, member: User
) -> None:
    task = order()[0]
    projects.archive(project, by=member)
    assert send().task_id == task.pk


# -- Handed over -----------------------------------------------------------------------------------


def test_a_project_is_handed_over(project: Project, member: User, viewer: User, owner: User) -> None:
    projects.hand_over(project, viewer, by=owner)
    assert (again(project).owner, project.access_of(member)) == (viewer, EDITOR)
    assert list(project.members.values_list("user", "access")) == [(member.pk, EDITOR)]
    assert told(TrailEvent.What.PROJECT_HANDED_OVER) == [(owner.pk, viewer.pk, {"project": project.pk})]


@pytest.mark.parametrize("change", [{"role": Role.GUEST}, {"is_active": False}])
def test_who_can_have_no_project_gets_none(
    change: dict[str, Any], project: Project, member: User, stranger: User
) -> None:
    """Also when that became so after the form was drawn."""
    User.objects.filter(pk=stranger.pk).update(**change)
    with pytest.raises(GoneAlready):
        projects.hand_over(project, stranger, by=member)
    assert again(project).owner == member


def test_what_was_handed_over_is_not_given_away_again(
    project: Project, member: User, viewer: User, editor: User
) -> None:
    stale = again(project)
    projects.hand_over(project, viewer, by=member)
    with pytest.raises(GoneAlready, match="belongs to Vito Viewer by now"):
        projects.hand_over(stale, editor, by=member)
    assert again(project).owner == viewer


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
def test_of_two_hand_overs_at_once_one_is_done(
    project: Project, member: User, viewer: User, editor: User
) -> None:
    calls = [(again(project), viewer), (again(project), editor)]
    done = at_once(lambda: projects.hand_over(*calls.pop(), by=member), 2)
    assert sorted(type(each).__name__ for each in done) == ["GoneAlready", "NoneType"]
    assert len(told(TrailEvent.What.PROJECT_HANDED_OVER)) == 1
    assert not project.members.filter(user=again(project).owner).exists()


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
