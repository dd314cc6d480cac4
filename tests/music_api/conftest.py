from collections.abc import Callable, Iterator

import pytest

from studio.music_api import client as client_module
from studio.music_api.client import Client
from studio.music_api.providers import PROVIDERS
from tests.contract.golden import FIXTURES, golden
from tests.music_api.upstream import Upstream, says

__all__ = ["FIXTURES", "KEY", "golden"]

KEY = "sk-canary-3f9b7a4d2c1e"


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    server = Upstream(says(500))
    yield server
    server.close()


@pytest.fixture
def make_client(upstream: Upstream) -> Callable[..., Client]:
    """A client of `upstream`, patient enough for a busy machine."""
    patience = {"connect_timeout": 20, "post_timeout": 20, "get_timeout": 20}
    return lambda **settings: Client(
        PROVIDERS["aimusicapi"], **{"base_url": upstream.url, "key": KEY, **patience, **settings}
    )


@pytest.fixture
def client(make_client: Callable[..., Client]) -> Client:
    return make_client()


@pytest.fixture
def impatient(make_client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch) -> Client:
    """A client that waits for nothing; for answers that never come or never end."""
    monkeypatch.setattr(client_module, "BODY_SECONDS", 0.3)
    return make_client(connect_timeout=0.5, post_timeout=0.3, get_timeout=0.3)
