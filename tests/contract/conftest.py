"""The real client and the real sandbox with HTTP between them: one sandbox for each host that it plays."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from studio.music_api.client import Client
from studio.music_api.providers import PROVIDERS, Provider
from studio.music_api.types import Item, PollResult, PollState
from studio.sandbox.knobs import Knobs
from studio.sandbox.profiles import PROFILES
from studio.sandbox.server import Sandbox
from tests.sandbox import quick
from tests.sandbox.caller import KEY, Caller, wait_until

# profile of the sandbox -> the provider that describes that host
HOSTS = {"aimusicapi": "aimusicapi", "musicapi": "musicapi", "all": "sandbox"}
assert HOSTS.keys() == PROFILES.keys()
SONG = {"sound": "quiet folk", "lyrics": "[Verse]\nRain", "title": "Rain", "seed": "41"}


@dataclass(frozen=True)
class Host:
    """A sandbox that plays one host, and our own client of it."""

    sandbox: Sandbox
    client: Client
    profile: str

    @property
    def provider(self) -> Provider:
        return self.client.provider

    @property
    def caller(self) -> Caller:
        return Caller(self.sandbox.url)

    def client_of(self, provider: Provider, key: str = KEY) -> Client:
        return Client(provider, base_url=self.sandbox.url, key=key)

    def order(self, operation: str, params: dict[str, Any], client: Client | None = None) -> PollResult:
        """Submit, and poll to the end."""
        client = client or self.client
        task_id = client.submit(operation, params).task_id
        wait_until(lambda: client.poll(operation, task_id).state is not PollState.RUNNING)
        return client.poll(operation, task_id)

    def song(self) -> Item:
        return self.order("create_music", SONG).items[0]


def start(stack: ExitStack, folder: Path, profile: str, **knobs: Any) -> Host:
    """A host of its own; it stops with the stack."""
    server = Sandbox(folder, KEY, port=0, knobs=Knobs(profile=profile, **knobs), makers=quick.MAKERS)
    url = stack.enter_context(server).url
    return Host(server, Client(PROVIDERS[HOSTS[profile]], base_url=url, key=KEY), profile)


@pytest.fixture(scope="module", params=HOSTS)
def host(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with ExitStack() as stack:
        yield start(stack, tmp_path_factory.mktemp("sandbox"), request.param)


@pytest.fixture
def knobs(host: Host) -> Iterator[Callable[..., None]]:
    """Turns the sandbox's knobs; they are turned back after the test."""
    plain = Knobs(profile=host.profile)
    names: set[str] = set()

    def turn(**changes: Any) -> None:
        names.update(changes)
        assert host.caller.turn(**changes).status == 200

    yield turn
    host.caller.turn(**{name: getattr(plain, name) for name in names})


@pytest.fixture(scope="module")
def song(host: Host) -> Item:
    """A song that is there already."""
    return host.song()
