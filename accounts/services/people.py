"""The verbs of the team: who has which role, and who may still come in."""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import Invitation, Role, TrailEvent, User

NOT_YOURS = "Owners and managers look after the people of the team."
OF_OWNERS = "Managers look after members and guests. Ask an owner."
LAST_OWNER = "The team needs an owner, and there is no other one. Make somebody else an owner first."
OUTSIDE = "You are not in the team any more."


class Refused(Exception):
    """What a person may be told."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class AddressTaken(Exception):
    """Somebody else has this e-mail address."""


# -- Who there is ---------------------------------------------------------------------------------


def everybody() -> QuerySet[User]:
    """All people whose name is known, with `has_picture`: empty, or what changes with the picture."""
    known = User.objects.filter(erased_at=None)
    return known.annotate(has_picture=F("picture__sha256")).order_by("name", "pk")


def with_facts(people: QuerySet[User]) -> QuerySet[User]:
    """With what only owners and managers see: `has_second_factor` and `last_seen`."""
    factors = Authenticator.objects.filter(user=OuterRef("pk")).exclude(
        type=Authenticator.Type.RECOVERY_CODES
    )
    sessions = UserSession.objects.filter(user=OuterRef("pk")).order_by().values("user")
    seen = sessions.annotate(last=Max("last_seen_at")).values("last")
    return people.annotate(has_second_factor=Exists(factors), last_session=Subquery(seen))


def last_seen(person: User) -> datetime | None:
    """When a person of `with_facts` was here last; a session that has ended leaves the sign-in."""
    moments = [person.last_login, getattr(person, "last_session", None)]
    return max((each for each in moments if each), default=None)


# -- Who may do what to whom ----------------------------------------------------------------------


def roles_within_reach(by: User) -> tuple[str, ...]:
    """The roles that this person may give, and whose people they look after."""
    if by.is_owner:
        return tuple(Role.values)
    return (Role.MEMBER, Role.GUEST) if by.is_manager else ()


def reason_not_to_look_after(person: User, by: User) -> str:
    """Why this person may not let the other one in again; "" when they may."""
    reach = roles_within_reach(by)
    if not reach:
        return NOT_YOURS
    return "" if person.role in reach else OF_OWNERS


def reason_not_to_part(person: User, by: User) -> str:
    """Why this person may not take the other one's role, or put them out; "" when they may."""
    return reason_not_to_look_after(person, by) or (LAST_OWNER if _is_last_owner(person) else "")


def _is_last_owner(person: User) -> bool:
    owners = User.objects.filter(role=Role.OWNER, is_active=True)
    return person.is_owner and person.is_active and not owners.exclude(pk=person.pk).exists()


# -- What they do ---------------------------------------------------------------------------------


@transaction.atomic
def set_role(person: User, role: str, *, by: User) -> None:
    """Give a person another role. Raises Refused."""
    person, by = _lock(person, by)
    _check(reason_not_to_part(person, by))
    if role not in roles_within_reach(by):
        raise Refused(OF_OWNERS)
    if role == person.role:
        return
    TrailEvent.objects.write(TrailEvent.What.ROLE, by=by, about=person, old=person.role, new=role)
    User.objects.filter(pk=person.pk).update(role=role)
    person.role = role
    withdraw_invitations(person, by=by, but=roles_within_reach(person))


@transaction.atomic
def deactivate(person: User, *, by: User) -> None:
    """Put a person out: their sessions and the links they made end, and their work stays. Raises Refused."""
    person, by = _lock(person, by)
    _check(reason_not_to_part(person, by))
    if not person.is_active:
        return
    User.objects.filter(pk=person.pk).update(is_active=False, deactivated_at=timezone.now())
    end_sessions(person)
    withdraw_invitations(person, by=by)
    TrailEvent.objects.write(TrailEvent.What.DEACTIVATED, by=by, about=person)


@transaction.atomic
def reactivate(person: User, *, by: User) -> None:
    """Let a person in again, who has to sign in anew. Raises Refused."""
    person, by = _lock(person, by)
    _check(reason_not_to_look_after(person, by))
    if person.is_active:
        return
    end_sessions(person)  # one may have begun in the moment when they were put out
    User.objects.filter(pk=person.pk).update(is_active=True, deactivated_at=None)
    TrailEvent.objects.write(TrailEvent.What.REACTIVATED, by=by, about=person)


def change_email(person: User, email: str, *, by: User) -> None:
    """Give a person another address to sign in with. Raises Refused, and AddressTaken."""
    try:
        with transaction.atomic():
            person, by = _lock(person, by)
            _check("" if by.is_owner else "Only an owner changes an e-mail address.")
            if email == person.email or person.erased_at:
                return
            User.objects.filter(pk=person.pk).update(email=email)
            vouch_for(person, email)
            TrailEvent.objects.write(TrailEvent.What.TEAM, by=by, about=person, field="email address")
    except IntegrityError:
        raise AddressTaken from None


def vouch_for(person: User, email: str) -> None:
    """The team knows that this is the person's address, and no other: an older one must not reset the
    password any more."""
    EmailAddress.objects.filter(Q(user=person) | Q(email__iexact=email)).delete()
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)


def has_proved(person: User) -> bool:
    """Whether the address is known to be theirs. Who came by an open link may have typed anybody's."""
    return EmailAddress.objects.filter(user=person, email__iexact=person.email, verified=True).exists()


@transaction.atomic
def prove_address(person: User) -> None:
    """Whoever used a link that was mailed there has the mailbox; not of an address that has changed since."""
    rows = User.objects.select_for_update(no_key=True)
    if rows.filter(pk=person.pk, email=person.email, erased_at=None).exists():
        vouch_for(person, person.email)


def withdraw_invitations(person: User, *, by: User, but: tuple[str, ...] = ()) -> None:
    """Who made a link knows it, or the mailbox that it went to: whom they let in with it could be themselves,
    under another name. Those for the roles `but` stay good."""
    theirs = Invitation.objects.filter(created_by=person, accepted_at=None, revoked_at=None)
    for each in theirs.exclude(role__in=but).select_for_update(no_key=True).order_by("pk"):
        Invitation.objects.filter(pk=each.pk).update(revoked_at=timezone.now())
        what = TrailEvent.What.INVITATION_REVOKED
        TrailEvent.objects.write(what, by=by, role=each.role, invitation=each.pk)


def still_in(by: User) -> User:
    """Who does something, as they are now: until it is done nobody puts them out. Raises Refused."""
    now = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if not now.is_active:
        raise Refused(OUTSIDE)
    return now


def _lock(person: User, by: User) -> tuple[User, User]:
    """Both as they are now. With all owners, in one order: of two who put each other out one comes first."""
    rows = User.objects.select_for_update(no_key=True)
    wanted = rows.filter(Q(role=Role.OWNER) | Q(pk__in=[person.pk, by.pk])).order_by("pk")
    now = {each.pk: each for each in wanted}
    if not now[by.pk].is_active:
        raise Refused(OUTSIDE)
    return now[person.pk], now[by.pk]


def _check(reason: str) -> None:
    if reason:
        raise Refused(reason)


def end_sessions(person: User) -> None:
    """Also those that allauth's list knows nothing of."""
    alive = Session.objects.filter(expire_date__gt=timezone.now())
    theirs = [each.pk for each in alive.iterator() if each.get_decoded().get(SESSION_KEY) == str(person.pk)]
    Session.objects.filter(pk__in=theirs).delete()
    UserSession.objects.filter(user=person).delete()
