"""The import table of the house, and its other measures, proved on the source itself."""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.utils.module_loading import import_string

STANDARD = sys.stdlib_module_names
ROOT = Path(__file__).resolve().parent.parent
MAX_FILE, MAX_FUNCTION = 300, 40

# layer -> the modules it is made of. Longer names win, so that "studio.views" is no part of "studio".
LAYERS = {
    "settings": ("studio", "studio.settings", "studio.env", "studio.wsgi"),
    "urls": ("studio.urls",),
    "views": ("studio.views", "studio.templatetags", "studio.middleware"),
    "signals": ("studio.apps", "studio.signals"),
    "jobs": tuple(
        f"studio.{name}"
        for name in ("jobs", "sweep", "archive", "intake", "beats", "clients", "processes", "management")
    ),
    "services": ("studio.services",),
    "stores": ("studio.stores",),
    "forms": ("studio.forms",),
    "permissions": ("studio.permissions",),
    "errors": ("studio.errors",),
    "logs": ("studio.logs",),
    "models": ("studio.models", "studio.migrations"),
    "music_api": ("studio.music_api",),
    "audio": ("studio.audio",),
    "text": ("studio.text",),
    "sandbox": ("studio.sandbox",),
    "accounts": ("accounts",),
}

# layer -> what it may import of our own besides itself: a layer, or one module of it.
MAY_IMPORT = {
    "settings": ("studio.music_api.overrides", "studio.music_api.providers"),
    "urls": ("views",),
    "views": (
        *("forms", "permissions", "services", "models", "errors", "audio", "text"),
        *("accounts.models", "logs"),
    ),
    "signals": ("services", "accounts.models", "accounts.signals"),
    "jobs": (
        *("services", "models", "music_api", "audio", "errors", "logs"),
        *("accounts.models", "accounts.services"),
    ),
    "services": (
        "models",
        "permissions",
        "errors",
        "stores",
        "text",
        "accounts.models",
        # Names, and the readers of what came in: nothing in them can make a call.
        "studio.music_api.types",
        "studio.music_api.errors",
        "studio.music_api.providers",
        "studio.music_api.webhooks",
        "studio.music_api.decode",
    ),
    "forms": ("models", "text", "accounts.models", "studio.music_api.providers", "studio.music_api.fields"),
    "permissions": ("models", "accounts.models"),
    "errors": (),
    "logs": (),
    "models": ("accounts.models",),
    "music_api": (),
    "audio": (),
    "text": (),
    "stores": ("studio.audio.files",),
    "sandbox": ("audio",),
    "accounts": (),
}
# Single modules that may do more than their layer.
EXCEPTIONS = {
    "studio.management.commands.sandbox": ("sandbox",),
    "studio.urls": ("accounts.urls",),
    "studio.views.doors": ("accounts.origin", "accounts.services.throttles"),
}

# layer -> the libraries it may import besides the standard one. Layers that are not named may use any.
LIBRARIES = {
    "services": ("django", "django_q.tasks.async_task"),
    "models": ("django",),
    "forms": ("django",),
    "permissions": (),
    "errors": (),
    "logs": ("django",),
    "music_api": ("requests", "urllib3"),
    "stores": ("botocore", "storages", "urllib3.exceptions"),
    "audio": ("requests", "urllib3", "numpy", "PIL", "imageio_ffmpeg"),
    "text": (),
    "sandbox": ("numpy", "PIL"),
    "accounts": ("django", "allauth", "django_q.tasks.async_task"),
}
LIBRARY_EXCEPTIONS = {
    "studio.audio.serving": ("django.http", "django.utils.http"),
    "studio.services.zips": ("stream_zip",),
    "accounts.mfa": ("cryptography.fernet", "qrcode"),
    "accounts.services.pictures": ("PIL",),
    "accounts.services.invitations": ("django_q",),
    "studio.services.takeout": ("stream_zip",),
    "studio.services.handovers": ("stream_zip",),
}
HTTP_LIBRARIES = ("requests", "urllib3", "http.client", "urllib.request", "httpx", "aiohttp")


