"""The studio's log: one line for each event, with what it was about and without what is secret.

`about()` names the request, the job or the task that the lines of a block belong to. Every line, tracebacks
included, passes `clean()` before it is written.
"""

import functools
import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar

from django.conf import settings

P = ParamSpec("P")
R = TypeVar("R")

MAX_TEXT = 20_000
HIDDEN = "[hidden]"
SHORTEST_SECRET = 8  # a shorter one would be found in every other word

_facts: ContextVar[Mapping[str, object]] = ContextVar("facts", default=MappingProxyType({}))


# -- What a line is about -------------------------------------------------------------------------


@contextmanager
def about(**facts: object) -> Iterator[None]:
    """Lines of this block carry these facts, beside those of the blocks around it."""
    token = _facts.set({**_facts.get(), **facts})
    try:
        yield
    finally:
        _facts.reset(token)


def note(**facts: object) -> None:
    """A fact that came out on the way, for the lines that follow until the block around them ends."""
    _facts.set({**_facts.get(), **facts})


def job(*names: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Lines of this job carry its name, and its arguments under these names."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            with about(job=function.__name__, **dict(zip(names, args, strict=False))):
                return function(*args, **kwargs)

        return run

    return decorate


# -- What no line may hold ------------------------------------------------------------------------

_QUOTED = r"""b?"(?:[^"\\]|\\.)*(?:"|\Z)|b?'(?:[^'\\]|\\.)*(?:'|\Z)"""
# Names whose value may have spaces in it, so that all the rest of its line is hidden ...
_LONG = ("authorization", "cookie", "lyrics", "prompt", "passw", "passphrase")
# ... and others. KeyError is none of them: its line says what was missing.
_SHORT = ("secret", "token", "key", "session", "csrf", "signature", "x-amz-")
_PATHS = ("hooks", "welcome", "uploads")
# Folders of a machine have these names too: there only what is as long as a token is one.
_COMMON_PATHS = ("share", "shares", "s", "key", "join")
# name=value, "name": "value", the same inside a quoted text (\"name\": ...), and a pair ("name", "value").
_IS = r"""[\w-]{0,40}(?:\\{0,3}["']?\s{0,4}[:=]\s{0,4}|["']\s{0,4},\s{0,4}(?=b?["']))"""
_INNER = r"""\\{1,3}["'][^"'\\\r\n]*"""


class Rule:
    """A pattern that is looked for only where one of its words stands: most lines have none."""

    def __init__(self, words: Iterable[str], pattern: str, instead: str) -> None:
        self.words = tuple(words)
        self.pattern = re.compile(pattern, re.IGNORECASE | re.DOTALL)
        self.instead = instead

    def apply(self, text: str, lower: str) -> str:
        if not any(word in lower for word in self.words):
            return text
        return self.pattern.sub(self.instead, text)


# The order matters: whole lines first. Every repetition has an end or a beginning that is rare, so that no
# text, however hostile, takes long.
RULES = (
    # PostgreSQL shows the row that it refused, words of the song and all.
    Rule(
        ["failing row contains"],
        r"Failing row contains \((?:(?!\n\n(?:The above|During handling) ).)*",
        f"Failing row {HIDDEN}",
    ),
    Rule(_LONG, rf"((?:{'|'.join(_LONG)}){_IS})(?:{_QUOTED}|[^\r\n]+)", rf"\1{HIDDEN}"),
    Rule(
        _SHORT,
        rf"((?:{'|'.join(_SHORT)})(?!error){_IS})(?:{_QUOTED}|{_INNER}|[^\s&;,)\]}}]+)",
        rf"\1{HIDDEN}",
    ),
    Rule(["bearer", "basic"], r"\b(bearer|basic)\s{1,4}[^\s\"'\\,;]+", rf"\1 {HIDDEN}"),
    # Who has these addresses of ours may do something with them.
    Rule([f"/{name}/" for name in _PATHS], rf"(/(?:{'|'.join(_PATHS)})/)[^/\s?\"'#&<>]+", rf"\1{HIDDEN}"),
    Rule(
        [f"/{name}/" for name in _COMMON_PATHS],
        rf"(/(?:{'|'.join(_COMMON_PATHS)})/)[^/\s?\"'#&<>]{{16,}}",
        rf"\1{HIDDEN}",
    ),
    # Addresses of others: what stands before the @ and behind the ? opens doors there.
    Rule(["://"], r"(://)[^/\s\"'@]{1,300}@", rf"\1{HIDDEN}@"),
    Rule(["://"], r"(://[^\s\"'?#<>]{1,500})\?[^\s\"'#<>]+", rf"\1?{HIDDEN}"),
    # A random token without a word beside it that says so.
    Rule([""], r"(?<![\w-])[\w-]{43}(?![\w-])", HIDDEN),
)


def clean(text: str) -> str:
    """The text without secrets: our own keys wherever they stand, and whatever is named like one."""
    whole = len(text)
    text = text[: 2 * MAX_TEXT]
    for secret in _own_secrets():
        text = text.replace(secret, HIDDEN)
    lower = text.lower()
    for rule in RULES:
        text = rule.apply(text, lower)
    if whole > 2 * MAX_TEXT:  # the cut may have left half a secret at the end
        text = text[:-200]
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]} ... {whole - MAX_TEXT} more"


def _own_secrets() -> list[str]:
    keys = [key for _, key in getattr(settings, "PROVIDERS", {}).values()]
    own = [getattr(settings, name, "") for name in ("SECRET_KEY", "SANDBOX_KEY", "EMAIL_HOST_PASSWORD")]
    database = settings.DATABASES["default"].get("PASSWORD", "")
    bucket = getattr(settings, "S3", {}).get("secret_key", "")
    found = {str(secret) for secret in (*keys, *own, database, bucket) if secret}
    return sorted((each for each in found if len(each) >= SHORTEST_SECRET), key=len, reverse=True)


# -- How a line is written ------------------------------------------------------------------------


def _escaped(text: str) -> str:
    """As in JSON, on one line: nothing in it moves the cursor or turns the direction of writing."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in quoted)


class _Formatter(logging.Formatter):
    def facts(self, record: logging.LogRecord) -> dict[str, Any]:
        at = datetime.fromtimestamp(record.created, UTC)
        found: dict[str, Any] = {
            "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            **{name: clean(str(value)) for name, value in _facts.get().items()},
            "message": clean(record.getMessage()),
        }
        if record.exc_info:
            found["exception"] = clean(self.formatException(record.exc_info))
        if record.stack_info:
            found["stack"] = clean(record.stack_info)
        return found


class Line(_Formatter):
    """at=... level=info logger=studio.jobs job=archive_task task=5 message="..." """

    def format(self, record: logging.LogRecord) -> str:
        return " ".join(f"{name}={_value(value)}" for name, value in self.facts(record).items())


def _value(text: str) -> str:
    return text if re.fullmatch(r"[\w.:/+-]+", text, re.ASCII) else _escaped(text)


class Json(_Formatter):
    """The same as an object of JSON, for machines that collect logs."""

    def format(self, record: logging.LogRecord) -> str:
        return "{" + ", ".join(f'"{n}": {_escaped(v)}' for n, v in self.facts(record).items()) + "}"
