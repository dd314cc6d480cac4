"""Serve one stored file over HTTP so that a player can seek in it (reliability.md S15).

Who may have the file is the caller's question. Here it is made harmless: whatever the bytes are, a
browser neither guesses another type for them nor runs them as a page.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import BinaryIO
from urllib.parse import quote

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header, parse_etags, quote_etag

from studio.audio.ranges import Unsatisfiable, byte_range

BLOCK_BYTES = 1 << 16
MAX_STEM = 120
ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}\Z")
FORBIDDEN_IN_NAMES = '/\\:*?"<>|'
PROTECTION = {
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, no-cache",  # keep it, but ask each time: rights can end
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
# To who has only a link, which may end at any moment: so much is sent without asking once more.
ASKED_EVERY = 1 << 19
RANGE_BYTES = 1 << 20  # players ask for the next part by themselves
UNKEPT = {"Cache-Control": "private, no-store"}


def serve(
    request: HttpRequest,
    *,
    open_part: Callable[[int, int], BinaryIO],
    size: int,
    etag: str,
    content_type: str,
    filename: str,
    download: bool,
    accelerated: str = "",
    signed: Callable[[str, str], str] | None = None,
    still: Callable[[], bool] | None = None,
) -> HttpResponseBase:
    """Answer GET and HEAD for a file of `size` bytes: 200, 206, 304 or 416; 405 for other methods.

    `accelerated` is the address of the file inside nginx, which then sends the bytes and minds the ranges.
    `signed` makes, of content type and disposition, an address elsewhere: GET is led there with 302.
    `still` tells whether the client may still have it. It is asked all along, the answer breaks off when it
    says no, one to a Range holds RANGE_BYTES at most, and nobody keeps anything.

    `etag` must change with the bytes (the SHA-256 does). `open_part` is called with the first byte and how
    many, only when bytes are sent, and what it opens is always closed. Its errors pass through, before
    anything was sent.
    """
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    tag = quote_etag(etag)
    headers = {**PROTECTION, **(UNKEPT if still else {}), "ETag": tag}
    if _is_known(request, tag):
        return HttpResponseNotModified(headers=headers)
    disposition = str(content_disposition_header(download, safe_filename(filename)))
    if signed and request.method == "GET":  # an address is signed for one method, and HEAD needs no bytes
        return HttpResponse(status=302, headers={**PROTECTION, "Location": signed(content_type, disposition)})
    headers["Content-Disposition"] = disposition
    headers["Content-Type"] = content_type
    if accelerated:
        return HttpResponse(headers={**headers, "X-Accel-Redirect": quote(accelerated)})
    return _bytes(request, open_part, size, tag, headers, still)


def _bytes(
    request: HttpRequest,
    open_part: Callable[[int, int], BinaryIO],
    size: int,
    tag: str,
    headers: dict[str, str],
    still: Callable[[], bool] | None,
) -> HttpResponseBase:
    """All of them, or those that the client asks for; of HEAD only how many."""
    try:
        wanted = _wanted(request, tag, size)
    except Unsatisfiable:
        del headers["Content-Type"]
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    first, last = wanted or (0, size - 1)
    if wanted and still:
        last = min(last, first + RANGE_BYTES - 1)
    length = last - first + 1
    headers["Content-Length"] = str(length)
    if wanted:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    body = _Part(open_part(first, length), length, still)
    return StreamingHttpResponse(body, status=206 if wanted else 200, headers=headers)


def safe_filename(name: str) -> str:
    """Make a title usable as a file name on every system: "AC/DC: live\\r\\n.m4a" -> "AC_DC_ live.m4a"."""
    visible = "".join(
        "_" if char in FORBIDDEN_IN_NAMES else char
        for char in unicodedata.normalize("NFC", name)
        if unicodedata.category(char)[0] != "C" and unicodedata.category(char) not in ("Zl", "Zp")
    )
    ending = ENDING.search(visible)
    stem = visible[: ending.start()] if ending else visible
    return f"{stem[:MAX_STEM].strip('. ') or 'file'}{ending[0] if ending else ''}"


def _is_known(request: HttpRequest, tag: str) -> bool:
    """Does the client's If-None-Match name this very version?"""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return known == ["*"] or tag in (candidate.removeprefix("W/") for candidate in known)


def _wanted(request: HttpRequest, tag: str, size: int) -> tuple[int, int] | None:
    """The bytes asked for, or None for all. An If-Range that is a date never fits: we send no dates."""
    if request.method != "GET" or request.headers.get("If-Range", tag).strip() != tag:
        return None
    return byte_range(request.headers.get("Range", ""), size)


class _Part:
    """A stretch of a file in blocks. No generator: close() of one that never ran does nothing."""

    def __init__(self, file: BinaryIO, length: int, still: Callable[[], bool] | None) -> None:
        self._file = file
        self._left = length
        self._still = still
        self._asked_at = length

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if not self._left:
            raise StopIteration
        if self._has_ended():
            raise StopIteration  # before all that was promised: the server breaks the connection off
        block = self._file.read(min(BLOCK_BYTES, self._left))
        if not block:
            raise OSError(
                "The stored file is shorter than its row says."
            )  # rather a broken reply than a short one
        self._left -= len(block)
        return block

    def _has_ended(self) -> bool:
        if self._still is None or self._asked_at - self._left < ASKED_EVERY:
            return False
        self._asked_at = self._left
        return not self._still()

    def close(self) -> None:
        self._file.close()
