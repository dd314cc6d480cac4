"""Talks to useapi.net's riffusion service, which only gives out songs that it has (upstream.md 6).

Nothing is paid and there are no tasks there: a download is one GET. It goes the way of every other order all
the same: to ask whether the song is to be had is its submit, and the "task" id says all that a poll needs.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from studio.music_api import decode
from studio.music_api.client import Answer, Client
from studio.music_api.errors import (
    MusicApiError,
    NeedsAttention,
    NotFound,
    NotSent,
    RateLimited,
    Rejected,
    Retired,
    Unavailable,
)
from studio.music_api.operations import IMPORT, request_body
from studio.music_api.stems import stems_of
from studio.music_api.types import Accepted, Balance, Item, PollResult, PollState

PENDING_ERROR = 596  # not a status of HTTP: the vendor's own
ATTENTION = (
    "The Riffusion account at useapi.net needs attention: somebody has to post its cookie anew "
    "(POST /accounts there). Nothing is fetched until then."
)
KEY_REFUSED = "useapi.net refuses the studio's token. Set a good USEAPI_TOKEN and restart the studio."
STEMS = "stems"
POLL_S = 10.0  # the files are there by then; a sweep does not wait longer


class UseapiClient(Client):
    """One token at useapi.net; same verbs as the other client. All time-outs are in seconds."""

    def __init__(self, *args: Any, get_timeout: float = 55, **settings: Any) -> None:
        # It makes the file while we wait.
        super().__init__(*args, get_timeout=get_timeout, **settings)

    def submit(
        self,
        operation_name: str,
        params: Mapping[str, object],
        *,
        webhook_url: str = "",
        webhook_secret: str = "",
        not_after: float = math.inf,
    ) -> Accepted:
        """Ask whether the song is to be had; the first part of the file is read and dropped.

        Raises Rejected or NeedsAttention for what a person must change, else NotSent: it may be tried again.
        """
        try:
            fields = request_body(self.provider.operation(operation_name), params)
        except KeyError:
            raise Retired(f"{self.provider.label} no longer offers this.") from None
        except ValueError as error:
            raise Rejected(str(error)) from None
        try:
            answer = self._get(self._path(fields))
        except Unavailable as error:
            raise NotSent(str(error)) from None
        if answer.status != 200:
            raise error_answer(answer)
        return Accepted(_task_id(fields))

    def poll(self, operation_name: str, task_id: str) -> PollResult:
        """The address of the song, and of its stems when they were asked for.

        Raises Unavailable or NeedsAttention, or NotFound for an id that is not ours.
        """
        fields = _fields_of(task_id)
        if fields["download_format"] != STEMS:
            return self._found(fields)
        answer = self._get(self._path(fields), POLL_S)
        if answer.status != 200:
            error = error_answer(answer)
            if isinstance(error, NeedsAttention):
                raise error
            raise Unavailable(error.message, status=answer.status, body=error.body)
        if not (stems := stems_of(answer.body)):
            raise Unavailable(
                "Stems that we can't read.", status=200, body=answer.body[:2000].decode(errors="replace")
            )
        return self._found({**fields, "download_format": "mp3"}, stems)

    def balance(self) -> Balance:
        """Raises Unavailable: there are no credits there."""
        raise Unavailable("useapi.net counts no credits.")

    def _found(self, fields: Mapping[str, Any], stems: tuple[tuple[str, str], ...] = ()) -> PollResult:
        address = self.base_url + self._path(fields)
        item = Item(clip_id=fields["id"], audio_url=address, format=fields["download_format"], stems=stems)
        return PollResult(PollState.SUCCESS, (item,))

    def _path(self, fields: Mapping[str, Any]) -> str:
        return f"{IMPORT.path}?{urlencode(fields)}"


def error_answer(answer: Answer) -> MusicApiError:
    """The error that an answer other than 200 is (upstream.md 6; seed page of the download)."""
    error = decode.error_answer(*answer)
    about: dict[str, Any] = {"status": answer.status, "body": error.body}
    if why := attention_for(answer.status):
        return NeedsAttention(why, **about)
    if isinstance(error, Rejected | RateLimited):  # Retired among them
        return error
    return NotSent(error.message, **about)


def attention_for(status: int) -> str:
    """What a person has to do there before anything works again, when this status says so; else ""."""
    if status == PENDING_ERROR:
        return ATTENTION
    return KEY_REFUSED if status in (401, 403) else ""


def _task_id(fields: Mapping[str, Any]) -> str:
    """`<format>:<random>:<account>:<song>`; the random part, since a song may be fetched twice."""
    parts = (fields["download_format"], secrets.token_hex(4), fields.get("user_id", ""), fields["id"])
    return ":".join(parts)


def _fields_of(task_id: str) -> dict[str, Any]:
    """Also a person may have typed it."""
    try:
        form, _, account, song = task_id.split(":")
        return request_body(IMPORT, {"id": song, "user_id": account, "download_format": form})
    except ValueError:
        raise NotFound("No import has such an id.") from None
