"""The address of a request: the peer's, or what our own proxies say, and never what anybody may write."""

from typing import Any

import pytest
from django.test import Client, RequestFactory

from accounts import origin
from accounts.models import TrailEvent, User
from tests.canaries import PASSWORD

PEER, PERSON, FORGED = "198.51.100.1", "203.0.113.7", "192.0.2.66"


def of(forwarded: str | None, peer: str = PEER) -> str | None:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return origin.of(RequestFactory().get("/", headers=headers, REMOTE_ADDR=peer))


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, None, PEER),
        (0, FORGED, PEER),
        (1, PERSON, PERSON),
        (1, f"{FORGED}, {PERSON}", PERSON),
        (1, f"{FORGED},{FORGED} , {PERSON} ", PERSON),
        (2, f"{FORGED}, {PERSON}, 10.0.0.2", PERSON),
        (2, PERSON, PEER),  # it came past the first of them
        (1, None, PEER),
        (1, "", PEER),
        (1, "unknown", PEER),
        (1, f"{PERSON}, ", PEER),
        (1, f"{PERSON}:443", PEER),
        (1, "1.2.3", PEER),
        (1, "2001:DB8::1", "2001:db8::1"),
        (1, "::ffff:203.0.113.7", PERSON),
        (1, "fe80::1%eth0", "fe80::1"),
    ],
)
def test_only_our_own_proxies_are_believed(
    proxies: int, forwarded: str | None, expected: str, settings: Any
) -> None:
    settings.PROXIES = proxies
    assert of(forwarded) == expected


def test_behind_a_socket_of_a_file_nobody_knows_it() -> None:
    assert of(None, peer="") is None


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (PERSON, PERSON),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        (None, "nowhere"),
    ],
)
def test_who_has_a_connection_of_ipv6_has_all_of_its_addresses(address: str | None, expected: str) -> None:
    assert origin.network(address) == expected


@pytest.mark.parametrize(("proxies", "expected"), [(0, PEER), (1, PERSON)])
def test_the_trail_and_the_sessions_agree(
    proxies: int, expected: str, member: User, client: Client, settings: Any
) -> None:
    """allauth asks its adapter, the trail asks the request at hand."""
    settings.PROXIES = proxies
    form = {"login": member.email, "password": PASSWORD}
    headers = {"X-Forwarded-For": f"{FORGED}, {PERSON}"}
    assert client.post("/account/sign-in/", form, headers=headers, REMOTE_ADDR=PEER).status_code == 302
    assert TrailEvent.objects.get(what=TrailEvent.What.SIGNED_IN).address == expected
    assert [each.ip for each in member.usersession_set.all()] == [expected]  # type: ignore[attr-defined]


def test_outside_of_a_request_there_is_none() -> None:
    assert origin.address() is None
