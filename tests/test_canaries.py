"""No secret is in what the studio logs and shows when something is wrong, and a leak would be found."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection
from django.test import Client

from accounts.models import User
from studio.music_api.errors import KeyRefused
from studio.services import attempts, hooks
from tests import canaries
from tests.conftest import Order
from tests.factories import send

ROOT = Path(__file__).resolve().parent.parent
EVERYTHING = [value for values in canaries.PLANTED.values() for value in values]


# -- Error pages ----------------------------------------------------------------------------------


@pytest.fixture
def anxious(member: User) -> Client:
    """Mara's browser, which sends every secret it knows along with everything."""
    client = Client(raise_request_exception=False, enforce_csrf_checks=False)
    client.force_login(member)
    client.cookies["old_session"] = canaries.SESSION
    client.defaults |= {"HTTP_AUTHORIZATION": f"Bearer {canaries.API_KEY}", "HTTP_X_KEY": canaries.SECRET_KEY}
    return client


def away(*_: Any) -> None:
    raise OperationalError(f"connection failed: password={canaries.PASSWORD}")


def check(answer: Any, status: int) -> None:
    canaries.keep("page", answer.text)
    assert answer.status_code == status
    assert [value for value in EVERYTHING if value in answer.text] == []


FORM = {"lyrics": canaries.LYRICS, "password": canaries.PASSWORD, "key": canaries.API_KEY}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/nothing/here/", 404),
        ("post", "/providers/sandbox/attended/", 403),
        ("post", "/tasks/1000000/cancel/", 404),
        ("post", "/queue/", 405),
        ("post", f"/hooks/{'t' * 43}/", 404),
        ("post", "/account/sign-in/", 302),
    ],
)
def test_a_page_that_refuses_shows_no_secret(anxious: Client, method: str, path: str, status: int) -> None:
    check(getattr(anxious, method)(path, FORM), status)


@pytest.mark.django_db
def test_a_page_of_a_crash_shows_no_secret(anxious: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(user: User) -> None:
        secret, lyrics = settings.SECRET_KEY, canaries.LYRICS
        raise RuntimeError(f"lyrics={lyrics!r} secret={secret} {FORM}")

    monkeypatch.setattr("studio.services.credits.statement", fail)
    check(anxious.get("/credits/"), 500)


@pytest.mark.django_db
def test_a_page_without_the_database_shows_no_secret(anxious: Client) -> None:
    with connection.execute_wrapper(away):
        check(anxious.post("/projects/", FORM), 503)


@pytest.mark.django_db
def test_a_form_from_elsewhere_is_refused_without_a_secret(member: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    check(client.post("/projects/", FORM), 403)


# -- What is logged where it goes wrong -----------------------------------------------------------


@pytest.mark.django_db
def test_a_key_that_is_refused_and_a_hook_that_is_forged(order: Order, client: Client) -> None:
    order(params={"sound": "folk", "lyrics": canaries.LYRICS})
    attempt = send()
    secret = hooks.hook_secret(attempt)
    headers = {"X-Webhook-Signature": f"sha256={secret}", "X-Webhook-Timestamp": "1", "X-Secret": secret}
    body = f'{{"secret": "{secret}"}}'.encode()
    address = f"/hooks/{attempt.token}/"
    assert client.post(address, body, "application/json", headers=headers).status_code == 401
    attempts.record_failure(attempt.pk, KeyRefused(f"Bad key {canaries.API_KEY}"))


@pytest.mark.django_db
def test_a_sign_in_that_fails(client: Client, member: User) -> None:
    given = {"login": member.email, "password": f"{canaries.PASSWORD} not"}
    assert client.post("/account/sign-in/", given).status_code == 200


# -- The search can find one ----------------------------------------------------------------------


@pytest.mark.django_db
def test_the_secrets_are_planted(client: Client, member: User, order: Order) -> None:
    client.force_login(member)
    assert Session.objects.get().pk.startswith(canaries.SESSION)
    assert settings.SECRET_KEY == canaries.SECRET_KEY
    assert member.check_password(canaries.PASSWORD)
    order()
    secret = hooks.hook_secret(send())
    listed = (path.read_text() for path in Path(os.environ[canaries.VARIABLE]).glob(f"{canaries.SECRETS}*"))
    assert secret in "".join(listed)


@pytest.mark.parametrize("value", EVERYTHING)
def test_each_of_them_would_be_found(tmp_path: Path, value: str) -> None:
    (tmp_path / "1.log").write_text(f"all is well\nodd{value}odd\n")
    [kind] = [kind for kind, values in canaries.PLANTED.items() if value in values]
    assert canaries.search(tmp_path) == [f"{kind} in 1.log, line 2"]


def test_a_webhook_secret_would_be_found(tmp_path: Path) -> None:
    (tmp_path / f"{canaries.SECRETS}-7").write_text(f"{'ab' * 32}\n{'cd' * 32}\n")
    (tmp_path / "1.log").write_text(f"sha256={'ef' * 32}\nsha256={'cd' * 32}\n")
    assert canaries.search(tmp_path) == ["a webhook secret in 1.log, line 2"]


LEAK = """
import logging
from tests import canaries

def test_it():
    logging.getLogger("studio.jobs").info("task 5: %s", canaries.LYRICS)
"""


def test_a_leak_fails_a_run_whose_tests_all_pass(tmp_path: Path) -> None:
    """The words of a song without a name beside them are what the log itself can't recognise. The worker that
    leaks is a process of its own."""
    (tmp_path / "test_leak.py").write_text(LEAK)
    options = ["-p", "tests.canaries", "-p", "no:cacheprovider", "-n1", "-q"]
    command = [sys.executable, "-m", "pytest", *options, "-c", str(ROOT / "pyproject.toml"), str(tmp_path)]
    outer = ("PYTEST_", "SECRET_KEY")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(outer)}
    environment["TMPDIR"] = str(tmp_path)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert "1 passed" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 1
    assert "lyrics in " in done.stdout
    assert canaries.LYRICS not in done.stdout
