"""Six secrets are planted in the whole test suite, and at its end nothing that was logged may hold one.

Each process writes what the studio logs, in the studio's own format, into a folder of the run; error pages of
tests/test_canaries.py and all output of studios that run in processes of their own lie beside it. The process
that began the run searches the folder: a find fails the run.
"""

import logging
import os
import re
import shutil
import tempfile
import uuid
from pathlib import Path
from typing import Any

import pytest

VARIABLE = "STUDIO_CANARIES"  # the folder of this run, for all its processes
API_KEY = "test-key-canary-of-the-suite"
SECRET_KEY = "canary-of-the-secret-key-" + "c4n4ry" * 6
PASSWORD = "correct horse battery"
SESSION = "c4n4rys3ss10n"  # every session key of the suite begins so
LYRICS = "Streetlights hum"

PLANTED = {
    "a provider's key": (API_KEY, "sandbox-key-of-the-tests"),
    "SECRET_KEY": (SECRET_KEY, "only-for-tests-kkkkkkkk"),
    "a password": (PASSWORD, "horse battery 17"),
    "a session": (SESSION,),
    "lyrics": (LYRICS,),
}
WEBHOOK_SECRET = "a webhook secret"  # a different one for each attempt, so they are written down as they come
SECRETS = "webhook-secrets"


def search(folder: Path) -> list[str]:
    """What was found: the file, and which secret, but not the secret."""
    listed = (path.read_text() for path in folder.glob(f"{SECRETS}*"))
    secrets = {secret for text in listed for secret in text.split()}
    found = []
    for path in sorted(folder.glob("*.log")):
        for number, line in enumerate(path.read_text(errors="replace").split("\n"), 1):
            kinds = [kind for kind, values in PLANTED.items() if any(value in line for value in values)]
            if secrets.intersection(re.findall("[0-9a-f]{64}", line)):
                kinds.append(WEBHOOK_SECRET)
            found += [f"{kind} in {path.name}, line {number}" for kind in kinds]
    return found


def keep(name: str, text: str) -> None:
    """What people saw, or another process wrote, to be searched at the end of a run of tests."""
    if folder := os.environ.get(VARIABLE):
        (Path(folder) / f"{name}-{uuid.uuid4().hex}.log").write_text(text)


def plant() -> None:
    """Before any test, in every process of the run; what it starts inherits the key."""
    from django.conf import settings
    from django.contrib.sessions.backends.base import SessionBase
    from django_q.conf import Conf

    from studio.services import hooks

    os.environ["SECRET_KEY"] = settings.SECRET_KEY = Conf.SECRET_KEY = SECRET_KEY
    make_key, derive = SessionBase._get_new_session_key, hooks.hook_secret  # type: ignore[attr-defined]
    known: set[str] = set()

    def session_key(self: SessionBase) -> str:
        return SESSION + str(make_key(self))[len(SESSION) :]

    def hook_secret(attempt: Any) -> str:
        secret = derive(attempt)
        if secret not in known:
            known.add(secret)
            with (Path(os.environ[VARIABLE]) / f"{SECRETS}-{os.getpid()}").open("a") as file:
                file.write(f"{secret}\n")
        return secret

    SessionBase._get_new_session_key = session_key  # type: ignore[attr-defined]
    hooks.hook_secret = hook_secret


def listen(folder: Path) -> None:
    """Write what the studio logs as its console shows it."""
    from studio import logs

    handler = logging.FileHandler(folder / f"{os.getpid()}.log", delay=True)
    handler.setFormatter(logs.Line())
    handler.setLevel(logging.INFO)
    logging.getLogger().addHandler(handler)


# -- Hooks of pytest ------------------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        os.environ[VARIABLE] = tempfile.mkdtemp(prefix="canaries-")
    listen(Path(os.environ[VARIABLE]))
    plant()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workerinput"):
        return
    folder = Path(os.environ.pop(VARIABLE))
    session.config.canaries = search(folder)  # type: ignore[attr-defined]
    if session.config.canaries:  # type: ignore[attr-defined]
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    else:
        shutil.rmtree(folder, ignore_errors=True)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if found := getattr(config, "canaries", []):
        terminalreporter.section("Secrets in the log", red=True)
        for line in found:
            terminalreporter.line(line)
