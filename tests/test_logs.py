"""The log: one line for each event, what it is about, and nothing that is secret."""

import io
import json
import logging
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from studio import jobs, logs
from studio.management.commands import work
from studio.middleware import request_id
from studio.processes import Child, web_command
from studio.services import attempts
from tests.canaries import API_KEY
from tests.conftest import Order
from tests.factories import send
from tests.running import wait_for
from tests.test_settings import values

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "Ab3-" + "x_9Z" * 9 + "qrs"
Lines = Callable[[], list[str]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What the studio writes, line for line, as on its console."""
    written: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    handler = Keep()
    handler.setFormatter(logs.Line())
    logging.getLogger().addHandler(handler)
    yield lambda: written
    logging.getLogger().removeHandler(handler)


def line_of(message: object, *args: object, form: type[logging.Formatter] = logs.Line, **extra: Any) -> str:
    record = logging.LogRecord("studio.test", logging.INFO, "", 1, message, args, None, **extra)
    return form().format(record)


# -- The form of a line ---------------------------------------------------------------------------


def test_a_line_has_its_time_level_logger_and_message() -> None:
    line = line_of("the %s is quick", "fox")
    assert re.fullmatch(
        r"at=20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=info logger=studio\.test "
        r'message="the fox is quick"',
        line,
    )


def test_as_json_it_says_the_same() -> None:
    with logs.about(job="archive_task", task=7):
        told = json.loads(line_of('a "quoted" word\n', form=logs.Json))
    assert told.pop("at").endswith("Z")
    assert told == {
        "level": "info",
        "logger": "studio.test",
        "job": "archive_task",
        "task": "7",
        "message": 'a "quoted" word\n',
    }


HOSTILE = [
    "a\r\nat=forged",
    "\x1b[2J",
    "\u2028",
    "\x85",
    "\u202eevil",
    "\x00",
    "\udcff",
    '" level=error "',
    "\U000e0041",
]


@pytest.mark.parametrize("form", [logs.Line, logs.Json])
@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_nothing_breaks_out_of_its_line(text: str, form: type[logging.Formatter]) -> None:
    with logs.about(task=text):
        line = line_of("%s", text, form=form)
    assert line.isprintable()
    line.encode()
    if form is logs.Json:
        assert json.loads(line)["message"] == json.loads(line)["task"]
    else:
        assert line.count(" level=") == 1 + text.count(" level=") * 2
        assert re.search(r' message="(?:[^"\\]|\\.)*"$', line)


def test_a_traceback_is_on_the_same_line() -> None:
    try:
        raise ValueError("the sea\nis blue")
    except ValueError:
        record = logging.LogRecord("studio.test", logging.ERROR, "", 1, "oh", (), sys.exc_info())
    line = logs.Line().format(record)
    assert line.isprintable()
    assert "ValueError: the sea\\nis blue" in line


def test_a_very_long_text_is_cut() -> None:
    assert len(line_of("x " * 1_000_000)) < logs.MAX_TEXT + 200


# -- What it is about -----------------------------------------------------------------------------


def test_facts_come_and_go_with_their_block() -> None:
    with logs.about(job="poll"):
        with logs.about(task=5):
            assert " job=poll task=5 " in line_of("x")
        logs.note(attempt=3)
        assert " job=poll attempt=3 " in line_of("x")
    assert line_of("x").endswith("logger=studio.test message=x")


def test_a_job_names_itself_and_its_task(lines: Lines) -> None:
    @logs.job("task")
    def copy(task_id: int) -> str:
        """Copies."""
        logging.getLogger("studio.test").info("at it")
        return "done"

    assert (copy(7), copy.__name__, copy.__doc__) == ("done", "copy", "Copies.")
    assert ' job=copy task=7 message="at it"' in lines()[-1]
    assert "job=" not in line_of("x")


@pytest.mark.django_db
def test_what_a_job_logs_names_the_task(order: Order, settings: Any, lines: Lines) -> None:
    settings.PROVIDERS = {"sandbox": ("http://127.0.0.1:1", API_KEY)}
    task = order()[0]
    attempt = send()
    attempts.record_failure(attempt.pk, jobs.Ambiguous("Broken off."))
    type(attempt).objects.update(hinted_id="song-7")
    jobs.confirm_hint(attempt.pk)
    assert f" job=confirm_hint attempt={attempt.pk} task={task.pk} " in lines()[-1]


@pytest.mark.django_db
def test_every_answer_names_its_request(client: Client, lines: Lines) -> None:
    answer = client.post("/projects/", headers={"X-Request-Id": "from-outside"})
    name = answer["X-Request-Id"]
    assert re.fullmatch("[0-9a-f]{16}", name)
    [line] = [line for line in lines() if "/projects/" in line]
    assert f' logger=studio.requests request={name} message="POST /projects/: 302 in ' in line
    assert client.get("/healthz")["X-Request-Id"] != name
    assert client.get("/nothing", headers={"Host": "evil.example"})["X-Request-Id"]


@pytest.mark.django_db
def test_who_only_looks_leaves_no_line(client: Client, member: User, lines: Lines) -> None:
    client.force_login(member)
    client.get("/credits/")
    assert lines() == []
    client.get("/nothing/here")
    assert '"GET /nothing/here: 404 in ' in lines()[-1]


@pytest.mark.django_db
def test_a_line_names_the_person_and_asks_nobody_for_it(client: Client, member: User, lines: Lines) -> None:
    client.force_login(member)
    client.get("/nothing/here")
    assert f' user={member.pk} message="GET /nothing/here' in lines()[-1]

    def ask() -> None:
        raise AssertionError("a query for the line")

    request = RequestFactory().post("/s")
    request.user = SimpleLazyObject(ask)  # type: ignore[assignment]
    request_id(lambda _: HttpResponse())(request)
    assert '"POST /s: 200 in' in lines()[-1]
    assert "user=" not in lines()[-1]


@pytest.mark.django_db
def test_what_a_stranger_made_long_is_cut(client: Client, lines: Lines) -> None:
    client.generic("M" * 5000, "/" + "x/" * 5000)
    assert f'message="{"M" * 10} /{"x/" * 99}x: ' in lines()[-1]


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_asks_for_our_health_leaves_no_line(client: Client, method: str, lines: Lines) -> None:
    assert getattr(client, method)("/healthz").status_code in (503, 405)
    assert lines() == []


@pytest.mark.django_db
def test_an_error_page_leads_to_its_traceback(member: User, monkeypatch: Any, lines: Lines) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("lyrics='Streetlights hum'")

    monkeypatch.setattr("studio.services.credits.statement", fail)
    client = Client(raise_request_exception=False)
    client.force_login(member)
    answer = client.get("/credits/")
    [line] = [line for line in lines() if "RuntimeError" in line]
    assert answer.status_code == 500
    assert f" request={answer['X-Request-Id']} " in line
    assert "Streetlights" not in line


# -- Processes that write for others ---------------------------------------------------------------

SAYS = [sys.executable, "-c", "import sys; print('{\"a\": 1}', file=sys.stderr)"]


def finish(child: Child) -> None:
    """Until it has ended and all that it said is written."""
    with child.process:
        wait_for(lambda: child.process.stdout.closed)  # type: ignore[union-attr]


@pytest.mark.parametrize(("form", "expected"), [("line", 'cluster | {"a": 1}\n'), ("json", '{"a": 1}\n')])
def test_a_name_before_a_line_is_for_people(settings: Any, form: str, expected: str) -> None:
    settings.LOG_FORMAT = form
    written = io.StringIO()
    finish(Child("cluster", SAYS, output=written))
    assert written.getvalue() == expected


def test_the_cluster_s_lines_are_in_the_log_too(monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    monkeypatch.setattr(work, "MANAGE", [*SAYS])
    finish(work._start())
    written = capfd.readouterr()
    assert (written.out, '{"a": 1}' in written.err) == ("", True)


# -- Settings -------------------------------------------------------------------------------------


def test_the_web_server_writes_no_log_of_its_own() -> None:
    """It would show the tokens that stand in addresses."""
    [web] = [line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web:")]
    for command in (web.split(), web_command()):
        assert "--no-access-log" in command
        assert "--access-log" not in command


def test_the_form_is_chosen_by_the_environment(tmp_path: Path) -> None:
    home = {"DATABASE_URL": f"sqlite:///{tmp_path}/studio.sqlite3"}
    assert values("LOG_FORMAT", **home) == ["line"]
    [logging_settings] = values("LOGGING", LOG_FORMAT="JSON", **home)
    assert "'formatter': 'json'" in logging_settings
