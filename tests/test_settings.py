"""The environment: what is wrong with it stops the start with one clear line, and secrets stay secret."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from studio import env

ROOT = Path(__file__).resolve().parent.parent
BAD = [
    ("DEBUG", "maybe"),
    ("PUBLIC_URL", "studio.example"),
    ("PUBLIC_URL", "ftp://studio.example"),
    ("PUBLIC_URL", "http://"),
    ("PUBLIC_URL", "http://studio.example:eighty"),
    ("PUBLIC_URL", "http://studio.example:70000"),
    ("PUBLIC_URL", "http://[::1"),
    ("PUBLIC_URL", "https://studio.example/music"),
    ("PUBLIC_URL", "https://ada:secret@studio.example"),
    ("DATABASE_URL", "nonsense"),
    ("DATABASE_URL", "mysql://db.example/studio"),
    ("DATABASE_URL", "postgres://"),
    ("DATABASE_URL", "postgres://db.example:port/studio"),
    ("DATABASE_URL", "sqlite://"),
    ("DATABASE_URL", "sqlite:////proc/nowhere/studio.sqlite3"),
    ("WEBHOOKS", "sometimes"),
    ("POLL_SECONDS", "0"),
    ("POLL_SECONDS", "-1"),
    ("POLL_SECONDS", "nan"),
    ("POLL_SECONDS", "inf"),
    ("POLL_SECONDS", "five"),
    ("POLL_SECONDS", "3601"),
    ("AIMUSICAPI_URL", "api.example"),
    ("AIMUSICAPI_KEY", "two words"),
    ("AIMUSICAPI_KEY", "schlüssel"),
    ("MUSICAPI_URL", "ftp://api.example"),
    ("MUSICAPI_KEY", "two words"),
    ("USEAPI_URL", "api.example"),
    ("USEAPI_TOKEN", "schlüssel"),
    ("SANDBOX_URL", "127.0.0.1:8100"),
    ("SANDBOX_KEY", "two words"),
    ("SMTP_URL", "mail.example"),
    ("PROVIDERS_FILE", "/nowhere/providers.toml"),
    ("PROVIDERS_FILE", "/"),
    ("PROVIDERS_FILE", str(ROOT / "README.md")),
    ("X_ACCEL_PREFIX", "media-files"),
    ("X_ACCEL_PREFIX", "https://cdn.example/"),
    ("X_ACCEL_PREFIX", "/media files/"),
    ("S3_BUCKET", "Songs"),
    ("S3_ENDPOINT_URL", "https://s3.example.org"),
    ("S3_REGION", "eu-central-1"),
    ("S3_PREFIX", "studio"),
    ("S3_REDIRECT", "off"),
    ("LOG_FORMAT", "xml"),
]


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`manage.py` in an environment that holds nothing else."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "SECRET_KEY": "s" * 60, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return {"DATABASE_URL": f"sqlite:///{tmp_path}/new/studio.sqlite3", "MEDIA_DIR": str(tmp_path / "media")}


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_stops_the_start_with_one_clear_line(name: str, value: str, home: dict[str, str]) -> None:
    done = manage("check", **{**home, name: value})
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert line.startswith(f"Studio can't start: {name} ")
    assert line.endswith(".")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AIMUSICAPI_KEY", "canary word"),
        ("MUSICAPI_KEY", "canary word"),
        ("USEAPI_TOKEN", "canary word"),
        ("DATABASE_URL", "mysql://ada:canary@db.example/x"),
        ("SMTP_URL", "smtp://ada:canary@mail.example:port"),
    ],
)
def test_a_secret_is_not_shown_even_when_it_is_wrong(name: str, value: str, home: dict[str, str]) -> None:
    assert "canary" not in manage("check", **{**home, name: value}).stderr


def test_machines_that_share_a_database_need_one_secret_key(home: dict[str, str]) -> None:
    shared = {"DATABASE_URL": "postgres://u@db.example/x", "PUBLIC_URL": "https://studio.example"}
    done = manage("check", **{**home, **shared, "SECRET_KEY": ""})
    assert done.returncode == 1
    assert done.stderr.startswith("Studio can't start: SECRET_KEY is missing")
    assert len(done.stderr.splitlines()) == 1


def test_good_values_start_without_a_word(home: dict[str, str]) -> None:
    good = {"PUBLIC_URL": "https://studio.example/", "WEBHOOKS": "ON", "POLL_SECONDS": "2.5", "DEBUG": "1"}
    done = manage("check", "--settings", "studio.settings", **{**home, **good})
    assert (done.returncode, done.stderr) == (0, "")


VALUES = "from studio import settings as s; print(*(getattr(s, name) for name in {names!r}), sep='\\n')"


def values(*names: str, **environment: str) -> list[str]:
    """Settings as a process of its own reads them."""
    done = subprocess.run(
        [sys.executable, "-c", VALUES.format(names=names)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "SECRET_KEY": "s" * 60, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.splitlines()


def test_the_mail_user_may_be_an_address(home: dict[str, str]) -> None:
    url = "smtp://ada%40example.org:p%2Fw@mail.example"
    found = values("EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "EMAIL_PORT", SMTP_URL=url, **home)
    assert found == ["ada@example.org", "p/w", "587"]


def test_without_a_key_the_sandbox_stands_in(home: dict[str, str]) -> None:
    [found] = values("PROVIDERS", SANDBOX_KEY="k", **home)
    assert found == "{'sandbox': ('http://127.0.0.1:8100', 'k')}"


def test_a_key_switches_its_provider_on_and_the_sandbox_off(home: dict[str, str]) -> None:
    [found] = values("PROVIDERS", AIMUSICAPI_KEY="k", SANDBOX_KEY="s", **home)
    assert found == "{'aimusicapi': ('https://api.aimusicapi.ai', 'k')}"


def test_each_provider_has_a_key_of_its_own(home: dict[str, str]) -> None:
    given = {"MUSICAPI_KEY": "m", "USEAPI_TOKEN": "u", "USEAPI_URL": "http://127.0.0.1:9/"}
    [found] = values("PROVIDERS", **given, **home)
    assert found == "{'musicapi': ('https://api.musicapi.ai', 'm'), 'useapi': ('http://127.0.0.1:9', 'u')}"


def test_a_provider_that_composes_nothing_does_not_replace_the_sandbox(home: dict[str, str]) -> None:
    [found] = values("PROVIDERS", USEAPI_TOKEN="u", SANDBOX_KEY="s", **home)
    assert found.startswith("{'useapi': ('https://api.useapi.net', 'u'), 'sandbox': ")


def test_the_sandbox_stays_beside_a_provider_when_asked_for(home: dict[str, str]) -> None:
    given = {"AIMUSICAPI_KEY": "k", "SANDBOX_KEY": "s", "SANDBOX_URL": "http://127.0.0.1:9"}
    [found] = values("PROVIDERS", **given, **home)
    assert found.startswith("{'aimusicapi': ")
    assert found.endswith("'sandbox': ('http://127.0.0.1:9', 's')}")


def test_a_public_address_makes_cookies_and_headers_strict(home: dict[str, str]) -> None:
    names = ("ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_NAME", "DEBUG")
    assert values(*names, PUBLIC_URL="https://studio.example/", **home) == [
        "['studio.example']",
        "['https://studio.example']",
        "True",
        "__Host-session",
        "False",
    ]


def test_sqlite_takes_its_lock_at_the_start_of_a_transaction(home: dict[str, str]) -> None:
    [found] = values("DATABASE", **home)
    assert "'transaction_mode': 'IMMEDIATE'" in found
    assert "journal_mode=WAL" in found


@pytest.mark.parametrize(
    ("given", "prefix"), [("", ""), ("/files", "/files/"), ("/a/b/", "/a/b/"), ("/", "/")]
)
def test_the_prefix_of_nginx_has_a_slash_at_both_ends(given: str, prefix: str, home: dict[str, str]) -> None:
    assert "".join(values("X_ACCEL_PREFIX", X_ACCEL_PREFIX=given, **home)) == prefix


# -- The file of prices, models and limits --------------------------------------------------------

PRICE = "from studio import settings; from studio.music_api.providers import PROVIDERS as p;"
PRICE += "print(p['aimusicapi'].operation('create_music').price, p['aimusicapi'].concurrency)"


@pytest.fixture
def own_prices(tmp_path: Path, home: dict[str, str]) -> tuple[Path, dict[str, str]]:
    file = tmp_path / "providers.toml"
    return file, {**home, "PROVIDERS_FILE": str(file)}


def test_a_file_changes_what_providers_offer(own_prices: tuple[Path, dict[str, str]]) -> None:
    file, environment = own_prices
    file.write_text("[aimusicapi]\nconcurrency = 2\n[aimusicapi.prices]\ncreate_music = 11\n")
    done = manage("shell", "--no-imports", "-c", PRICE, **environment)
    assert (done.stdout, done.stderr) == ("11 2\n", "")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[aimusicapi.prices]\n\ncreate_music = 0", "; line 3: a price is a whole number"),
        ('[aimusicapi]\n"new\\nline" = 0', "; line 2: 'new\\nline' can't be changed"),
        ("[aimusicapi", ", which is no TOML: "),
    ],
)
def test_a_wrong_file_stops_the_start_with_one_line(
    text: str, where: str, own_prices: tuple[Path, dict[str, str]]
) -> None:
    file, environment = own_prices
    file.write_text(text)
    done = manage("check", **environment)
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert line.startswith(f"Studio can't start: PROVIDERS_FILE names {file}{where}")
    assert line.endswith(".")


# -- Secrets that make themselves -----------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("A_KEY", raising=False)
    return tmp_path / "var" / "a_key"


def test_a_secret_is_made_once_and_only_its_owner_reads_it(place: Path) -> None:
    made = env.secret("A_KEY", place)
    assert env.secret("A_KEY", place) == made
    assert len(made) == 64
    assert place.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in place.parent.iterdir()] == ["a_key"]


def test_a_secret_is_never_printed(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    made = env.secret("A_KEY", place)
    printed = capfd.readouterr()
    assert made not in printed.out + printed.err


def test_a_secret_from_the_environment_comes_first(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", " given ")
    assert env.secret("A_KEY", place) == "given"
    assert not place.exists()


def test_two_studios_are_strangers(place: Path, tmp_path: Path) -> None:
    assert env.secret("A_KEY", place) != env.secret("A_KEY", tmp_path / "other")


def test_processes_that_start_at_once_get_the_same_secret(place: Path) -> None:
    code = (
        "import sys, pathlib; from studio import env; print(env.secret('A_KEY', pathlib.Path(sys.argv[1])))"
    )
    command = [sys.executable, "-c", code, str(place)]

    def start(_: int) -> str:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(start, range(6)))) == 1
    assert place.stat().st_mode & 0o777 == 0o600
