"""Who may do what in a project, against a small oracle that was written from the words of the rules."""

from itertools import product
from typing import NamedTuple

import pytest
from django.utils import timezone

from accounts.models import Role, User
from studio.models import Clip, Project, ProjectMember
from studio.permissions import CHANGES, EDITOR, OWNER, VIEWER, refusal
from tests.conftest import person

ACTIONS = ("see", "comment", "edit", "order", "manage")
ACCESSES = ("", VIEWER, EDITOR, OWNER)


Stage = tuple[Project, User, Clip]
BOTH, GIVEN = (False, True), ("", VIEWER, EDITOR)


class Case(NamedTuple):
    role: str
    holds: bool  # the project is theirs
    own: str  # as a member
    team: str  # what the whole team may
    archived: bool


CASES = [
    case
    for case in map(
        Case._make, product(Role.values, (False, True), *[("", VIEWER, EDITOR)] * 2, (False, True))
    )
    if not (case.holds and case.own)
]


def level(case: Case) -> int:
    """0: nothing, 1: looks and listens, 2: works, 3: answers for it."""
    if case.holds or case.role == "owner":
        return 3
    rank = max(["", "viewer", "editor"].index(each) for each in (case.own, case.team))
    return min(rank, 1) if case.role == "guest" else rank


def allowed(case: Case) -> set[str]:
    can = {"see", "comment"} if level(case) else set()
    if case.role != "guest":
        can |= {"edit", "order"} if level(case) >= 2 else set()
        can |= {"manage"} if level(case) == 3 else set()
    return can - {"comment", "edit", "order"} if case.archived else can


@pytest.fixture
def stage(member: User, stranger: User) -> Stage:
    project = Project.objects.create(name="Rain", owner=member)
    facts = {"duration": 1, "loudness": -14, "true_peak": -1, "peaks": b""}
    return project, stranger, Clip.objects.create(project=project, created_by=member, **facts)


def play(stage: Stage, case: Case, member: User) -> None:
    project, user, _ = stage
    user.role = case.role
    user.save(update_fields=["role"])
    project.owner = user if case.holds else member
    project.team_access = case.team
    project.archived_at = timezone.now() if case.archived else None
    project.save()
    ProjectMember.objects.all().delete()
    if case.own:
        ProjectMember.objects.create(project=project, user=user, access=case.own)


def test_every_way_to_ask_agrees_with_the_rules(stage: Stage, member: User) -> None:
    """By reason, by query, by the songs, and by who can be called in a comment."""
    project, user, clip = stage
    wrong = []
    for case in CASES:
        play(stage, case, member)
        access, holder = project.access_of(user), str(project.owner) if case.archived else ""
        said = {action for action in ACTIONS if not refusal(user.role, access, action, holder)}
        editable = "edit" in allowed(case)
        answers = (
            said == allowed(case),
            (project in Project.objects.visible_to(user)) is (level(case) > 0),
            (clip in Clip.objects.visible_to(user)) is (level(case) > 0),
            (project in Project.objects.editable_by(user)) is editable,
            (clip in Clip.objects.editable_by(user)) is editable,
            (user in project.audience()) is (level(case) > 0),
        )
        if not all(answers):
            wrong.append((case, answers))
    assert wrong == []
    assert len(CASES) == 4 * 2 * (9 + 3)


def test_nobody_is_listed_twice(stage: Stage, member: User) -> None:
    project, user, _ = stage
    play(stage, Case(Role.MEMBER, False, EDITOR, VIEWER, False), member)
    assert list(Project.objects.visible_to(user)).count(project) == 1
    assert list(project.audience()).count(user) == 1


def test_who_was_deactivated_is_called_by_nobody(stage: Stage, member: User) -> None:
    project, user, _ = stage
    play(stage, Case(Role.MEMBER, False, EDITOR, EDITOR, False), member)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert user not in project.audience()


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("access", ACCESSES)
def test_every_no_has_a_reason(action: str, role: str, access: str) -> None:
    for archived in ("", "Mara"):
        reason = refusal(role, access, action, archived)
        assert reason == "" or reason.endswith(".")


@pytest.mark.parametrize("action", CHANGES)
def test_an_archived_project_names_who_brings_it_back(action: str) -> None:
    assert refusal(Role.MEMBER, EDITOR, action, "Mara") == (
        "This project is archived. Mara or an owner of the team can bring it back."
    )
    assert refusal(Role.MEMBER, OWNER, action, "Mara") == (
        "This project is archived. Its settings bring it back."
    )
    assert refusal(Role.MEMBER, "", action, "Mara") == "You are not a member of this project."


def test_an_action_that_nobody_knows_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="unknown action"):
        refusal(Role.OWNER, OWNER, "fly")


def test_a_manager_is_in_no_project_by_being_one(project: Project) -> None:
    manager = person("nina@example.org", Role.MANAGER, "Nina Manager")
    assert project.access_of(manager) == ""
    assert project not in Project.objects.visible_to(manager)
