"""Typed reading of environment variables; `settings.py` is the only caller.

A value that is missing or malformed stops the start with one clear line instead of a traceback.
"""

import os
import re
import secrets
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import dj_database_url

from studio.music_api import overrides as provider_file
from studio.music_api.providers import PROVIDERS


def refuse(name: str, problem: str) -> NoReturn:
    raise SystemExit(f"Studio can't start: {name} {problem}")


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def boolean(name: str) -> bool:
    value = text(name, "off").lower()
    if value not in ("on", "off", "true", "false", "1", "0"):
        refuse(name, f"is {value!r}; it takes on or off.")
    return value in ("on", "true", "1")


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = text(name, default).lower()
    if value not in allowed:
        refuse(name, f"is {value!r}; it takes {', '.join(allowed)}.")
    return value


def seconds(name: str, default: float) -> float:
    value = text(name, str(default))
    try:
        number = float(value)
    except ValueError:
        number = 0
    # The comparison also refuses NaN and infinity.
    if not 0 < number <= 3600:
        refuse(name, f"is {value!r}; it takes a number of seconds, more than 0 and at most 3600.")
    return number


def count(name: str, most: int) -> int:
    """How many of something there are: none unless it says so."""
    value = text(name, "0")
    if not (value.isascii() and value.isdigit() and int(value) <= most):
        refuse(name, f"is {value!r}; it takes a whole number from 0 to {most}.")
    return int(value)


def url(name: str, default: str, schemes: tuple[str, ...] = ("http", "https")) -> str:
    """An absolute address without a path's trailing slash."""
    value = text(name, default)
    try:
        parts = urlsplit(value)
        good = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, a broken IPv6 address
        good = False
    if not good:
        shown = "malformed" if "@" in value else repr(value)  # before the @ there is a password
        refuse(name, f"is {shown}; it takes an address such as {default}.")
    return value.rstrip("/")


def origin(name: str, default: str) -> str:
    """An address of scheme, host and port only: others are made by writing paths behind it."""
    value = url(name, default)
    parts = urlsplit(value)
    if parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        refuse(name, f"takes scheme, host and port only, such as {default}.")
    return value


def database(name: str, default: str) -> dict[str, Any]:
    """Django's settings of a database that several processes can share: PostgreSQL, or SQLite in a file."""
    parsed: dict[str, Any] = {}
    with suppress(ValueError, KeyError, dj_database_url.ParseError):
        parsed = {**dj_database_url.parse(text(name, default), conn_max_age=60, conn_health_checks=True)}
    engine = parsed.get("ENGINE", "").rpartition(".")[2]
    if engine not in ("sqlite3", "postgresql") or parsed["NAME"] in ("", ":memory:"):
        refuse(name, "takes postgres://user:password@host/name or sqlite:////folder/file.sqlite3.")
    if engine == "sqlite3":
        _make_folder(name, Path(parsed["NAME"]).parent)
    return parsed


