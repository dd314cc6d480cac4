from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from studio.music_api.client import Client
from studio.music_api.providers import PROVIDERS
from tests.music_api.upstream import Upstream, says

FIXTURES = Path(__file__).parent.parent / "contract" / "fixtures"
KEY = "sk-canary-3f9b7a4d2c1e"


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    server = Upstream(says(500))
    yield server
    server.close()


@pytest.fixture
def make_client(upstream: Upstream) -> Callable[..., Client]:
    """A client of `upstream`; the time-outs are short, so that a test of silence is, too."""
    return partial(
        Client,
        PROVIDERS["aimusicapi"],
        base_url=upstream.url,
        key=KEY,
        connect_timeout=1,
        post_timeout=0.4,
        get_timeout=0.4,
    )


@pytest.fixture
def client(make_client: Callable[..., Client]) -> Client:
    return make_client()


def golden(name: str) -> bytes:
    """A body as the provider's own pages show it."""
    return (FIXTURES / f"{name}.json").read_bytes()
