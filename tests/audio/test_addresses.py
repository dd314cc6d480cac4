import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.audio.addresses import NotPublic, is_public, public_address

PUBLIC = ["93.184.216.34", "8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.0", "100.63.255.255", "11.0.0.0"]
PUBLIC += ["100.128.0.0", "223.255.255.255", "2606:4700::1111", "2a00:1450:4001:81b::200e"]
PRIVATE = ["0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.255.255.254"]
PRIVATE += ["169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.168.1.1"]
PRIVATE += ["192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1"]
PRIVATE += ["255.255.255.255", "168.63.129.16", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8"]
PRIVATE += ["64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1"]
PRIVATE += ["5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%lo", "fec0::1", "ff02::1"]


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_not_public(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses())
def test_nothing_that_python_calls_private_is_public(address: Any) -> None:
    if not address.is_global or address.is_multicast:
        assert not is_public(str(address))


def resolver(*addresses: str) -> Any:
    def getaddrinfo(host: str, port: int, **options: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return getaddrinfo


def test_a_public_host_gives_its_first_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolver("8.8.8.8", "1.1.1.1"))
    assert public_address("cdn.example", 443) == "8.8.8.8"


@pytest.mark.parametrize("addresses", [["8.8.8.8", "127.0.0.1"], ["10.0.0.1", "8.8.8.8"], []])
def test_one_private_address_among_them_is_enough(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolver(*addresses))
    with pytest.raises(NotPublic):
        public_address("cdn.example", 443)


@pytest.mark.parametrize(
    "host", ["a" * 64 + ".example", "..", "127.1", "0x7f.1", "017700000001", "2130706433"]
)
def test_names_that_are_none(host: str) -> None:
    with pytest.raises(NotPublic):
        public_address(host, 443)