def _make_folder(name: str, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        refuse(name, f"needs the folder {folder}, which can't be made: {error.strerror}.")


def words(name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    value = text(name)
    return tuple(part.strip().lower() for part in value.split(",") if part.strip()) or default


def path_prefix(name: str) -> str:
    """The start of a path, "/" at both ends, or empty."""
    value = text(name)
    if value and not re.fullmatch(r"/[A-Za-z0-9_./-]*", value):
        refuse(name, f"is {value!r}; it takes a path such as /media-files/.")
    return f"{value.rstrip('/')}/" if value else ""


# -- The team's own sign-in -------------------------------------------------------------------------

NAMES_OF_OIDC = ("OIDC_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_NAME")


def oidc() -> dict[str, Any]:
    """The OpenID Connect server that people may sign in at, as allauth wants it; empty when there is none."""
    given = [name for name in NAMES_OF_OIDC if text(name)]
    if not given:
        return {}
    for name in NAMES_OF_OIDC:
        if name not in given:
            refuse(name, f"is missing; {given[0]} is set, and all four belong together.")
    address = url("OIDC_URL", "https://sign-in.example.org")
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        refuse("OIDC_URL", "is no https address; who signs in must not be read on the way.")
    if "@" in parts.netloc or parts.query or parts.fragment:
        refuse("OIDC_URL", "takes scheme, host and path only, such as https://sign-in.example.org/team.")
    name = text("OIDC_NAME")
    if len(name) > 40 or not name.isprintable():
        refuse("OIDC_NAME", "takes at most 40 letters, such as the name of your company.")
    return {
        "provider_id": "team",
        "name": name,
        "client_id": key("OIDC_CLIENT_ID"),
        "secret": key("OIDC_CLIENT_SECRET"),
        "settings": {"server_url": address, "oauth_pkce_enabled": True},
    }


# -- S3-compatible storage --------------------------------------------------------------------------

NAMES_OF_A_BUCKET = ("ENDPOINT_URL", "REGION", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "PREFIX", "REDIRECT")


def bucket() -> dict[str, str]:
    """The options of the bucket that S3_BUCKET names; empty when it names none."""
    name = _fitting("S3_BUCKET", "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "a bucket's name such as studio-media")
    if not name:
        for other in filter(text, [f"S3_{name}" for name in NAMES_OF_A_BUCKET]):
            refuse(other, "is set, but S3_BUCKET is not: media would stay in MEDIA_DIR.")
        return {}
    if not (find_spec("storages") and find_spec("boto3")):
        refuse("S3_BUCKET", "needs the extra s3: .venv/bin/pip install -e '.[postgres,s3]'.")
    endpoint = origin("S3_ENDPOINT_URL", "https://s3.example.org") if text("S3_ENDPOINT_URL") else ""
    region = _fitting("S3_REGION", "[a-z0-9-]{1,40}", "a region such as eu-central-1")
    if not region and not endpoint:
        refuse(
            "S3_REGION", "is missing; a bucket at Amazon has one. For another service set S3_ENDPOINT_URL."
        )
    # Only Amazon has a host for each bucket for certain, and no certificate of it fits a name with dots.
    style = "path" if endpoint or "." in name else "virtual"
    return {
        "bucket_name": name,
        "endpoint_url": endpoint or f"https://s3.{region}.amazonaws.com",
        "region_name": region or "us-east-1",
        "access_key": _needed_key("S3_ACCESS_KEY_ID"),
        "secret_key": _needed_key("S3_SECRET_ACCESS_KEY"),
        "location": _fitting(
            "S3_PREFIX", "[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*/?", "a path such as studio/media"
        ).rstrip("/"),
        "addressing_style": style,
    }


def redirect(name: str, endpoint: str, public_url: str) -> bool:
    """Whether browsers are sent to the bucket: on, unless it says off."""
    if text(name) and not boolean(name):
        return False
    if public_url.startswith("https:") and endpoint.startswith("http:"):
        refuse(
            "S3_ENDPOINT_URL",
            "is no https address, from which a page of https can play; or set S3_REDIRECT=off.",
        )
    return True


def origin_of(options: dict[str, str]) -> str:
    """Where browsers find what lies in the bucket."""
    scheme, _, host = options["endpoint_url"].partition("://")
    of_its_own = f"{options['bucket_name']}." if options["addressing_style"] == "virtual" else ""
    return f"{scheme}://{of_its_own}{host}"


def _fitting(name: str, pattern: str, such_as: str) -> str:
    value = text(name)
    if value and not re.fullmatch(pattern, value):
        refuse(name, f"is {value!r}; it takes {such_as}.")
    return value


def _needed_key(name: str) -> str:
    return key(name) or refuse(name, "is missing; S3_BUCKET needs it.")


def overrides(name: str) -> None:
    """Change the providers' data as the file says that the variable names, if it names one."""
    if value := text(name):
        try:
            PROVIDERS.update(provider_file.read(Path(value)))
        except provider_file.WrongFile as error:
            refuse(name, str(error))


def key(name: str) -> str:
    """A key for a header of HTTP. A bad one is not shown: most of it may be right."""
    value = text(name)
    if not re.fullmatch("[!-~]*", value):
        refuse(name, "has spaces or letters that no key has.")
    return value


def secret(name: str, kept_in: Path) -> str:
    """The variable's value, else one made on the first run and kept in a file that only we may read."""
    if value := text(name):
        return value
    _make_folder(name, kept_in.parent)
    if not kept_in.exists():
        _write_once(kept_in, secrets.token_urlsafe(48))
    return kept_in.read_text().strip()


def _write_once(path: Path, value: str) -> None:
    """Two processes may start at once: the link is made only by the first, whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(value)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
