"""What a provider might send, from nearly right to nothing at all."""

import gzip
import json
from typing import Any

from hypothesis import strategies as st

from studio.music_api.types import Item
from tests.contract.golden import FIXTURES
from tests.music_api.upstream import answer

GOLDEN = [path.read_bytes() for path in sorted(FIXTURES.glob("*.json"))]
NAMES = sorted(
    {name for body in GOLDEN for name in json.loads(body)}
    | set(Item.__dataclass_fields__)
    | {"state", "mv", "credits", "name", "url", "lyrics_timestamped", "word", "start_s", "end_s"}
)
WORDS = [
    "SUCCESS",
    "RUNNING",
    "FAILED",
    "succeeded",
    "failed",
    "not_ready",
    "timeout",
    "t1",
    "https://a/b",
    "104.88",
]
SUCCESSES = [body for body in GOLDEN if b"SUCCESS" in body]
BOMB = gzip.compress(b"[" * 10_000_000, mtime=0)

leaves = st.one_of(
    st.sampled_from(WORDS),
    st.none() | st.booleans() | st.integers() | st.floats(),
    st.text(st.characters(exclude_categories=()), max_size=30),  # lone surrogates and NUL, too
    st.sampled_from(["\ud83d", "\0", "9" * 400, "e" + "\u0301" * 100]),
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=8),
    max_leaves=12,
)
objects = st.dictionaries(st.sampled_from(NAMES), values, max_size=8)


def _written(pairs: list[tuple[str, Any]]) -> bytes:
    return b"{%s}" % b",".join(json.dumps({name: value}).encode()[1:-1] for name, value in pairs)


# A key may come twice, with two different ids.
twice = st.lists(st.tuples(st.sampled_from(["task_id", "status", "data", "credits"]), leaves), max_size=6)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """One of the provider's own bodies with a stretch of it replaced."""
    body = draw(st.sampled_from(GOLDEN))
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(body))] * 2)))
    return body[:start] + draw(st.binary(max_size=20)) + body[end:]


@st.composite
def truncated(draw: st.DrawFn) -> bytes:
    body = draw(st.sampled_from(GOLDEN))
    return body[: draw(st.integers(0, len(body)))]


@st.composite
def retyped(draw: st.DrawFn, of: list[bytes] = GOLDEN) -> bytes:
    """One of the provider's own bodies, of which a field is gone or of another type."""
    body = json.loads(draw(st.sampled_from(of)))
    items = [item for item in body.get("data", []) if isinstance(item, dict)]
    target = draw(st.sampled_from([body, *items]))
    name = draw(st.sampled_from(sorted(target)))
    if draw(st.booleans()):
        del target[name]
    else:
        target[name] = draw(values)
    return json.dumps(body).encode()


bodies = st.one_of(
    objects.map(lambda value: json.dumps(value).encode()),
    values.map(lambda value: json.dumps(value).encode()),
    st.lists(st.sampled_from(GOLDEN), max_size=3).map(b"".join),
    twice.map(_written),
    damaged(),
    truncated(),
    retyped(),
    st.binary(max_size=100),
    st.integers(1, 2000).map(lambda depth: b'{"data":[' * depth),
    st.sampled_from([BOMB, b"<!doctype html><html><body>Bad gateway</body></html>", b"[" * 100_000]),
)
statuses = st.sampled_from(
    [200, 200, 200, 202, 307, 400, 401, 402, 403, 404, 410, 422, 429, 500, 504, 596]
) | st.integers(100, 999)
headers = st.dictionaries(st.sampled_from(["Retry-After", "X-Webhook-Id", "Server"]), st.text(max_size=20))

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
wire = st.one_of(
    st.binary(max_size=200),
    st.binary(max_size=60).map(lambda rest: b"HTTP/1.1 200 OK\r\n" + rest),
    st.binary(max_size=60).map(lambda rest: CHUNKED + rest),
    st.text(max_size=30).map(lambda value: answer(200, b"{}", f"Content-Length: {value}")),
    st.text(max_size=30).map(lambda value: answer(307, b"{}", f"Location: {value}")),
    st.sampled_from([answer(200, BOMB, "Content-Encoding: gzip")]),
    st.tuples(st.integers(0, 2000), damaged()).map(lambda pair: answer(*pair)),
)
