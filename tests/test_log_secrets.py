"""What no line of the log may hold, however it got there."""

import logging
import time
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client

from studio import logs
from studio.models import Task
from studio.services import hooks
from tests.conftest import Order
from tests.factories import send
from tests.test_logs import Lines, line_of
from tests.test_logs import lines as lines

TOKEN = "Ab3-" + "x_9Z" * 9 + "qrs"


SECRET = "s3cr3t-0f-0urs-4ll"
SAID = [
    "Authorization: Bearer {}",
    "authorization: basic {}",
    "{{'Authorization': 'Bearer {}', 'Accept': '*/*'}}",
    "{{'HTTP_COOKIE': 'studio_session={}; theme=dark'}}",
    "Cookie: theme=dark; studio_session={}",
    "Set-Cookie: __Host-session={}; Path=/",
    "sent with Bearer {} and refused",
    "webhook_secret={}",
    "X-Webhook-Signature: sha256={}",
    'password1="{} and more"',
    "password=two words {}&next=/",
    "{{'password': '{}'}}",
    "{{'password': 'it\\'s {}'}}",
    "api_key={}&x=1",
    "API-KEY: {}",
    "X-Api-Key: {}",
    "csrfmiddlewaretoken={}",
    "session_key='{}'",
    '{{"lyrics": "[Verse]\\n{}"}}',
    "{{'sound': 'folk', 'lyrics': '[Verse]\\n{}, cut off",
    "lyrics=one two {}",
    "lyrics=salt & pepper {}",
    "passphrase: Q&A {}",
    '{{"body": "{{\\"lyrics\\": \\"one two {}\\"}}"}}',
    '{{"body": "{{\\"token\\": \\"one two {}\\"}}"}}',
    "[('lyrics', '[Verse]\\n{}')]",
    "[(b'cookie', b'theme=dark {}')]",
    '("api_key", "one two {}")',
    "['X-Api-Key', '{}']",
    "POST /hooks/{}/ 401",
    "GET /welcome/{}/",
    "GET /uploads/{}/song.mp3",
    "/account/password/reset/key/{}/",
    "GET /s/{}",
    "GET /share/{}/",
    "GET /join/{}/",
    "GET /shares/{}",
    "https://files.example/a.mp3?X-Amz-Signature={}&x=1",
    "https://files.example/a.mp3?who={}",
    "GET /uploads/?signature={}",
    "postgres://ada:{}@db.example/studio",
    "smtp://ada:{}@mail.example",
    "token {}".replace("{}", TOKEN),
    'DETAIL:  Failing row contains (1, folk, "(one)." \n{}, 5).',
]


@pytest.mark.parametrize("said", SAID)
def test_secrets_are_taken_out(said: str) -> None:
    text = said.format(SECRET)
    shown = logs.clean(f"before {text}\nafter")
    assert SECRET not in shown
    assert TOKEN not in shown
    assert logs.HIDDEN in shown
    assert shown.startswith("before ")
    for form in (logs.Line, logs.Json):
        assert SECRET not in line_of("%s", text, form=form)
        with logs.about(task=text):
            assert SECRET not in line_of("x", form=form)


HARMLESS = [
    "task 5: the poll failed",
    "attempt 7 was settled as accepted; a webhook names another id",
    "the cluster stands still; starting afresh",
    "GET /projects/5/upload/: 404 in 3 ms",
    "POST /tasks/17/upstream-id/: 302",
    "https://api.example/task/94e7f668-cf89-4f78-9c4c-5a3a7aa892b6",
    "Key (form_key)=(94e7f668-cf89-4f78-9c4c-5a3a7aa892b6) already exists.",
    "sha256 " + "ab" * 32,
    "KeyError: 'mv'",
    'File "/usr/share/python3/x.py", line 5, in s',
    'File "/opt/share/studio/jobs.py", line 5, in key',
    "/opt/s/bin/python /etc/key/studio",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_the_rest_stays(text: str) -> None:
    assert logs.clean(text) == text


@pytest.mark.parametrize("name", ["SECRET_KEY", "SANDBOX_KEY", "EMAIL_HOST_PASSWORD"])
def test_our_own_keys_are_known_wherever_they_stand(settings: Any, name: str) -> None:
    setattr(settings, name, SECRET)
    assert SECRET not in line_of(f"odd{SECRET}odd")


def test_the_key_of_a_bucket_is_known_too(settings: Any) -> None:
    settings.S3 = {"secret_key": SECRET}
    assert SECRET not in line_of(f"odd{SECRET}odd")


def test_keys_of_providers_are_known_too(settings: Any) -> None:
    settings.PROVIDERS = {
        "aimusicapi": ("http://127.0.0.1:1", SECRET),
        "sandbox": ("http://127.0.0.1:1", "a"),
    }
    assert SECRET not in line_of(f"odd{SECRET}odd")
    assert "a cat sat" in line_of("a cat sat"), "a toy key must not eat every letter"


@pytest.mark.django_db
def test_a_row_that_the_database_refused_is_not_shown(order: Order, lines: Lines) -> None:
    task = order(params={"sound": "folk", "lyrics": "Streetlights hum"})[0]
    try:
        with transaction.atomic():
            Task.objects.filter(pk=task.pk).update(status="failed")
    except IntegrityError:
        logging.getLogger("studio.test").exception("refused")
    assert "IntegrityError" in lines()[-1]
    assert "Streetlights" not in lines()[-1]


@pytest.mark.django_db
def test_forged_hooks_fill_no_log_and_leave_no_token(order: Order, client: Client, lines: Lines) -> None:
    order()
    attempt = send()
    answer = client.post(f"/hooks/{attempt.token}/", b"{}", "application/json")
    assert answer.status_code == 401
    client.post(f"/hooks/{'x' * 43}/", b"{}", "application/json")
    client.post("/nowhere/", headers={"X-Request-Id": "mine"})
    assert [line for line in lines() if "studio.requests" in line and "/nowhere/" not in line] == []
    assert hooks.hook_secret(attempt) not in "".join(lines())
    assert attempt.token not in "".join(lines())
    [refused] = [line for line in lines() if "studio.services.hooks" in line]
    assert f'message="a delivery for attempt {attempt.pk} was refused: BadSignature"' in refused


def test_half_a_secret_at_the_cut_is_not_shown() -> None:
    """Hiding makes a text shorter, so that its end may come into sight."""
    long = "Authorization: " + "x" * (2 * logs.MAX_TEXT - 60) + "\n" + settings.SECRET_KEY + "y" * 100
    assert settings.SECRET_KEY[:20] not in logs.clean(long)


EVIL = [
    "a",
    "token=",
    '"',
    "lyrics",
    "/hooks/",
    "http://",
    "-",
    "_secret",
    "a+",
    "://a@",
    "Failing row contains (",
    "key",
    'key\\"',
    "'key', ",
    'token=\\"',
    "/s/",
]


@pytest.mark.parametrize("evil", EVIL)
def test_no_text_takes_long(evil: str) -> None:
    started = time.monotonic()
    logs.clean(evil * 200_000)
    assert time.monotonic() - started < 1
