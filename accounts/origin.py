"""Where a request comes from: its address, for the throttles and the audit trail.

Anybody may write any X-Forwarded-For. Only what our own proxies have added to its right end is worth
something, and only where `PROXIES` says that there are some.
"""

from collections.abc import Callable
from contextvars import ContextVar
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse

SITE = 64  # bits of an IPv6 address that name a connection; whoever has one may choose the others freely

_address: ContextVar[str | None] = ContextVar("address", default=None)


def address() -> str | None:
    """The address of the request at hand; None outside of one."""
    return _address.get()


def of(request: HttpRequest) -> str | None:
    """The address that the request came from; None when not even the server knows."""
    return _forwarded_for(request) or _clean(request.META.get("REMOTE_ADDR", ""))


def network(address: str | None) -> str:
    """What is counted as one place: an IPv4 address, or the /64 of an IPv6 address."""
    if address is None or ":" not in address:
        return address or "nowhere"
    return str(ip_network((address, SITE), strict=False))


def _forwarded_for(request: HttpRequest) -> str | None:
    """What the outermost of our proxies saw: the n-th entry from the right."""
    entries = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if not 0 < settings.PROXIES <= len(entries):
        return None
    return _clean(entries[-settings.PROXIES])


def _clean(text: str) -> str | None:
    """One way to write each address; None for what is none."""
    try:
        found = ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    # A server that listens for both kinds writes IPv4 as ::ffff:192.0.2.1: all of it would be one /64.
    return str((isinstance(found, IPv6Address) and found.ipv4_mapped) or found)


def middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def remember(request: HttpRequest) -> HttpResponse:
        token = _address.set(of(request))
        try:
            return get_response(request)
        finally:
            _address.reset(token)

    return remember
