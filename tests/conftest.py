"""The cast and the stage: people with different rights, a real sandbox, and jobs run as a worker would."""

import gc
import importlib
import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

# Playwright's event loop runs in the test's thread; Django would take that for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

import pytest
from django.conf import settings as django_settings
from django.core.management.commands import flush
from django.db import connection
from django.db.models import Q
from django.utils.module_loading import import_string
from django_q.models import OrmQ

from accounts.models import Role, User
from studio.clients import client_for
from studio.models import Project, ProjectMember, Task
from studio.models.clock import db_now
from studio.sandbox.knobs import Knobs
from studio.sandbox.server import Sandbox
from studio.services import credits, projects, tasks
from studio.sweep import Sweep
from tests import canaries
from tests.canaries import pytest_configure as pytest_configure
from tests.canaries import pytest_terminal_summary as pytest_terminal_summary
from tests.running import RunningStudio, copy_tables, drop_database
from tests.sandbox import quick

append_only = [
    importlib.import_module(name)
    for name in ("studio.migrations.0002_append_only", "accounts.migrations.0003_trail_append_only")
]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database-only", action="store_true", help="leave out what touches no database")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Files with slow tests first: what is handed out last should not be what takes longest."""
    if config.getoption("--database-only"):
        items[:] = [item for item in items if _touches_the_database(item)]
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """What is there by now stays: nobody needs to look again and again whether it is garbage."""
    gc.collect()
    gc.freeze()


def _touches_the_database(item: pytest.Item) -> bool:
    """Through Django's own fixtures, or as a studio in processes of its own, which is always slow. What a
    browser shows is the same on any, and so is what was marked so."""
    if "browser" in item.path.parts or item.get_closest_marker("same_anywhere"):
        return False
    marked = any(item.get_closest_marker(name) for name in ("django_db", "slow", "chaos"))
    return marked or "db" in getattr(item, "fixturenames", [])


@pytest.fixture(autouse=True, scope="session")
def _migrated_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """All workers of a run put copies of one migrated database before the studios that they start."""
    base = tmp_path_factory.getbasetemp()
    RunningStudio.shelf = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "migrated"
    RunningStudio.shelf.mkdir(exist_ok=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, _migrated_once: None
) -> None:
    """With several workers the tests' own databases are such copies as well; nothing is left to migrate."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        make = connection.creation._create_test_db
        connection.creation._create_test_db = lambda *args, **more: _filled(make(*args, **more))


def _filled(name: str) -> str:
    assert RunningStudio.shelf
    parts = urlsplit(django_settings.DATABASE_URL)
    url = f"sqlite:///{name}" if django_settings.ON_SQLITE else parts._replace(path=f"/{name}").geturl()
    copy_tables(RunningStudio.shelf, url, os.environ)
    return name


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Who began the run takes away what its workers have shared."""
    canaries.pytest_sessionfinish(session)
    factory = getattr(session.config, "_tmp_path_factory", None)
    if "PYTEST_XDIST_WORKER" not in os.environ and factory:
        for note in (factory.getbasetemp() / "migrated").glob("postgres*"):
            drop_database(note.read_text())


@pytest.fixture(autouse=True, scope="session")
def _flush_may_empty_the_ledger() -> Iterator[None]:
    """Tests with real transactions clean up by emptying every table, which the triggers of the ledger and of
    the trail refuse."""
    emptying = flush.Command.handle

    def handle(self: flush.Command, **options: Any) -> None:
        with connection.schema_editor() as editor:
            for table in append_only:
                table.allow_changes(None, editor)
        emptying(self, **options)
        with connection.schema_editor() as editor:
            for table in append_only:
                table.forbid_changes(None, editor)

    flush.Command.handle = handle  # type: ignore[method-assign]
    yield
    flush.Command.handle = emptying  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def _static_files_when_asked_for(settings: Any) -> None:
    """Each client of a test is a server of its own, which would list them all before its first answer."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Any) -> None:
    """The real hasher takes a quarter of a second for each person of the cast, on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def person(email: str, role: str, name: str) -> User:
    return User.objects.create_user(email, canaries.PASSWORD, name=name, role=role)


@pytest.fixture
def owner(db: None) -> User:
    """Owns the team; 1 000 credits."""
    return person("olga@example.org", Role.OWNER, "Olga Owner")


