"""Links that let new people in. Only their hashes are stored: a link is shown once, or goes out by mail."""

import logging
import secrets
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django_q.models import Schedule
from django_q.tasks import async_task, schedule

from accounts.models import Invitation, TrailEvent, User, link_hash
from accounts.services.people import AddressTaken, Refused, roles_within_reach, still_in, vouch_for

log = logging.getLogger(__name__)

JOB = "accounts.jobs.mail_invitation"
MAIL_TRIES = 5
MAIL_AGAIN_S = (30, 120, 600, 3600)
LONGEST_NAME = 60  # in a subject
OF_OWNERS = "Only an owner invites managers and owners."


class Closed(Exception):
    """Unknown, revoked, expired or used: nobody is told which."""


def unanswered() -> QuerySet[Invitation]:
    """Neither used nor revoked, the newest first; some have expired."""
    waiting = Invitation.objects.filter(accepted_at=None, revoked_at=None)
    return waiting.select_related("created_by").order_by("-pk")


def open_ones() -> QuerySet[Invitation]:
    return Invitation.objects.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())


def find(token: str) -> Invitation | None:
    """The invitation that this link opens; None when it opens nothing (any more)."""
    return open_ones().filter(token_hash=link_hash(token)).first()


def link(token: str) -> str:
    return f"{settings.PUBLIC_URL}/join/{token}/"


def reason_not_to_touch(invitation: Invitation, by: User) -> str:
    """Why this person may neither make this link anew nor revoke it; "" when they may."""
    return "" if invitation.role in roles_within_reach(by) else OF_OWNERS


# -- Inviting -------------------------------------------------------------------------------------


@transaction.atomic
def invite(*, role: str, days: int, by: User, email: str = "") -> tuple[Invitation, str]:
    """Gives the invitation and its link's token. With an address the link goes out by mail, and the token is
    "": the job makes one that nobody else has seen. Raises Refused."""
    if role not in roles_within_reach(still_in(by)):
        raise Refused(OF_OWNERS)
    token = secrets.token_urlsafe(32)
    expires_at = timezone.now() + timedelta(days=days)
    invitation = Invitation.objects.create(
        token_hash=link_hash(token), email=email, role=role, created_by=by, expires_at=expires_at
    )
    TrailEvent.objects.write(TrailEvent.What.INVITED, by=by, role=role, invitation=invitation.pk)
    if not email:
        return invitation, token
    async_task(JOB, invitation.pk)
    return invitation, ""


@transaction.atomic
def reissue(invitation: Invitation, *, by: User) -> str:
    """A new link for as long as the first was good for; the old one opens nothing any more. Raises Refused,
    and Closed when somebody has used or revoked it."""
    return _anew(invitation, by)


@transaction.atomic
def mail_again(invitation: Invitation, *, by: User) -> None:
    """A new link, by mail; the old one opens nothing from now on. Raises Refused and Closed."""
    _anew(invitation, by)
    async_task(JOB, invitation.pk)


def _anew(invitation: Invitation, by: User) -> str:
    if reason := reason_not_to_touch(invitation, still_in(by)):
        raise Refused(reason)
    now, token = timezone.now(), secrets.token_urlsafe(32)
    good_for = invitation.expires_at - invitation.created_at
    # From now on it is theirs: they know the link, or where it goes.
    changes = {
        "token_hash": link_hash(token),
        "created_by": by,
        "created_at": now,
        "expires_at": now + good_for,
    }
    if not unanswered().filter(pk=invitation.pk).update(**changes, mail_tries=0, mailed_at=None):
        raise Closed
    what, role = TrailEvent.What.INVITED, invitation.role
    TrailEvent.objects.write(what, by=by, role=role, invitation=invitation.pk, again=True)
    return token


@transaction.atomic
def revoke(invitation: Invitation, *, by: User) -> None:
    """Its link opens nothing any more. Raises Refused; one that was used or revoked already stays so."""
    if reason := reason_not_to_touch(invitation, by):
        raise Refused(reason)
    if unanswered().filter(pk=invitation.pk).update(revoked_at=timezone.now()):
        what = TrailEvent.What.INVITATION_REVOKED
        TrailEvent.objects.write(what, by=by, role=invitation.role, invitation=invitation.pk)


# -- By mail --------------------------------------------------------------------------------------


def mail(invitation_id: int) -> None:
    """Make the link anew and send it, so that it lies neither in the queue nor in the log. Each try is
    counted before it is tried, and of two that run at once one does. What can't be sent is tried again."""
    waiting = open_ones().exclude(email="").filter(mailed_at=None, mail_tries__lt=MAIL_TRIES)
    invitation = waiting.select_related("created_by").filter(pk=invitation_id).first()
    if invitation is None:
        return
    token = secrets.token_urlsafe(32)
    unchanged = waiting.filter(pk=invitation.pk, token_hash=invitation.token_hash)
    if not unchanged.update(token_hash=link_hash(token), mail_tries=F("mail_tries") + 1):
        return
    try:
        _message(invitation, token).send()
    except (OSError, SMTPException) as error:
        _later(invitation.pk, invitation.mail_tries + 1, type(error).__name__)
    else:
        Invitation.objects.filter(pk=invitation.pk).update(mailed_at=timezone.now())


def _message(invitation: Invitation, token: str) -> EmailMultiAlternatives:
    context = {"invitation": invitation, "by": invitation.created_by, "link": link(token)}
    words, page = (render_to_string(f"accounts/email/invitation.{kind}", context) for kind in ("txt", "html"))
    name = " ".join(str(invitation.created_by).split())[:LONGEST_NAME]
    message = EmailMultiAlternatives(f"Studio: {name} invites you", words.strip(), to=[invitation.email])
    message.attach_alternative(page, "text/html")
    return message


def _later(invitation_id: int, tries: int, why: str) -> None:
    log.warning("invitation %s: its mail was not taken, try %s: %s", invitation_id, tries, why)
    if tries < MAIL_TRIES:
        at = timezone.now() + timedelta(seconds=MAIL_AGAIN_S[tries - 1])
        schedule(JOB, invitation_id, schedule_type=Schedule.ONCE, next_run=at)


# -- Joining --------------------------------------------------------------------------------------


def accept(token: str, *, name: str, email: str, password: str) -> User:
    """Make the person. Raises Closed for every use of the link but the first, and AddressTaken."""
    user = User(name=name, email=User.objects.normalize_email(email).lower())
    user.set_password(password)  # which takes long, so before anything is locked
    try:
        with transaction.atomic():
            return _join(user, token)
    except IntegrityError:
        raise AddressTaken from None


def _join(user: User, token: str) -> User:
    held = open_ones().select_for_update(no_key=True).filter(token_hash=link_hash(token)).first()
    if held is None:
        raise Closed
    user.role = held.role
    user.email = held.email or user.email
    user.save()
    changes = {"accepted_at": timezone.now(), "accepted_by": user}
    if not open_ones().filter(pk=held.pk, token_hash=held.token_hash).update(**changes):
        raise Closed
    if held.email:
        vouch_for(user, user.email)
    TrailEvent.objects.write(TrailEvent.What.JOINED, by=user, about=user, role=user.role, invitation=held.pk)
    return user
