"""The verbs of people: the one-time link, and the owner it makes."""

import secrets

from django.db import transaction

from accounts.models import OwnerLink, Role, TrailEvent, User, link_hash


class LinkUsed(Exception):
    """Somebody else was quicker, or the link is not of this studio."""


def new_owner_token() -> str | None:
    """A fresh token for the first owner; earlier ones stop working. None once there is an owner."""
    if has_owner():
        return None
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        OwnerLink.objects.all().delete()
        OwnerLink.objects.create(token_hash=link_hash(token))
    return token


def has_owner() -> bool:
    return User.objects.filter(role=Role.OWNER).exists()


def is_open(token: str) -> bool:
    return OwnerLink.objects.filter(token_hash=link_hash(token)).exists() and not has_owner()


@transaction.atomic
def create_owner(token: str, *, email: str, name: str, password: str) -> User:
    """Make the first owner. Raises LinkUsed for every use of the link but the first."""
    deleted, _ = OwnerLink.objects.filter(token_hash=link_hash(token)).delete()
    if not deleted or has_owner():
        raise LinkUsed
    owner = User.objects.create_user(email, password, name=name, role=Role.OWNER)
    TrailEvent.objects.write(TrailEvent.What.JOINED, by=owner, role=owner.role)
    return owner
