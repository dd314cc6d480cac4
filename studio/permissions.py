"""Who may do what: pure functions that answer with the reason why not, or "" when it is allowed."""

from accounts.models import Role
from studio.models import ProjectMember

OWNER = "owner"  # the access of a project's owner and of the team's owners
VIEWER, EDITOR = ProjectMember.Access.VIEWER, ProjectMember.Access.EDITOR

NEEDS_EDITOR = ("edit", "order")
NEEDS_OWNER = ("manage",)


def refusal(role: str, access: str, action: str) -> str:
    """Why a person of this role, with this access to the project, may not do it."""
    if action == "see":
        return "" if access else "You are not a member of this project."
    if role == Role.GUEST:
        return "Guests listen; they change nothing and spend nothing."
    if action in NEEDS_EDITOR:
        return "" if access in (EDITOR, OWNER) else "You may look at this project, not change it."
    if action in NEEDS_OWNER:
        return "" if access == OWNER else "Only the project's owner may do this."
    raise ValueError(f"unknown action {action!r}")
