"""Deleting an account: the person's name goes everywhere, and what the team made and paid for stays."""

from typing import cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Invitation, Picture, Role, TrailEvent, User
from accounts.services import people
from accounts.signals import Obstacle, asked_to_erase, person_erased

NOWHERE = "erased.invalid"  # a domain that nobody can ever have
LAST_OWNER = "You are the only owner of the team. Make somebody else an owner first."


class StillNeeded(Exception):
    """Something has to be put right first."""


def obstacles(user: User) -> list[Obstacle]:
    """Why this person can't go yet; nothing when they can."""
    found = [Obstacle(LAST_OWNER)] if user.is_owner and not _owners().exclude(pk=user.pk).exists() else []
    for _, more in asked_to_erase.send(User, user=user):
        found.extend(cast("list[Obstacle]", more))
    return found


@transaction.atomic
def erase(user: User) -> None:
    """Take the person's name, address and everything private away, for good. Raises StillNeeded.

    What others need stays under "Former member" and a number: songs, the ledger, the trail. A second time
    does nothing.
    """
    person = _lock(user)
    if person.erased_at:
        return
    if obstacles(person):
        raise StillNeeded
    name, email = person.name, person.email
    _leave_no_name(person)
    _leave_no_way_in(person)
    people.withdraw_invitations(person, by=person)
    _forget_invitations(person, email)
    person_erased.send(User, user=person, name=name, email=email)
    TrailEvent.objects.write(TrailEvent.What.ERASED, by=person, about=person)


def _owners() -> QuerySet[User]:
    return User.objects.filter(role=Role.OWNER, is_active=True)


def _lock(user: User) -> User:
    """With all owners, so that the last two can't go at the same instant. What points to an owner need not
    wait for that; what points to the person does."""
    owner = Q(role=Role.OWNER, is_active=True)
    rows = User.objects.select_for_update(no_key=True).filter(owner | Q(pk=user.pk)).order_by("pk")
    list(rows.values_list("pk"))
    return User.objects.select_for_update().get(pk=user.pk)


def _leave_no_name(person: User) -> None:
    person.name = f"Former member {person.pk}"
    person.email = f"former-{person.pk}@{NOWHERE}"
    person.time_zone = person.theme = ""
    person.last_login = None
    person.is_active = False
    person.erased_at = timezone.now()
    person.deactivated_at = person.deactivated_at or person.erased_at
    person.set_unusable_password()
    person.save()
    Picture.objects.filter(user=person).delete()


def _leave_no_way_in(person: User) -> None:
    for model in (EmailAddress, SocialAccount, Authenticator):
        model._default_manager.filter(user=person).delete()
    people.end_sessions(person)


def _forget_invitations(person: User, email: str) -> None:
    """Of one that waits for this address nobody knows any more whom it is for."""
    theirs = Invitation.objects.filter(Q(accepted_by=person) | Q(email__iexact=email))
    theirs.filter(accepted_at=None, revoked_at=None).update(revoked_at=timezone.now())
    theirs.update(email="")
