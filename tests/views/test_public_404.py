"""Who has no link that opens learns nothing: not whether there ever was one."""

import math
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.models import Throttle, User
from studio.models import Clip
from studio.services import shares
from studio.views import doors, public
from tests.sharing import shared
from tests.views.matrix.public import GET, POST

UNKNOWN = "u" * 43
MALFORMED = ("x", "%00", "%ff%fe", "a" * 3000, "%F0%9F%8E%B5")
KEY = "0f8fad5b-d9cb-469f-a165-70867728950e"
# Of each kind; what a release is measured with is more.
TRIES = int(os.environ.get("TIMING_TRIES", "2000"))
CHANCE = 0.01  # that equal times look different


@pytest.fixture
def dead(clip: Clip, member: User, monkeypatch: Any) -> dict[str, str]:
    """Tokens that open nothing, by why."""
    monkeypatch.setattr(doors, "MISSES", replace(doors.MISSES, tries=10**9))
    revoked, gone = shared(clip, member)
    shares.revoke(revoked, by=member)
    _, over = shared(clip, member, expires_at=timezone.now() - timedelta(seconds=1))
    return {"unknown": UNKNOWN, "revoked": gone, "expired": over}


def addresses(token: str) -> list[str]:
    names = sorted((GET.keys() | POST.keys()) - {"oembed"})
    given: dict[str, list[str]] = {
        "public_file": ["h" * 16, "audio"],
        "public_answer": [KEY],
        "public_edit": [KEY],
    }
    short = {"public", "public_unlock", "public_embed", "public_qr"}
    return [
        reverse(name, args=["TOKEN", *([] if name in short else given.get(name, ["h" * 16]))]).replace(
            "TOKEN", token
        )
        for name in names
    ]


def answer(client: Client, method: str, path: str) -> tuple[int, bytes, dict[str, str], str]:
    found = getattr(client, method)(path)
    headers = {name: value for name, value in found.headers.items() if name != "X-Request-Id"}
    return found.status_code, found.content, headers, found.cookies.output()


@pytest.mark.same_anywhere
@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_unknown_revoked_and_expired_are_the_same(
    client: Client, member: User, dead: dict[str, str], method: str
) -> None:
    """On every address: one answer of all headers and bytes. Who is signed in sends a cookie, and the answer
    says that it read one; there is no other difference."""
    paths = [path for token in dead.values() for path in addresses(token)]
    strangers = {repr(answer(client, method, path)) for path in paths}
    client.force_login(member)
    members = {repr(answer(client, method, path)) for path in paths}
    assert len(strangers) == len(members) == 1
    assert strangers.pop() == (found := members.pop()).replace(", 'Vary': 'Cookie'", "")
    assert found.startswith("(404,")


def test_what_is_no_token_at_all_is_the_same(client: Client, dead: dict[str, str]) -> None:
    expected = answer(client, "get", reverse("public", args=[UNKNOWN]))
    for token in MALFORMED:
        assert answer(client, "get", f"/s/{token}/") == expected, token


def test_what_a_link_does_not_show_is_the_same(client: Client, clip: Clip, member: User, dead: Any) -> None:
    """Other songs, and what its level or its settings keep closed."""
    share, token = shared(clip, member)
    handle = share.handle(clip.pk)
    expected = answer(client, "get", reverse("public", args=[UNKNOWN]))
    closed = [
        reverse("public_audio", args=[token, "h" * 16]),
        reverse("public_file", args=[token, handle, "audio"]),
        reverse("public_embed", args=[token]),
        reverse("public_sheet", args=[token, handle]),
    ]
    assert [answer(client, "get", path) for path in closed] == [expected] * len(closed)


def test_who_looks_for_links_waits(client: Client, db: None) -> None:
    path = reverse("public", args=[UNKNOWN])
    codes = [client.get(path).status_code for _ in range(doors.MISSES.tries + 1)]
    assert codes == [404] * doors.MISSES.tries + [429]
    assert int(client.get(path)["Retry-After"]) > 3000
    assert Throttle.objects.count() == 1


# -- The time that it takes ------------------------------------------------------------------------


def chance(one: list[float], other: list[float]) -> float:
    """Welch's t-test: how likely such a difference is when there is none. With so many tries t is normal."""
    spread = statistics.variance(one) / len(one) + statistics.variance(other) / len(other)
    t = (statistics.fmean(one) - statistics.fmean(other)) / math.sqrt(spread)
    return math.erfc(abs(t) / math.sqrt(2))


def cropped(times: dict[str, list[float]]) -> dict[str, list[float]]:
    """Without the slowest tenth of all, in which something else ran."""
    limit = sorted(each for kind in times.values() for each in kind)[-sum(map(len, times.values())) // 10]
    return {kind: [each for each in given if each < limit] for kind, given in times.items()}


def measured(ask: Callable[[str], Any], kinds: dict[str, str], tries: int) -> dict[str, list[float]]:
    """In turns, so that what changes on the machine meanwhile changes for all."""
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    order = list(kinds.items())
    for number in range(tries):
        for kind, token in order[number % len(order) :] + order[: number % len(order)]:
            began = time.perf_counter()
            ask(token)
            times[kind].append(time.perf_counter() - began)
    return times


@pytest.mark.slow
@pytest.mark.same_anywhere
@pytest.mark.parametrize("kind", ["revoked", "expired"])
def test_they_take_the_same_time(dead: dict[str, str], monkeypatch: Any, kind: str) -> None:
    """Without the count of misses, whose writing would only hide a difference; and a minute after the end,
    when the sweep has been there."""
    shares.forget_expired()
    monkeypatch.setattr(doors.throttles, "take", lambda *_, **__: None)
    request = RequestFactory().get("/")
    kinds = {"unknown": dead["unknown"], kind: dead[kind]}

    def looks_different() -> bool:
        times = cropped(measured(lambda token: public.page(request, token=token), kinds, TRIES))
        return chance(*times.values()) < CHANCE

    assert not all(looks_different() for _ in range(3))


def test_a_difference_would_be_seen(monkeypatch: Any) -> None:
    """The test above is worth something: 20 microseconds more are found."""

    def ask(token: str) -> None:
        until = time.perf_counter() + 1e-4 + (2e-5 if token == "slow" else 0)
        while time.perf_counter() < until:
            pass

    times = cropped(measured(ask, {"one": "quick", "other": "slow"}, 500))
    assert chance(*times.values()) < CHANCE
