"""What the studio does for a person who has just joined."""

from accounts.models import User
from studio.services import credits, projects

OWNER_CREDITS = 1000  # enough for a hundred first songs; more by `manage.py grant`


def welcome(user: User) -> None:
    """A first project, and an account of credits; the owner's has something in it to begin with."""
    projects.first_project(user)
    credits.account_of(user)
    if user.is_owner:
        credits.grant(user, OWNER_CREDITS, reason="To begin with")
