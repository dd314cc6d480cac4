"""A fetch must never reach the machine itself or its network: a canary listens there."""

import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from studio.audio import addresses
from studio.audio import fetch as module
from studio.audio.fetch import FetchError, FetchRules, Refused, TooSlow, Unreachable, fetch
from tests.audio.servers import Canary, HostileServer

LOOPBACK = [
    *("127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "0", "0.0.0.0", "2130706433", "0x7f000001"),
    *("0x7f.0.0.1", "0x7f.1", "017700000001", "0177.0.0.1", "0177.1", "127.000.000.001", "127.0x0.0.1"),
    *("localhost", "LOCALHOST", "LocalHost", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]"),
    *("[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]"),
]
INSIDE = [
    *("10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "169.254.169.254", "2852039166", "198.18.0.1"),
    *("168.63.129.16", "224.0.0.1", "255.255.255.255", "[fe80::1]", "[fd00:ec2::254]", "[ff02::1]"),
]
TRICKS = [
    "http://127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "https:127.0.0.1:{port}/",
    "https:///127.0.0.1:{port}/",
    "file:///etc/passwd",
    "ftp://127.0.0.1:{port}/",
    "gopher://127.0.0.1:{port}/_",
    "https://cdn.example@127.0.0.1:{port}/",
    "https://cdn.example:443@127.0.0.1:{port}/",
    "https://127.0.0.1:{port}#@cdn.example/",
    "https://127.0.0.1:{port}\\@cdn.example/",
    "https://cdn.example\\@127.0.0.1:{port}/",
    "https://127.0.0.1:{port}%2f@cdn.example/",
    "https://127.0.0.1%00.cdn.example:{port}/",
    "https://127.0.0.1\t.cdn.example:{port}/",
    "https://127.0.0.1\n:{port}/",
    " https://127.0.0.1:{port}/",
    "https://127。0。0。1:{port}/",
    "https://①②⑦.⓪.⓪.①:{port}/",
    "https://ⓛocalhost:{port}/",
    "https://[::1%25lo]:{port}/",
    "https://[::1:{port}/",
    "https://127.0.0.1:{port}:443/",
    "https://127.0.0.1:99999/",
    "https:// 127.0.0.1:{port}/",
]
FORMS = [f"https://{host}:{{port}}/song.m4a" for host in LOOPBACK + INSIDE] + TRICKS


@pytest.fixture
def careless(canary: Canary, server: HostileServer, monkeypatch: pytest.MonkeyPatch) -> FetchRules:
    """Rules that let every name pass, on the canary's port: only the check of addresses is left."""
    monkeypatch.setattr(module, "HTTPS_PORT", canary.port)
    monkeypatch.setattr(module, "_matches", lambda host, pattern: True)
    return FetchRules(hosts=("any",), origins=(server.origin,), max_bytes=10**6, deadline_s=5)


def test_the_table_is_as_long_as_promised() -> None:
    assert len(set(FORMS)) >= 40


@pytest.mark.parametrize("form", FORMS)
def test_no_form_reaches_inside(canary: Canary, careless: FetchRules, tmp_path: Path, form: str) -> None:
    with pytest.raises(Refused):
        fetch(form.format(port=canary.port), tmp_path / "song", allow=careless)
    assert canary.connections() == 0


@pytest.mark.parametrize("form", FORMS)
def test_no_redirect_leads_inside(
    canary: Canary, careless: FetchRules, server: HostileServer, tmp_path: Path, form: str
) -> None:
    target = quote(form.format(port=canary.port).replace("\n", ""))  # a header has no room for it
    with pytest.raises(FetchError):
        fetch(f"{server.origin}/redirect?to={target}", tmp_path / "song", allow=careless)
    assert canary.connections() == 0
    assert server.seen


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "localhost", "[::1]"])
def test_control_without_the_check_they_do(
    canary: Canary, careless: FetchRules, tmp_path: Path, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "is_public", lambda address: True)
    impatient = replace(careless, deadline_s=0.2)  # the canary hears us, but never answers
    with pytest.raises(TooSlow):
        fetch(f"https://{host}:{canary.port}/song", tmp_path / "song", allow=impatient)
    assert canary.connections() == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/a",
        "https://evilb-cdn.net/a",
        "https://b-cdn.net/a",
        "https://a.b-cdn.net.evil.example/a",
        "https://a.b-cdn.net:8443/a",
        "http://a.b-cdn.net/a",
        "https://media.example.evil/a",
        "http://127.0.0.1:8101/a",
        "https://127.0.0.1:8100/a",
        "http://localhost:8100/a",
        "http://127.0.0.1:8100.evil.example/a",
    ],
)
def test_only_listed_hosts_and_origins(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *args, **options: pytest.fail("It must not be looked up.")
    )
    rules = FetchRules(("*.b-cdn.net", "media.example"), ("http://127.0.0.1:8100",), 10**6)
    with pytest.raises(Refused):
        fetch(url, tmp_path / "song", allow=rules)


