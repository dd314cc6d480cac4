"""Fetch a media file from an address somebody else chose, without trusting the address or the answer.

The rules are those of reliability.md M8-M14 and S6. What can go wrong:

FetchError                 `retryable` says whether the same address may work later
├── Refused                scheme, host, address or redirect that the rules forbid
├── Missing                the server says no (`status` 401, 403, 404, 410 ...)
├── TooLarge               more bytes than allowed
├── TooSlow                past the deadline, below the lowest rate, or silent
├── Truncated              the connection ended before the announced end
├── WrongType              not a media file of the list, or sent compressed
└── Unreachable            no connection, no valid certificate, 5xx, 429

An OSError of the local disk passes through as it is.
"""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import requests  # noqa: TID251 - this module wraps it
from requests.adapters import HTTPAdapter  # noqa: TID251
from urllib3.exceptions import HTTPError, ReadTimeoutError

from studio.audio.addresses import NotPublic, public_address
from studio.audio.deadline import Deadline
from studio.audio.files import save
from studio.audio.media_types import HEAD_BYTES, MediaType, sniff

BLOCK_BYTES = 1 << 16
CONNECT_S, READ_S = 5.0, 15.0
MAX_REDIRECTS = 3
MAX_URL = 2048
MALFORMED = "The address is malformed."
HTTPS_PORT = 443
VENDORS_OWN = 590  # from here on, statuses that HTTP does not know, such as useapi.net's 596
REDIRECTS = {301, 302, 303, 307, 308}
# Compression is refused from the start: 194 kB on the wire once became 200 MB.
HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close", "User-Agent": "Studio"}


class FetchError(Exception):
    """A media file could not be fetched. The text is for a log or a person and holds no query string."""

    retryable = True


class Refused(FetchError):
    """The rules forbid the address, or one it redirects to."""

    retryable = False


class Missing(FetchError):
    """The server does not give the file out; addresses expire, so a fresh one may work."""

    def __init__(self, status: int) -> None:
        super().__init__(f"The server does not give the file out (HTTP {status}).")
        self.status = status


class TooLarge(FetchError):
    """The file has more bytes than the rules allow."""

    retryable = False


class TooSlow(FetchError):
    """The transfer passed its deadline, fell below the lowest rate or stood still."""


class Truncated(FetchError):
    """The connection ended before the announced end of the file."""


class WrongType(FetchError):
    """What came is no media file that we keep: often an error page, so it may be another the next time."""


class Unreachable(FetchError):
    """No address, no connection, no valid certificate, or an answer that says "later"."""


@dataclass(frozen=True)
class FetchRules:
    """Where a file may come from and how much patience it gets.

    hosts: names served over https on port 443; "*.b-cdn.net" stands for every name below b-cdn.net.
    origins: our own configured addresses such as "http://127.0.0.1:8100", allowed as they are.
    read_s: the longest silence before and within the answer.
    token: shown to those origins only, and to nobody that they redirect to.
    max_bytes, deadline_s (whole transfer), min_rate (bytes per second on average, once grace_s are over).
    """

    hosts: tuple[str, ...]
    origins: tuple[str, ...]
    max_bytes: int
    deadline_s: float = 600
    min_rate: int = 10_000
    grace_s: float = 30
    read_s: float = READ_S
    token: str = field(default="", repr=False)


@dataclass(frozen=True)
class Fetched:
    """A complete file on our disk: bytes, hex SHA-256, type by its own bytes, and the last address."""

    size: int
    sha256: str
    media_type: MediaType
    url: str


class _Place(NamedTuple):
    scheme: str
    host: str
    port: int


def fetch(url: str, target: Path, *, allow: FetchRules) -> Fetched:
    """Fetch `url` into `target`, whose folder must exist; a file that was there is replaced at once.

    `target` is never half a file (see files.save). Raises a FetchError of the tree above and leaves
    nothing behind.
    """
    with Deadline(allow.deadline_s) as deadline, _open(url, allow, deadline) as response:
        blocks = _blocks(response, allow, deadline)
        head = b""
        while len(head) < HEAD_BYTES and (block := next(blocks, b"")):
            head += block
        media_type = sniff(head)
        if media_type is None:
            raise WrongType("What came is not a media file.")
        size, sha256 = save(chain([head], blocks), target)
        return Fetched(size, sha256, media_type, str(response.url))


@contextmanager
def _open(url: str, rules: FetchRules, deadline: Deadline) -> Iterator[requests.Response]:
    """Follow redirects by hand, each under all rules, to an answer that carries a file."""
    for _ in range(1 + MAX_REDIRECTS):
        adapter = _PinnedAdapter(_dialler(url, rules, deadline))
        with closing(adapter), closing(_send(adapter, url, rules, deadline)) as response:
            if response.status_code not in REDIRECTS:
                _check_answer(response, rules)
                yield response
                return
            url = _next(url, response)
    raise Refused(f"The address redirects more than {MAX_REDIRECTS} times.")


def _next(url: str, response: requests.Response) -> str:
    try:
        return urljoin(url, response.headers.get("Location", ""))
    except ValueError as error:
        raise Refused(MALFORMED) from error


