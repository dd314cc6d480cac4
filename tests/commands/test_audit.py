"""`manage.py audit`: what it says, how it ends, and what only the provider's own balance can tell."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import F

from studio.clients import client_for
from studio.models import Asset, CreditAccount
from studio.sandbox.knobs import Knobs
from studio.sandbox.server import Sandbox
from studio.services import media
from tests.conftest import Order
from tests.sandbox.caller import Caller

Settle = Callable[[], None]
BALANCES = "a balance is the sum of its entries"
EXPLAINED = "a provider's balance is explained by our books"


@pytest.fixture
def audit(capsys: Any) -> Callable[..., tuple[int, str]]:
    """Run it; gives its exit code and what it printed."""

    def run(*options: str) -> tuple[int, str]:
        code = 0
        try:
            call_command("audit", *options)
        except SystemExit as end:
            code = int(end.code or 0)
        return code, capsys.readouterr().out

    return run


@pytest.fixture
def finished(order: Order, settle: Settle) -> None:
    """Two songs, as the sandbox sees it too."""
    order(takes=2)
    settle()


def misbook() -> None:
    CreditAccount.objects.filter(house=False).update(balance=F("balance") + 1)


def test_all_is_well_after_songs_were_made(finished: None, audit: Any) -> None:
    assert audit() == (0, "All is well.\n")
    assert audit("--files", "--upstream") == (0, "All is well.\n")


@pytest.mark.parametrize("upstream", [Knobs(failure_rate=0.5)], indirect=True)
def test_all_is_well_after_some_of_them_failed(order: Order, settle: Settle, audit: Any) -> None:
    order(takes=4)
    settle()
    assert audit("--files", "--upstream") == (0, "All is well.\n")


def test_it_names_the_rule_and_the_rows_and_ends_with_1(member: Any, audit: Any) -> None:
    misbook()
    assert audit() == (1, f"Broken: {BALANCES}\n    Mara Member\n")


def test_for_machines_it_is_one_line_of_json(member: Any, audit: Any) -> None:
    code, line = audit("--json")
    assert (code, json.loads(line)) == (0, {"clean": True, "broken": {}})
    misbook()
    code, line = audit("--json")
    assert (code, json.loads(line)) == (1, {"clean": False, "broken": {BALANCES: ["Mara Member"]}})


def test_files_are_compared_when_asked_for(finished: None, audit: Any) -> None:
    asset = Asset.objects.earliest("pk")
    media.path_of(asset.name).unlink()
    assert audit()[0] == 0
    code, text = audit("--files")
    assert (code, asset.name in text) == (1, True)


def test_every_byte_is_read_when_asked_for(finished: None, audit: Any) -> None:
    asset = Asset.objects.earliest("pk")
    media.path_of(asset.name).write_bytes(bytes(asset.size))
    assert audit("--files")[0] == 0
    assert audit("--deep") == (1, f"Broken: a file has the bytes it was kept with\n    {asset.name}\n")


def test_files_that_nobody_can_look_at_are_told(member: Any, s3: Any, settings: Any, audit: Any) -> None:
    settings.S3 = {**settings.S3, "endpoint_url": "http://127.0.0.1:1"}
    code, text = audit("--files")
    assert (code, "the files can be looked at" in text, "does not answer" in text) == (1, True, True)


def test_an_order_behind_our_back_shows_at_the_provider_only(
    finished: None, upstream: Sandbox, audit: Any
) -> None:
    Caller(upstream.url).submit()
    assert audit()[0] == 0
    code, text = audit("--upstream")
    assert code == 1
    assert text == f"Broken: {EXPLAINED}\n    sandbox: has 9970, which is -10 from what our books explain\n"


def test_a_provider_that_does_not_answer_is_told(finished: None, upstream: Sandbox, audit: Any) -> None:
    upstream.stop()
    code, text = audit("--upstream")
    assert (code, "the balance can't be read" in text) == (1, True)


def test_a_key_that_is_refused_is_told_without_the_key(
    finished: None, upstream: Sandbox, settings: Any, audit: Any
) -> None:
    settings.PROVIDERS = {"sandbox": (upstream.url, "canary-key-canary")}
    client_for.cache_clear()
    code, text = audit("--upstream")
    assert (code, "can't be read" in text, "canary" in text) == (1, True, False)