def test_a_name_without_an_address_may_get_one_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: object, **options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    rules = FetchRules(("*.b-cdn.net",), (), 10**6)
    with pytest.raises(Unreachable) as failure:
        fetch("https://media.b-cdn.net/song", tmp_path / "song", allow=rules)
    assert failure.value.retryable


# Names that change their address. 127.0.0.2 plays the public address here: a real server with a
# certificate for media.test stands there, and the canary listens on the same port of 127.0.0.1.


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tls") / "media.test.pem"
    options = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=media.test"]
    names = ["-addext", "subjectAltName=DNS:media.test"]
    files = ["-keyout", str(path), "-out", str(path.with_suffix(".crt"))]
    subprocess.run(["openssl", "req", "-x509", *options, *names, *files], check=True, capture_output=True)
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path


@pytest.fixture
def inside() -> Iterator[Canary]:
    with Canary("127.0.0.1") as canary:
        yield canary


@pytest.fixture
def outside(
    inside: Canary, songs: dict[str, Path], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[HostileServer]:
    """On the same port as the canary, at an address where nobody else listens."""
    monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.2")
    monkeypatch.setattr(module.requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(certificate))
    song = songs["m4a"].read_bytes()
    with HostileServer(song, "127.0.0.2", certificate, port=inside.port) as server:
        monkeypatch.setattr(module, "HTTPS_PORT", server.server_port)
        yield server


class Resolver:
    """Answers for names under .test with one address after the other, then with the last for ever."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.asked = list(answers), 0
        self.real = socket.getaddrinfo

    def __call__(self, host: Any, port: Any, *args: Any, **options: Any) -> Any:
        if not str(host).endswith(".test"):
            return self.real(host, port, *args, **options)
        self.asked += 1
        address = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]


RULES = FetchRules(("*.test",), (), 10**6, deadline_s=10)


@pytest.fixture
def rebinding(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    resolver = Resolver("127.0.0.2", "127.0.0.1")
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    return resolver


def test_a_name_that_moves_inside_is_fetched_from_where_it_was_checked(
    outside: HostileServer, inside: Canary, rebinding: Resolver, tmp_path: Path
) -> None:
    url = f"https://media.test:{outside.server_port}/song"
    assert fetch(url, tmp_path / "song", allow=RULES).size == len(outside.song)
    assert (rebinding.asked, inside.connections()) == (1, 0)
    assert outside.names == ["media.test"]
    assert outside.seen[0]["Host"] == f"media.test:{outside.server_port}"


def test_control_a_second_look_up_would_connect_inside(
    outside: HostileServer,
    inside: Canary,
    rebinding: Resolver,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def forgetful(host: str, port: int) -> str:
        addresses.public_address(host, port)
        return host

    monkeypatch.setattr(module, "public_address", forgetful)
    monkeypatch.setattr(module, "CONNECT_S", 0.2)
    with pytest.raises(FetchError):
        fetch(f"https://media.test:{outside.server_port}/song", tmp_path / "song", allow=RULES)
    assert inside.connections() == 1


def test_each_redirect_is_checked_anew(
    outside: HostileServer, inside: Canary, rebinding: Resolver, tmp_path: Path
) -> None:
    url = f"https://media.test:{outside.server_port}/hops?left=1"
    with pytest.raises(Refused):
        fetch(url, tmp_path / "song", allow=RULES)
    assert (rebinding.asked, inside.connections()) == (2, 0)


def test_the_certificate_must_be_of_the_name(
    outside: HostileServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Resolver("127.0.0.2"))
    with pytest.raises(Unreachable):
        fetch(f"https://other.test:{outside.server_port}/song", tmp_path / "song", allow=RULES)
    assert not outside.seen


def test_the_certificate_must_be_of_a_known_issuer(
    outside: HostileServer, rebinding: Resolver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module.requests.adapters, "DEFAULT_CA_BUNDLE_PATH", module.requests.certs.where())
    with pytest.raises(Unreachable):
        fetch(f"https://media.test:{outside.server_port}/song", tmp_path / "song", allow=RULES)
    assert not outside.seen


@pytest.mark.parametrize("way", ["drip", "drip_headers", "silent"])
def test_the_deadline_ends_a_tls_connection(
    outside: HostileServer, rebinding: Resolver, tmp_path: Path, way: str
) -> None:
    impatient = FetchRules(("*.test",), (), 10**6, deadline_s=0.3)
    with pytest.raises(TooSlow):
        fetch(f"https://media.test:{outside.server_port}/{way}", tmp_path / "song", allow=impatient)
