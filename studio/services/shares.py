"""The verbs of links: made, changed, given a new address, revoked; what one opens, and what it shows."""

import hashlib
import secrets
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import TrailEvent, User
from studio.models import Clip, PlaylistEntry, Project, Share
from studio.models.clock import db_now
from studio.services.prepared import Prepared

TOKEN_BYTES = 32  # 256 bits, 43 characters
USED_AGAIN = timedelta(minutes=1)  # how often a link's last use is written down
LOOK_EVERY_S = 60  # for links that have ended

_looked = float("-inf")
FIELDS = ("label", "recipient", "level", "downloads", "handover", "may_embed", "is_public", "see_each_other")


def token_hash(token: str) -> str:
    """What is stored of a token: its SHA-256, in hex. It has 256 bits of chance: nothing slower is needed."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


# -- Made and ended --------------------------------------------------------------------------------


def create(
    *,
    project: Project,
    kind: str,
    by: User,
    thing: dict[str, Any],
    expires_at: datetime | None,
    password: str = "",
    **fields: Any,
) -> tuple[Share, str]:
    """A new link, and its token, which nobody can read again.

    `thing` is the column that fits the kind: clip, stack, playlist, or nothing for the project's picks.
    `fields` are those of FIELDS.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    fields |= {"password": _hashed(password), "token_hash": token_hash(token), "expires_at": expires_at}
    with transaction.atomic():
        share = Share.objects.create(project=project, kind=kind, created_by=by, **thing, **fields)
        _write(share, "made", by)
    return share, token


def change(
    share: Share, *, by: User, expires_at: datetime | None, password: str | None = None, **fields: Any
) -> bool:
    """Other settings for the same address; False for a link that was revoked meanwhile, which keeps its own.

    `password`: None leaves it, "" takes it away. `fields` are those of FIELDS.
    """
    if password is not None:
        fields["password"] = _hashed(password)
    with transaction.atomic():
        rows = Share.objects.filter(pk=share.pk, revoked_at=None)
        return bool(rows.update(expires_at=expires_at, **fields)) and _write(share, "changed", by)


def _hashed(password: str) -> str:
    """Slow on purpose, so it comes before the transaction."""
    return make_password(password) if password else ""


@transaction.atomic
def reissue(share: Share, *, by: User) -> str | None:
    """Another address for the same link; the old one opens nothing from now on. None for a revoked one."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    rows = Share.objects.filter(pk=share.pk, revoked_at=None)
    is_new = rows.update(token_hash=token_hash(token)) and _write(share, "readdressed", by)
    return token if is_new else None


@transaction.atomic
def revoke(share: Share, *, by: User) -> bool:
    """The link opens nothing any more, from the next request on; whether that changed anything."""
    rows = Share.objects.filter(pk=share.pk, revoked_at=None)
    is_new = rows.update(revoked_at=db_now(), revoked_by=by, token_hash=None)
    return bool(is_new) and _write(share, "revoked", by)


def _write(share: Share, done: str, by: User) -> bool:
    """Into the trail. The label is the team's own text, so it stays out."""
    TrailEvent.objects.write(TrailEvent.What.SHARE, by=by, share=share.pk, done=done)
    return True


def look() -> None:
    """Forget what has expired, once a minute in each process that sweeps: one write, and nobody is harmed if
    two do it."""
    global _looked
    if time.monotonic() >= _looked + LOOK_EVERY_S:
        _looked = time.monotonic()
        forget_expired()


def forget_expired() -> int:
    """Take their token from links that expired: to find a row, if only to leave it out, takes a microsecond
    longer than to find none."""
    expired = Share.objects.filter(expires_at__lte=db_now(), token_hash__isnull=False)
    return expired.update(token_hash=None)


# -- Opened ----------------------------------------------------------------------------------------

COLUMNS = [field.attname for field in Share._meta.concrete_fields]
_OPENED = Prepared(lambda it: Share.objects.live().filter(token_hash=it).values_list(*COLUMNS), "a hash")


def open_with(token: str) -> Share | None:
    """The link that this token opens now. Unknown, revoked and expired are the same None after one query."""
    found = _OPENED.rows(token_hash(token))
    return Share.from_db(DEFAULT_DB_ALIAS, COLUMNS, found[0]) if found else None


