"""What workers run for the people of the studio.

Names of jobs are a public interface: queued rows hold them.
"""

import logging

from django.core.mail import send_mail

from accounts.services import invitations, passwords, sessions

log = logging.getLogger(__name__)


def mail_reset(email: str) -> None:
    passwords.send_link(email)


def mail_invitation(invitation_id: int) -> None:
    invitations.mail(invitation_id)


def mail_notice(subject: str, words: str, email: str) -> None:
    """Of something that was done to an account. It stands in the trail as well, so it is tried once."""
    try:
        send_mail(subject, words, None, [email])
    except Exception as error:  # nothing of it is logged but its kind, since it names people
        log.warning("a mail about an account was not sent: %s", type(error).__name__)


def clear_sessions() -> None:
    sessions.clear_expired()
