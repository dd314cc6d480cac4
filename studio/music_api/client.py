"""Talks HTTP to one provider (upstream.md 1, 4; reliability.md 2.2).

The one call that costs money is sent once and never again: a connection of its own, no retries, no redirects,
nothing from the environment. Whatever goes wrong is judged by one fact: had we begun to send the order?
"""

from __future__ import annotations

import json
import math
import os
import re
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import quote

import requests  # noqa: TID251 - this module wraps requests
from requests.adapters import HTTPAdapter  # noqa: TID251
from urllib3.connectionpool import HTTPConnectionPool

from studio.music_api import decode, values
from studio.music_api.errors import (
    Ambiguous,
    MusicApiError,
    NotFound,
    NotSent,
    Rejected,
    Retired,
    Unavailable,
)
from studio.music_api.operations import KNOWN
from studio.music_api.providers import Provider, request_body
from studio.music_api.transport import (
    BoundedConnection,
    BoundedSecureConnection,
    Order,
    in_background,
    reason,
    time_limit,
)
from studio.music_api.types import Accepted, Balance, PollResult

TASK_PATH = "/api/v1/producer/task/"
BALANCE_PATH = "/api/v1/get-credits"
NO_TASK = "00000000-0000-4000-8000-000000000000"
LISTEN_S = 90.0  # for a late answer to an order; over before the balance may prove anything of it
BODY_SECONDS = 10.0  # for a whole body, at most 1 MiB
SHORTEST_SECRET = 12


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """One account at one provider; all time-outs are in seconds. Threads may share it.

    `get_timeout` bounds the wait for the whole head of an answer, `post_timeout` that for all of an order's.
    With the defaults a POST ends within 40 s, which is less than any lease on it.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        base_url: str,
        key: str,
        connect_timeout: float = 5,
        post_timeout: float = 30,
        get_timeout: float = 15,
    ) -> None:
        if not re.fullmatch("[!-~]+", key):  # here, because the library's own error would quote the key
            raise ValueError(f"The key for {provider.label} is empty or has characters that no key has.")
        self.provider = provider
        self.base_url = base_url.rstrip("/")
        self._key = key
        self._connect_timeout = connect_timeout
        self._post_timeout = post_timeout
        self._get_timeout = get_timeout
        self._local = threading.local()

    def __repr__(self) -> str:
        return f"<Client {self.provider.name} {self.base_url}>"

    def submit(
        self,
        operation_name: str,
        params: Mapping[str, object],
        *,
        webhook_url: str = "",
        webhook_secret: str = "",
        not_after: float = math.inf,
    ) -> Accepted:
        """POST a paid order, once, and begin before `not_after` in seconds of time.time().

        Raises NotSent, Rejected, Held or Ambiguous (upstream.md 1.5, 3.3).
        """
        try:
            operation = self.provider.operation(operation_name)
            fields = request_body(operation, params)
        except KeyError:
            raise Retired(f"{self.provider.label} no longer offers this.") from None
        except ValueError as error:
            raise Rejected(str(error)) from None
        hooks = {"webhook_url": webhook_url, "webhook_secret": webhook_secret} if webhook_url else {}
        return self._send(operation.path, {**fields, **hooks}, not_after)

    def poll(self, operation_name: str, task_id: str) -> PollResult:
        """Ask where a task stands. Raises Unavailable, NotFound or KeyRefused (upstream.md 1.6)."""
        # An id like ".." would make another path; quote() leaves dots alone.
        if values.identifier(task_id) is None:
            raise NotFound("No task has such an id.")
        answer = self._get(TASK_PATH + quote(task_id, safe=""))
        # Not of this provider's: the operation may be withdrawn while its tasks are under way.
        if (operation := KNOWN.get(operation_name)) is None:
            return decode.poll_answer(*answer)
        return decode.poll_answer(*answer, operation.needs, stateless=operation.stateless)

    def balance(self) -> Balance:
        """Ask for the credits left. Raises Unavailable or KeyRefused (upstream.md 4.1)."""
        return decode.balance_answer(*self._get(BALANCE_PATH))

    def answers(self) -> bool:
        """Whether the provider answers a free question: one for a task that nobody has."""
        try:
            self.poll("", NO_TASK)
        except NotFound:
            return True
        except MusicApiError:
            return False
        return True

    def _send(self, path: str, fields: Mapping[str, Any], not_after: float) -> Accepted:
        """Wait for the answer as long as a worker may; a thread goes on listening after that."""
        to_connect = 2 * self._connect_timeout
        order = Order(json.dumps(fields).encode(), latest=time.monotonic() + to_connect, not_after=not_after)
        hidden = _secrets_of(fields)
        answer = in_background(lambda: decode.submit_answer(*self._post(path, order, hidden)))
        with suppress(TimeoutError):
            return answer.result(to_connect + self._post_timeout)
        if order.begun:
            told = f"{self.provider.label} may or may not have the order: no answer in time."
            raise Ambiguous(told, late=answer)
        raise NotSent(f"{self.provider.label} cannot be reached: no connection in time.")

    def _post(self, path: str, order: Order, hidden: tuple[str, ...]) -> Answer:
        headers = {"Content-Type": "application/json", "Connection": "close"}
        with _Session(self._key) as session:
            answer = self._exchange(session, "POST", path, LISTEN_S, hidden, data=order, headers=headers)
        if isinstance(answer, Answer):
            return answer
        if order.begun:
            raise Ambiguous(f"{self.provider.label} may or may not have the order: {answer}.")
        raise NotSent(f"{self.provider.label} cannot be reached: {answer}.")

    def _get(self, path: str, timeout: float | None = None) -> Answer:
        answer = self._exchange(self._session(), "GET", path, timeout or self._get_timeout)
        if isinstance(answer, Answer):
            return answer
        raise Unavailable(f"{self.provider.label} cannot be reached: {answer}.")

    def _exchange(
        self,
        session: requests.Session,
        method: str,
        path: str,
        timeout: float,
        hidden: tuple[str, ...] = (),
        **order: Any,
    ) -> Answer | str:
        """The answer without our key and what else is `hidden`, or in words why there is none."""
        try:
            with session.request(
                method,
                self.base_url + path,
                timeout=(self._connect_timeout, timeout),
                allow_redirects=False,
                stream=True,
                **order,
            ) as response:
                # The one header we read; another could quote us.
                headers = {"Retry-After": response.headers.get("Retry-After", "")}
                return Answer(
                    response.status_code, headers, self._without_secrets(self._read(response), hidden)
                )
        except Exception as error:  # requests leaks urllib3's, ssl's and the socket's own errors now and then
            return reason(error)

    def _read(self, response: requests.Response) -> bytes:
        """The body as it came, one byte over the limit at most; nothing when it broke off.

        The status alone is often decisive, so a broken body must not hide it.
        """
        if response.status_code < 200:
            return b""  # what follows on this connection belongs to the same answer: leave it unread, closed
        with suppress(Exception), time_limit(BODY_SECONDS, response.raw.shutdown):
            body: bytes = response.raw.read(values.MAX_BODY + 1, decode_content=False)
            return body
        return b""

    def _without_secrets(self, body: bytes, others: tuple[str, ...]) -> bytes:
        """Errors quote bodies, and a body may quote us. A toy key may be a part of any word, so leave it."""
        for secret in (self._key, *others):
            if len(secret) >= SHORTEST_SECRET:
                body = body.replace(secret.encode(), b"[key]")
        return body

    def _session(self) -> requests.Session:
        """This thread's session: it keeps connections between polls, and no thread or fork shares them."""
        if getattr(self._local, "pid", None) != os.getpid():
            self._local.session = _Session(self._key)
            self._local.pid = os.getpid()
        session: requests.Session = self._local.session
        return session


def _secrets_of(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """What an order tells that nobody else may know: who has them can ring at the webhook's address."""
    address = str(fields.get("webhook_url", "")).rstrip("/")
    return str(fields.get("webhook_secret", "")), address.rpartition("/")[2]


class _Session(requests.Session):
    """Sends to the provider and nowhere else: no proxy or .netrc of the machine, no redirect."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.trust_env = False
        self.headers["Authorization"] = f"Bearer {key}"
        self.headers["Accept"] = "application/json"
        self.headers["Accept-Encoding"] = "identity"
        self.mount("http://", _Adapter())
        self.mount("https://", _Adapter())

    def get_redirect_target(self, resp: requests.Response) -> None:
        # Told not to follow, the library still looks where to, and reads a body without end on the way.
        return None


class _Adapter(HTTPAdapter):
    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        pool = super().get_connection_with_tls_context(*args, **kwargs)
        assert isinstance(pool, HTTPConnectionPool)
        pool.ConnectionCls = BoundedSecureConnection if pool.scheme == "https" else BoundedConnection
        return pool