def _send(adapter: HTTPAdapter, url: str, rules: FetchRules, deadline: Deadline) -> requests.Response:
    # No Session: it would bring proxies, cookies and .netrc, and it reads the body of a redirect to the
    # end, however long, even when it is told not to follow.
    try:
        shown = {"Authorization": f"Bearer {rules.token}"} if rules.token and _is_own(url, rules) else {}
        request = requests.Request("GET", url, headers=HEADERS | shown).prepare()
        return adapter.send(request, stream=True, timeout=(CONNECT_S, rules.read_s))
    except (requests.RequestException, HTTPError) as error:
        if deadline.passed or isinstance(error, requests.exceptions.ReadTimeout):
            raise TooSlow("The server took too long to answer.") from error
        raise Unreachable(f"{urlsplit(url).hostname} cannot be reached.") from error


class _PinnedAdapter(HTTPAdapter):
    """Connects through `dial`, so to the address that was checked; TLS and Host keep the name."""

    def __init__(self, dial: Callable[[], socket.socket]) -> None:
        super().__init__()
        self._dial = dial

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        dial = self._dial
        pool.ConnectionCls = type("Pinned", (pool.ConnectionCls,), {"_new_conn": lambda connection: dial()})
        return pool


def _dialler(url: str, rules: FetchRules, deadline: Deadline) -> Callable[[], socket.socket]:
    """Apply all rules to an address; return what opens the one connection they allow."""
    place = _place(url)
    address = place.host if _is_own(url, rules) else _public_address(place, rules.hosts)
    return lambda: deadline.watch(socket.create_connection((address, place.port), CONNECT_S))


def _is_own(url: str, rules: FetchRules) -> bool:
    return _place(url) in map(_place, rules.origins)


def _place(url: str) -> _Place:
    """Take an address apart. Whatever two parsers could read in two ways is refused."""
    if len(url) > MAX_URL or re.search(r"[\x00-\x1f\x7f\\]", url):
        raise Refused(MALFORMED)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused(MALFORMED) from error
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[\w.:\[\]-]+", parts.netloc, re.ASCII):
        raise Refused("The address is not a plain web address.")
    if port is None:
        port = HTTPS_PORT if parts.scheme == "https" else 80
    return _Place(parts.scheme, parts.hostname or "", port)


def _public_address(place: _Place, hosts: tuple[str, ...]) -> str:
    """Return the checked address of an allowed public host."""
    if place.scheme != "https" or place.port != HTTPS_PORT:
        raise Refused("Only https addresses on the usual port are fetched.")
    if not any(_matches(place.host, pattern) for pattern in hosts):
        raise Refused(f"{place.host} is not among the allowed media hosts.")
    try:
        return public_address(place.host, place.port)
    except NotPublic as error:
        raise Refused(str(error)) from error
    except OSError as error:
        raise Unreachable(f"{place.host} has no address.") from error


def _matches(host: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return host.endswith(pattern[1:].lower())
    return host == pattern.lower()


def _check_answer(response: requests.Response, rules: FetchRules) -> None:
    status = response.status_code
    if (400 <= status < 500 and status not in (408, 425, 429)) or status >= VENDORS_OWN:
        raise Missing(status)
    if status != 200:
        raise Unreachable(f"The server answered HTTP {status}.")
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise WrongType("The server sent the file compressed.")
    if (announced := _announced(response)) is not None and announced > rules.max_bytes:
        raise TooLarge(f"The file has {announced:,} bytes, {rules.max_bytes:,} are allowed.")


def _announced(response: requests.Response) -> int | None:
    length = response.headers.get("Content-Length", "")
    return int(length) if re.fullmatch(r"[0-9]{1,18}", length) else None


def _blocks(response: requests.Response, rules: FetchRules, deadline: Deadline) -> Iterator[bytes]:
    """Yield the body as it arrives, as long as it keeps to the rules."""
    size = 0
    while block := _read(response, deadline):
        size += len(block)
        if size > rules.max_bytes:
            raise TooLarge(f"The file has more than the allowed {rules.max_bytes:,} bytes.")
        if deadline.elapsed > rules.grace_s and size < rules.min_rate * deadline.elapsed:
            raise TooSlow(f"The transfer fell below {rules.min_rate:,} bytes per second.")
        yield block
    announced = _announced(response)
    if announced is not None and size != announced:
        raise Truncated(f"Only {size:,} of {announced:,} bytes came.")


def _read(response: requests.Response, deadline: Deadline) -> bytes:
    try:
        # read1 returns what one receive brings; read would wait for the whole block.
        block: bytes = response.raw.read1(BLOCK_BYTES, decode_content=False) or b""
    except HTTPError as error:
        if deadline.passed or isinstance(error, ReadTimeoutError):
            raise TooSlow("The transfer took too long.") from error
        raise Truncated("The connection broke off in the middle of the file.") from error
    if deadline.passed:  # a connection that was shut down looks like a regular end
        raise TooSlow("The transfer took too long.")
    return block
