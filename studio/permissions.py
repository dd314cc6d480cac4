"""Who may do what: pure functions that answer with the reason why not, or "" when it is allowed."""

from accounts.models import Role
from studio.models import Project, ProjectMember

OWNER = Project.OWNER  # the access of a project's owner and of the team's owners
VIEWER, EDITOR = ProjectMember.Access.VIEWER, ProjectMember.Access.EDITOR

NEEDS_EDITOR = ("edit", "order", "share")
NEEDS_OWNER = ("manage",)
CHANGES = ("comment", "edit", "order")  # what nobody does in an archived project

GUEST = "Guests listen; they change nothing and spend nothing."
ARCHIVED = "This project is archived."
BRING_BACK = "Its settings bring it back."


def refusal(role: str, access: str, action: str, archived: str = "") -> str:
    """Why a person of this role, with this access to the project, may not do it.

    `archived` tells of an archived project who can bring it back: the name of its owner.
    """
    if action not in ("see", "comment", *NEEDS_EDITOR, *NEEDS_OWNER):
        raise ValueError(f"unknown action {action!r}")
    if not access:
        return "You are not a member of this project."
    if role == Role.GUEST and action in (*NEEDS_EDITOR, *NEEDS_OWNER):
        return GUEST
    if archived and action in CHANGES:
        return f"{ARCHIVED} {BRING_BACK if access == OWNER else _who(archived)}"
    if action in NEEDS_EDITOR:
        return "" if access in (EDITOR, OWNER) else "You may look at this project, not change it."
    if action in NEEDS_OWNER:
        return "" if access == OWNER else "Only the project's owner may do this."
    return ""


def _who(holder: str) -> str:
    return f"{holder} or an owner of the team can bring it back."