@pytest.fixture
def manager(db: None) -> User:
    """Looks after people and watches what is spent; in nobody's project."""
    return person("nina@example.org", Role.MANAGER, "Nina Manager")


@pytest.fixture
def member(db: None) -> User:
    """Mara has a project of her own, and 100 credits."""
    user = person("mara@example.org", Role.MEMBER, "Mara Member")
    credits.grant(user, 100, reason="for the test")
    return user


@pytest.fixture
def project(member: User) -> Project:
    return Project.objects.get(owner=member)


@pytest.fixture
def editor(project: Project) -> User:
    user = person("edda@example.org", Role.MEMBER, "Edda Editor")
    credits.grant(user, 100, reason="for the test")
    projects.set_member(project, user, ProjectMember.Access.EDITOR)
    return user


@pytest.fixture
def viewer(project: Project) -> User:
    user = person("vito@example.org", Role.MEMBER, "Vito Viewer")
    projects.set_member(project, user, ProjectMember.Access.VIEWER)
    return user


@pytest.fixture
def guest(project: Project) -> User:
    """May edit by the project's list, but a guest changes nothing."""
    user = person("gina@example.org", Role.GUEST, "Gina Guest")
    projects.set_member(project, user, ProjectMember.Access.EDITOR)
    return user


@pytest.fixture
def stranger(db: None) -> User:
    return person("sven@example.org", Role.MEMBER, "Sven Stranger")


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of a server of S3's protocol."""
    from tests import buckets

    with buckets.server() as address:
        yield address


@pytest.fixture
def s3(s3_server: str, settings: Any, _own_media: None) -> Iterator[Any]:
    """Media lie in a bucket, and this is its owner's client. Browsers are led there."""
    from tests import buckets

    settings.S3, settings.S3_REDIRECT = buckets.options(s3_server), True
    with buckets.bucket(s3_server) as client:
        yield client


Order = Callable[..., list[Task]]


@pytest.fixture
def order(project: Project, member: User) -> Order:
    """Order songs as Mara, at the sandbox."""

    def place(**changes: Any) -> list[Task]:
        given: dict[str, Any] = {
            "project": project,
            "by": member,
            "provider": "sandbox",
            "operation": "create_music",
            "params": {"sound": "quiet folk"},
            "form_key": uuid.uuid4(),
        }
        return tasks.order(**{**given, **changes})

    return place


@pytest.fixture
def upstream(settings: Any, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The real sandbox over HTTP, on a free port, with two seconds of real audio instead of a whole song.

    Other knobs: `@pytest.mark.parametrize("upstream", [Knobs(credits=5)], indirect=True)`.
    """
    knobs = getattr(request, "param", Knobs())
    server = Sandbox(tmp_path / "sandbox", canaries.API_KEY, port=0, knobs=knobs, makers=quick.MAKERS)
    server.start()
    settings.PROVIDERS = {"sandbox": (server.url, canaries.API_KEY)}
    settings.WEBHOOKS = "off"
    client_for.cache_clear()
    yield server
    server.stop()
    client_for.cache_clear()


@pytest.fixture
def run_jobs() -> Callable[[], int]:
    """Run everything that is queued, in order, as a worker would."""

    def run() -> int:
        count = 0
        while row := OrmQ.objects.order_by("id").first():
            job = row.task
            row.delete()
            import_string(job["func"])(*job["args"], **job["kwargs"])
            count += 1
        return count

    return run


@pytest.fixture
def settle(upstream: Any, run_jobs: Callable[[], int], settings: Any) -> Iterator[Callable[[], None]]:
    """Do all that the cluster would, jobs and sweep, until no task moves and nothing is due."""
    settings.POLL_SECONDS = 0.02
    sweep = Sweep()

    def is_due() -> bool:
        due = Q(poll_after__lte=db_now()) | Q(archive_after__isnull=False)
        return Task.objects.filter(due).exists() or OrmQ.objects.exists() or bool(sweep.polls)

    def settle() -> None:
        deadline = time.monotonic() + 60
        while Task.objects.moving().exists() or is_due():
            assert time.monotonic() < deadline, list(Task.objects.values("pk", "status", "reason"))
            run_jobs()
            sweep.tick()
            time.sleep(0.01)

    yield settle
    sweep.stop()
