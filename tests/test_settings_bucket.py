"""The environment of a studio whose media lie in a bucket: given whole or not at all."""

import ast
import os
import subprocess
import sys

import pytest

from tests.test_settings import ROOT, home, manage, values  # noqa: F401  `home` is a fixture

AMAZON = {
    "S3_BUCKET": "songs",
    "S3_REGION": "eu-central-1",
    "S3_ACCESS_KEY_ID": "AKIA",
    "S3_SECRET_ACCESS_KEY": "canary+/=",
}
ELSEWHERE = {**AMAZON, "S3_REGION": "", "S3_ENDPOINT_URL": "https://s3.example.org:9000/"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("S3_REGION", ""),
        ("S3_REGION", "Frankfurt am Main"),
        ("S3_ACCESS_KEY_ID", ""),
        ("S3_SECRET_ACCESS_KEY", ""),
        ("S3_SECRET_ACCESS_KEY", "canary word"),
        ("S3_ENDPOINT_URL", "s3.example.org"),
        ("S3_ENDPOINT_URL", "https://s3.example.org/songs"),
        ("S3_PREFIX", "/studio"),
        ("S3_PREFIX", "../studio"),
        ("S3_REDIRECT", "maybe"),
        ("X_ACCEL_PREFIX", "/files/"),
    ],
)
def test_a_bucket_that_is_half_given_stops_the_start(name: str, value: str, home: dict[str, str]) -> None:  # noqa: F811
    done = manage("check", **{**home, **AMAZON, name: value})
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith(f"Studio can't start: {name} ")
    assert "canary" not in line


def test_a_page_of_https_plays_nothing_from_http(home: dict[str, str]) -> None:  # noqa: F811
    given = {
        **home,
        **ELSEWHERE,
        "S3_ENDPOINT_URL": "http://10.0.0.7:9000",
        "PUBLIC_URL": "https://a.example",
    }
    assert "S3_ENDPOINT_URL is no https address" in manage("check", **given).stderr
    assert manage("check", **given, S3_REDIRECT="off").returncode == 0


POLICY = ("S3_ORIGIN", "CONTENT_SECURITY_POLICY", "EMBEDDER_POLICY")


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        (AMAZON, "https://songs.s3.eu-central-1.amazonaws.com"),
        ({**AMAZON, "S3_BUCKET": "songs.example.org"}, "https://s3.eu-central-1.amazonaws.com"),
        (ELSEWHERE, "https://s3.example.org:9000"),
    ],
)
def test_pages_may_play_from_where_the_bucket_s_addresses_lead(
    given: dict[str, str],
    origin: str,
    home: dict[str, str],  # noqa: F811
) -> None:
    """The address is boto3's own."""
    told, policy, embedder = values(*POLICY, **home, **given)
    assert (told, embedder) == (origin, "credentialless")
    directives = ast.literal_eval(policy)["DIRECTIVES"]
    assert [name for name, sources in directives.items() if origin in sources] == ["img-src", "media-src"]
    code = (
        "import django; django.setup(); from studio.services import media; print(media.signed('a', 'b', 'c'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "studio.settings", **home, **given},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(f"{origin}/")
    assert "canary" not in done.stdout


@pytest.mark.parametrize("given", [{}, {**AMAZON, "S3_REDIRECT": "off"}])
def test_otherwise_pages_stay_at_home(given: dict[str, str], home: dict[str, str]) -> None:  # noqa: F811
    told, policy, embedder = values(*POLICY, **home, **given)
    assert (told, embedder) == ("", "require-corp")
    assert "http" not in policy