def is_live(share: Share) -> bool:
    """Whether it still opens, for who has been sending its audio for a while: neither after a new address nor
    after a new password."""
    same = Share.objects.filter(pk=share.pk, token_hash=share.token_hash, password=share.password)
    return same.live().exists()


def used(share: Share) -> None:
    """Note that somebody opened it, at most once a minute."""
    if share.last_used_at is None or timezone.now() - share.last_used_at > USED_AGAIN:
        Share.objects.filter(pk=share.pk).update(last_used_at=timezone.now())


# -- Listed for the team ---------------------------------------------------------------------------


def listed(user: User, *, ended: bool = False) -> QuerySet[Share]:
    """The links that this person manages, in projects that they see: those that open, or all others."""
    projects = Project.objects.visible_to(user)
    seen: QuerySet[Share] = Share.objects.managed_by(user).filter(project__in=projects)
    live = Share.objects.live().filter(token_hash__isnull=False).values("pk")
    return seen.exclude(pk__in=live) if ended else seen.filter(pk__in=live)


# -- What it shows ---------------------------------------------------------------------------------

# What the query for a link's songs depends on besides its kind, with values that no link has.
_NO_KEYS = {"id": 1 << 61, "project_id": 1 << 60, "clip_id": 1 << 59, "playlist_id": 1 << 58}
STAND_INS = {**_NO_KEYS, "stack": UUID(int=1)}


def clips_of(share: Share) -> list[Clip]:
    """The songs of a link with their files, in their order: each is followed by the takes that answer a
    comment which was made through this link. Never what is in the bin or was moved to another project."""
    found = {
        clip.pk: clip for clip in visible(share).select_related("task__comment").prefetch_related("assets")
    }
    rows = [
        (pk, task.take if (task := clip.task) else 0, task.comment.clip_id if task and task.comment else None)
        for pk, clip in found.items()
    ]
    return [found[pk] for pk in in_order(share, rows)]


def visible(share: Share) -> QuerySet[Clip]:
    """The same as rows, in no order."""
    # By their keys: where either might do, a database would look at every song of the project.
    answers = Clip.objects.filter(task__comment__share=share)
    pks = Clip.objects.filter(_shared(share)).values("pk").union(answers.values("pk"))
    return Clip.objects.kept().filter(project=share.project_id, pk__in=pks)


def rows_of(share: Share, columns: Callable[[QuerySet[Clip]], QuerySet[Any, Any]]) -> list[tuple[Any, ...]]:
    """What the function `columns` makes of the visible songs with values_list(). It is called once."""
    return _prepared(share.kind, columns).rows(*(getattr(share, name) for name in STAND_INS))


@lru_cache
def _prepared(kind: str, columns: Callable[[QuerySet[Clip]], QuerySet[Any, Any]]) -> Prepared:
    def build(*values: Any) -> QuerySet[Any, Any]:
        return columns(visible(Share(kind=kind, **dict(zip(STAND_INS, values, strict=True)))))

    return Prepared(build, *STAND_INS.values())


def _shared(share: Share) -> Q:
    match share.kind:
        case Share.Kind.CLIP:
            return Q(pk=share.clip_id)
        case Share.Kind.STACK:
            return Q(stack=share.stack)
        case Share.Kind.PLAYLIST:
            return Q(pk__in=PlaylistEntry.objects.filter(playlist=share.playlist_id).values("clip"))
    return Q(project=share.project_id, picked=True)


def in_order(share: Share, rows: Iterable[tuple[int, int, int | None]]) -> list[int]:
    """Songs given as (pk, take, the pk of the one whose comment it answers), as they follow one another."""
    places = _places(share)
    known = {
        pk: answered
        for pk, _, answered in sorted(rows, key=lambda row: (places.get(row[0], 0), row[1], row[0]))
    }
    answers: dict[int | None, list[int]] = {}
    for pk, answered in known.items():
        answers.setdefault(answered if answered in known else None, []).append(pk)
    placed, todo = [], answers.get(None, [])[::-1]
    while todo:
        placed.append(todo.pop())
        todo += answers.get(placed[-1], [])  # the newest is popped first: it stands right behind its song
    return placed


def _places(share: Share) -> dict[int, int]:
    if share.kind != Share.Kind.PLAYLIST:
        return {}
    entries = PlaylistEntry.objects.filter(playlist=share.playlist_id)
    return dict(entries.values_list("clip", "position"))
