"""What useapi.net answers to a poll for stems nobody has written down: what is no listing is no verdict."""

import pytest

from studio.music_api.errors import NeedsAttention, Unavailable
from studio.music_api.providers import PROVIDERS
from studio.music_api.useapi import UseapiClient
from tests.music_api.conftest import KEY
from tests.music_api.upstream import Upstream, says

STEMS = "stems:0badcafe:acc:0a1b2c3d"


@pytest.fixture
def asked(upstream: Upstream) -> UseapiClient:
    return UseapiClient(PROVIDERS["useapi"], base_url=upstream.url, key=KEY, get_timeout=20)


@pytest.mark.parametrize("status", [400, 404, 429, 500, 502])
def test_another_status_is_no_verdict(status: int, upstream: Upstream, asked: UseapiClient) -> None:
    upstream.script = says(status, b'{"error": "not now"}')
    with pytest.raises(Unavailable) as told:
        asked.poll("download", STEMS)
    assert told.value.status == status


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"stems": []}'])
def test_a_listing_that_nobody_can_read_is_asked_for_again(
    body: bytes, upstream: Upstream, asked: UseapiClient
) -> None:
    upstream.script = says(200, body)
    with pytest.raises(Unavailable, match="can't read"):
        asked.poll("download", STEMS)


def test_a_refused_token_asks_for_a_person(upstream: Upstream, asked: UseapiClient) -> None:
    upstream.script = says(401, b"{}")
    with pytest.raises(NeedsAttention):
        asked.poll("download", STEMS)
