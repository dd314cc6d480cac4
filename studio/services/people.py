"""What the studio does for a person who has just joined."""

from accounts.models import Role, User
from studio.services import allowances, credits, projects

OWNER_CREDITS = 1000  # enough for a hundred first songs; more by `manage.py grant`


def welcome(user: User) -> None:
    """A first project, and an account of credits; the first owner's has something in it to begin with. Guests
    listen to what others make, and spend nothing."""
    credits.account_of(user)
    if user.role == Role.GUEST:
        return
    projects.first_project(user)
    if user.is_owner and not User.objects.filter(role=Role.OWNER).exclude(pk=user.pk).exists():
        credits.grant(user, OWNER_CREDITS, reason="To begin with")
    allowances.welcome(user)
