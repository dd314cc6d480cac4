"""Reads the fields of a request body. Each fault is a 400 that names the field."""

import ipaddress
import json
import re
from typing import Any
from urllib.parse import urlsplit

from studio.sandbox.types import Refusal


def invalid(error: str) -> Refusal:
    """The 400 with this text."""
    return Refusal(400, "validation_error", error)


def read_object(raw: bytes) -> dict[str, Any]:
    """The JSON object in a request body. Raises Refusal 400 for anything else, NaN and Infinity included."""
    try:
        body = json.loads(raw, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise invalid("The request body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise invalid("The request body must be a JSON object.")
    return body


class Form:
    """The fields of one body by name; null stands for a missing one. Every method raises Refusal 400."""

    def __init__(self, body: dict[str, Any]) -> None:
        self._body = body

    def get(self, name: str) -> Any:
        """The raw value of a field; None when it is missing or null."""
        return self._body.get(name)

    def name(self, new: str, old: str) -> str:
        """Which name of a renamed field the body uses."""
        return old if self.get(new) is None and self.get(old) is not None else new

    def text(self, name: str, longest: int | None = None) -> str:
        """A text, empty when it is missing. Raises Refusal 400."""
        value = self.get(name)
        if value is None:
            return ""
        if not isinstance(value, str) or not _is_clean(value):
            raise invalid(f"The '{name}' field must be a string.")
        if longest is not None and len(value) > longest:
            raise invalid(f"The '{name}' field must be at most {longest} characters.")
        return value

    def required_text(self, name: str, longest: int | None = None) -> str:
        """A text that is not empty. Raises Refusal 400."""
        value = self.text(name, longest)
        if not value.strip():
            raise invalid(f"The '{name}' field is required.")
        return value

    def flag(self, name: str) -> bool:
        """A boolean, False when it is missing. Raises Refusal 400."""
        value = self.get(name)
        if value is None:
            return False
        if not isinstance(value, bool):
            raise invalid(f"The '{name}' field must be a boolean.")
        return value

    def number(self, name: str, lowest: float, highest: float, default: float | None = None) -> float:
        """A number from `lowest` to `highest`. Raises Refusal 400."""
        value = default if self.get(name) is None else self.get(name)
        if value is None:
            raise invalid(f"The '{name}' field is required.")
        if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
            raise invalid(f"The '{name}' field must be a number from {lowest} to {highest}.")
        return float(value)

    def choice(self, name: str, values: tuple[str, ...], default: str | None = None) -> str:
        """One of the allowed words. Raises Refusal 400."""
        value = default if self.get(name) is None else self.get(name)
        if value is None:
            raise invalid(f"The '{name}' field is required.")
        if value not in values:
            raise invalid(f"The '{name}' field is invalid. Allowed values: {', '.join(values)}")
        return str(value)

    def url(self, name: str, longest: int) -> str:
        """An address that may be called: HTTPS, or plain HTTP to this machine, where a studio is tested."""
        url = self.text(name, longest)
        if url and not _may_be_called(url):
            raise invalid(f"The '{name}' field must be an HTTPS URL.")
        return url


def is_loopback(host: str) -> bool:
    """Whether a host, by name or by address, is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _is_clean(text: str) -> bool:
    """JSON can spell NUL and half a surrogate pair, which neither UTF-8 nor a file's tags can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def _may_be_called(url: str) -> bool:
    if not re.fullmatch("[!-~]+", url):
        return False
    try:
        parts = urlsplit(url)
        host, named = parts.hostname or "", bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, a broken IPv6 address
        return False
    return named and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))