def source_files() -> list[Path]:
    files = [*(ROOT / "studio").rglob("*.py"), *(ROOT / "accounts").rglob("*.py")]
    return sorted(path for path in files if "migrations" not in path.parts)


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def imports(tree: ast.Module, module: str, is_package: bool = False) -> Iterator[str]:
    """Everything imported, wherever it stands in the file, as full names: "studio.models.Task"."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".")
                base = ".".join(
                    [*parts[: len(parts) - node.level + is_package], *filter(None, [node.module])]
                )
            yield from (f"{base}.{alias.name}" for alias in node.names)


def is_below(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(f"{prefix}.")


def is_ours(name: str) -> bool:
    return name.partition(".")[0] in ("studio", "accounts")


def layer_of(name: str) -> str:
    """The layer of a module, or of a name in one; that of the longest prefix."""
    fits = [(len(part), layer) for layer, parts in LAYERS.items() for part in parts if is_below(name, part)]
    return max(fits)[1]


def is_allowed(module: str, imported: str) -> bool:
    layer = layer_of(module)
    if layer_of(imported) == layer:
        return True
    allowed = (*MAY_IMPORT[layer], *EXCEPTIONS.get(module, ()))
    return any(layer_of(imported) == name or is_below(imported, name) for name in allowed)


def is_allowed_library(module: str, imported: str) -> bool:
    libraries = LIBRARIES.get(layer_of(module))
    if libraries is None or imported.partition(".")[0] in STANDARD:
        return True
    return any(is_below(imported, name) for name in (*libraries, *LIBRARY_EXCEPTIONS.get(module, ())))


def forbidden(source: ast.Module, module: str, is_package: bool = False) -> list[str]:
    return [
        f"{module} imports {name}"
        for name in imports(source, module, is_package)
        if not (is_allowed(module, name) if is_ours(name) else is_allowed_library(module, name))
    ]


@pytest.mark.parametrize("path", source_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_one_way(path: Path) -> None:
    assert not forbidden(tree_of(path), module_of(path), path.name == "__init__.py")


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("studio.services.tasks", "from studio.views import tasks"),
        ("studio.services.tasks", "from studio import jobs"),
        ("studio.services.tasks", "from studio.forms import SongForm"),
        ("studio.services.tasks", "from studio.music_api.client import Client"),
        ("studio.services.tasks", "from django_q.models import OrmQ"),
        ("studio.services.tasks", "def f():\n    import requests"),
        ("studio.models.tasks", "from studio.services import tasks"),
        ("studio.models.tasks", "from ..services import tasks"),
        ("studio.views.tasks", "from studio import jobs"),
        ("studio.views.tasks", "import studio.music_api.providers"),
        ("studio.sandbox.store", "from studio.models import Task"),
        ("studio.sandbox.store", "import django"),
        ("studio.audio.fetch", "from django.http import HttpResponse"),
        ("studio.music_api.client", "from studio.audio import fetch"),
        ("studio.management.commands.work", "from studio.sandbox.server import Sandbox"),
        ("accounts.views", "from studio.models import Project"),
    ],
)
def test_an_import_the_other_way_would_be_found(module: str, line: str) -> None:
    assert forbidden(ast.parse(line), module)


def test_every_file_is_in_a_layer_of_its_own() -> None:
    """A new file straight below studio/ must be put into the table first."""
    strays = [
        path
        for path in (ROOT / "studio").iterdir()
        if path.suffix == ".py" or (path.is_dir() and (path / "__init__.py").exists())
        if module_of(path) not in [name for names in LAYERS.values() for name in names]
    ]
    assert strays == []


def importers_of(*names: str) -> set[str]:
    return {
        str(path.relative_to(ROOT))
        for path in source_files()
        for imported in imports(tree_of(path), module_of(path), path.name == "__init__.py")
        if any(is_below(imported, name) for name in names)
    }


def test_requests_is_imported_in_two_files_only() -> None:
    assert importers_of("requests") == {"studio/music_api/client.py", "studio/audio/fetch.py"}


def test_the_client_is_made_in_one_place() -> None:
    assert importers_of("studio.music_api.client") == {"studio/clients.py", "studio/music_api/useapi.py"}


def test_what_services_read_of_the_music_api_can_make_no_call() -> None:
    """Followed through everything these modules import in their turn."""
    todo = {name for name in MAY_IMPORT["services"] if name.startswith("studio.music_api")}
    seen: set[str] = set()
    while todo:
        module = todo.pop()
        seen.add(module)
        path = ROOT / f"{module.replace('.', '/')}.py"
        names = list(imports(tree_of(path), module))
        assert not [name for name in names if any(is_below(name, http) for http in HTTP_LIBRARIES)], module
        todo |= {m for m in map(module_name, names) if m and m not in seen}
    assert "studio.music_api.values" in seen


def module_name(imported: str) -> str:
    """The module of ours that an imported name stands in, or ""."""
    for name in (imported, imported.rpartition(".")[0]):
        if is_ours(name) and (ROOT / f"{name.replace('.', '/')}.py").exists():
            return name
    return ""


def test_the_environment_is_read_in_one_file_only() -> None:
    reads = {
        str(path.relative_to(ROOT))
        for path in source_files()
        for node in ast.walk(tree_of(path))
        if (isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb"))
        or (isinstance(node, ast.ImportFrom) and node.module == "os" and "environ" in ast.unparse(node))
    }
    # wsgi.py reads nothing: it names the settings, as Django wants it.
    assert reads - {"studio/wsgi.py"} == {"studio/env.py"}
    assert importers_of("studio.env") == {"studio/settings.py"}


def test_every_job_that_is_named_exists() -> None:
    names = {
        node.value
        for path in source_files()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant)
        if isinstance(node.value, str)
        if re.fullmatch(r"(studio|accounts)\.jobs\.\w+", node.value)
    }
    assert {"studio.jobs.submit_next", "studio.jobs.archive_task", "studio.jobs.sweep"} <= names
    assert all(callable(import_string(name)) for name in names)


def test_no_file_is_longer_than_a_reader_likes() -> None:
    files = [*source_files(), *(ROOT / "tests").rglob("*.py")]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in files}
    assert {name: length for name, length in lengths.items() if length > MAX_FILE} == {}


def test_no_function_is_longer_than_a_reader_likes() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in source_files()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (node.end_lineno or 0) - node.lineno + 1 > MAX_FUNCTION
    ]
    assert long == []
