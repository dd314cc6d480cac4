"""The verbs of sessions: where a person is signed in, and how that ends."""

from datetime import datetime, timedelta
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import TrailEvent, User

IDLE = timedelta(hours=12)
AT_MOST = timedelta(days=14)
SEEN_EVERY = timedelta(minutes=10)  # it is written down no more often


class NoSuchSession(Exception):
    """It has ended already, or is somebody else's."""


def of(user: User) -> QuerySet[UserSession]:
    """The sessions that are still open, the one used last first."""
    now = timezone.now()
    open_ones = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=now)
    mine = UserSession.objects.filter(
        user=user, created_at__gt=now - AT_MOST, last_seen_at__gt=now - IDLE - SEEN_EVERY
    )
    return mine.filter(Exists(open_ones)).order_by("-last_seen_at", "-pk")


def begin(user: User, key: str, *, address: str, user_agent: str) -> None:
    """Write down that a session has begun."""
    longest = UserSession._meta.get_field("user_agent").max_length or 0
    facts = {"user": user, "ip": address, "user_agent": user_agent[:longest]}
    UserSession.objects.update_or_create(session_key=key, defaults=facts)


def seen(key: str, *, at: datetime, address: str | None) -> None:
    """Write down that a session was used."""
    facts = {"last_seen_at": at, **({"ip": address} if address else {})}
    UserSession.objects.filter(session_key=key).update(**facts)


def forget(key: str) -> None:
    """The session has ended by itself."""
    UserSession.objects.filter(session_key=key).delete()


@transaction.atomic
def end(session_id: int, *, by: User) -> None:
    """End one of a person's own sessions at once. Raises NoSuchSession."""
    if not _end(UserSession.objects.filter(pk=session_id, user=by)):
        raise NoSuchSession
    TrailEvent.objects.write(TrailEvent.What.SESSION_ENDED, by=by, about=by, sessions=1)


@transaction.atomic
def end_others(*, by: User, but: str | None) -> int:
    """End all of a person's own sessions but the one with this key. Says how many there were."""
    count = _end(UserSession.objects.filter(user=by).exclude(session_key=but or ""))
    if count:
        TrailEvent.objects.write(TrailEvent.What.SESSION_ENDED, by=by, about=by, sessions=count)
    return count


@transaction.atomic
def end_for_new_password(user: User, *, but: str | None) -> None:
    """Whoever knew the old password is out; the trail tells of the new one already."""
    _end(UserSession.objects.filter(user=user).exclude(session_key=but or ""))


def clear_expired() -> None:
    """Forget the rows of sessions whose time is over: nobody else takes them away."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


def _end(sessions: QuerySet[UserSession]) -> int:
    """Of two who end the same session one is counted: each row is deleted once."""
    keys = list(sessions.select_for_update().values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    return len(keys)
