"""Guests of a link: they say their name once, and then what they think, as long as the link lets them."""

import unicodedata
import uuid
from typing import Any

from django.db import transaction

from studio.errors import Refusal
from studio.models import Clip, Comment, Guest, Share
from studio.services import approvals, comments, shares
from studio.text.composed import composed

MOST = 500  # on one link
LONGEST_NAME = 80
JOINERS = "\u200c\u200d"  # stand inside words of several scripts
BLANKS = "\u115f\u1160\u2800\u3164\uffa0"  # letters and signs without any ink


class Ended(Exception):
    """The link does not let anybody do this any more."""


class BadName(Refusal):
    field = "name"


class Closed(Refusal):
    """The team has put the songs away: nothing is said about them any more."""


# -- Who ------------------------------------------------------------------------------------------


def known(share: Share, key: uuid.UUID | str) -> Guest | None:
    """The guest whose key this is, on this link and on no other."""
    try:
        return Guest.objects.select_related("share").filter(share=share, key=uuid.UUID(str(key))).first()
    except ValueError:
        return None


def own(share: Share, guest: Guest | None, key: uuid.UUID) -> Comment | None:
    """What this guest said on this link, of a song that it still shows."""
    here = Comment.objects.filter(share=share, clip__in=shares.visible(share)).select_related("clip__project")
    return here.filter(guest=guest, key=key).first() if guest else None


@transaction.atomic
def come(share: Share, name: str, key: uuid.UUID | None = None) -> Guest:
    """Somebody says their name. The `key` of the form they said it in makes it the same guest when it is sent
    twice; one that is taken elsewhere is none. Raises BadName, Ended."""
    name = clean_name(name)
    share = _open(share)
    if key and (guest := known(share, key)):
        return guest
    if share.guests.count() >= MOST:
        raise BadName("So many people have said their name on this link that it takes no more.")
    is_free = key and not Guest.objects.filter(key=key).exists()
    return Guest.objects.create(share=share, name=name, **({"key": key} if is_free else {}))


def clean_name(name: str) -> str:
    """On one line, and without what nobody sees or what turns the words around it. Raises BadName."""
    shown = "".join(sign for sign in name if _is_shown(sign))
    shown = " ".join(shown.split())
    if not any(unicodedata.category(sign)[0] in "LNSP" for sign in shown):
        raise BadName("Say your name.")
    if len(shown) > LONGEST_NAME:
        raise BadName(f"A name has at most {LONGEST_NAME} characters.")
    if _as_read(shown) == _as_read(comments.THE_TEAM):
        raise BadName("That is what the team is called here. Say your own name.")
    return shown


def _is_shown(sign: str) -> bool:
    if sign in BLANKS:
        return False
    return sign in JOINERS or sign.isspace() or unicodedata.category(sign)[0] != "C"


def _as_read(name: str) -> str:
    """The same for names that nobody can tell apart by their joiners, width or case."""
    return composed("".join(sign for sign in name if sign not in JOINERS), "NFKC").casefold()


def _open(share: Share, *, to_approve: bool = False) -> Share:
    """The link as it is now, locked: who revokes it or lowers its level waits, or has done so already."""
    live = Share.objects.live().select_for_update(of=("self",), no_key=True).select_related("project")
    now = live.filter(pk=share.pk, token_hash=share.token_hash).first()
    if now is None or not (now.may_approve if to_approve else now.may_comment):
        raise Ended
    return now


# -- What they say ----------------------------------------------------------------------------------
# `who` is a guest who is known, or the name and key of one who comes. Nobody has come when it is refused.

Who = Guest | tuple[str, uuid.UUID | None]


@transaction.atomic
def comment(share: Share, who: Who, clip: Clip, **said: Any) -> Comment:
    """Remark on a song of the link; `said` and errors as `comments.add`, and Closed, BadName, Ended."""
    return comments.add(clip, guest=_guest(_ready(share), who), **said)


@transaction.atomic
def answer(share: Share, who: Who, head: Comment, *, text: str) -> Comment:
    """Errors as `comments.answer`, and Closed, BadName, Ended."""
    return comments.answer(head, text=text, guest=_guest(_ready(share), who))


@transaction.atomic
def edit(share: Share, guest: Guest, remark: Comment, *, text: str) -> None:
    """Errors as `comments.edit`, and Closed, Ended."""
    _ready(share)
    comments.edit(remark, text=text, guest=guest)


@transaction.atomic
def approve(share: Share, who: Who, clip: Clip) -> Guest:
    """Say yes to a take: who said so, also where somebody else had done so before. Raises Closed, BadName,
    Ended."""
    guest = _guest(_ready(share, to_approve=True), who)
    approvals.approve(clip, guest=guest)
    return guest


@transaction.atomic
def take_back(share: Share, guest: Guest, clip: Clip) -> bool:
    """Take their own approval back while the take is not final; whether that changed anything.

    Raises Closed, Ended."""
    _ready(share, to_approve=True)
    return approvals.take_back(clip, guest=guest)


def _ready(share: Share, *, to_approve: bool = False) -> Share:
    now = _open(share, to_approve=to_approve)
    if now.project.is_archived:
        raise Closed("Nothing is said about these songs any more.")
    return now


def _guest(share: Share, who: Who) -> Guest:
    return who if isinstance(who, Guest) else come(share, *who)
