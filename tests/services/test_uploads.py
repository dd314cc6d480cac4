"""The address at which a provider fetches an uploaded file, and its whole way to the library."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio import jobs
from studio.forms.uploads import title_of
from studio.models import Asset, Clip, Project, Task, Upload
from studio.sandbox.server import Sandbox
from studio.services import audit, credits, media, tasks, uploads
from tests.factories import earlier
from tests.sandbox import quick
from tests.sandbox.caller import Caller

Settle = Callable[[], None]


@pytest.fixture
def bring(project: Project, member: User, tmp_path: Path) -> Callable[..., Task]:
    """Order the upload of two seconds of a wav as Mara, at the sandbox."""

    def order(**changes: Any) -> Task:
        path = media.incoming("song")
        path.write_bytes(quick._contents()[1])
        facts = {"content_type": "audio/wav", "extension": "wav", "size": path.stat().st_size}
        song = uploads.Recording(path, "Blue night?", sha256="ab" * 32, duration=2.0, **facts)  # type: ignore[arg-type]
        given = {"project": project, "by": member, "provider": "sandbox", "form_key": uuid.uuid4()}
        return uploads.order(**{**given, "recording": song, **changes})

    return order


@pytest.fixture
def upload(bring: Any) -> Upload:
    return Upload.objects.get(task=bring())


def path_of(upload: Upload) -> str:
    return urlsplit(uploads.address_of(upload)).path


# -- The address -----------------------------------------------------------------------------------


def test_whoever_has_the_address_gets_the_file(client: Client, upload: Upload) -> None:
    path, content = path_of(upload), media.path_of(upload.name).read_bytes()
    whole, part, head = client.get(path), client.get(path, headers={"Range": "bytes=4-9"}), client.head(path)
    assert (whole.status_code, b"".join(whole.streaming_content)) == (200, content)
    assert (part.status_code, b"".join(part.streaming_content)) == (206, content[4:10])
    assert (head.status_code, head["Content-Length"], head.content) == (200, str(len(content)), b"")
    assert whole["Content-Type"] == "audio/wav"
    assert unquote(path).endswith("/Blue night?.wav")


def test_the_address_needs_no_file_name(client: Client, upload: Upload) -> None:
    path = path_of(upload).rpartition("/")[0] + "/"
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405


def test_a_wrong_and_an_expired_address_look_the_same(client: Client, upload: Upload, settings: Any) -> None:
    token = path_of(upload).split("/")[2]
    others = [
        token[:-1] + ("a" if token[-1] != "a" else "b"),
        token.replace(str(upload.pk), str(upload.pk + 1), 1),
        str(upload.pk),
        signing.TimestampSigner(salt="another").sign(str(upload.pk)),
        uploads._signer().sign("0"),
        "\0",
        "x" * 5000,
    ]
    answers = [client.get(reverse("upload_file", args=[other])) for other in others]
    settings.UPLOAD_ADDRESS_SECONDS = -1
    answers.append(client.get(reverse("upload_file", args=[token])))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_a_file_that_is_gone_is_not_found(client: Client, upload: Upload) -> None:
    media.path_of(upload.name).unlink()
    assert client.get(path_of(upload)).status_code == 404


def test_every_sending_has_an_address_of_its_own(upload: Upload, monkeypatch: Any) -> None:
    now = signing.time.time()
    first = uploads.params_of(upload.task)
    monkeypatch.setattr(signing.time, "time", lambda: now + 7000)
    later = uploads.params_of(upload.task)
    assert first["audio_url"] != later["audio_url"]
    assert "audio_url" not in Task.objects.get(pk=upload.task_id).params


def test_a_file_without_a_row_is_found_by_the_audit(upload: Upload) -> None:
    """As after a crash between the two."""
    assert audit.audit_files() == {}
    media.path_of("uploads/orphan.wav").write_bytes(b"x")
    assert audit.audit_files() == {"a file has an asset": ["uploads/orphan.wav"]}


def test_a_refused_order_leaves_nothing(bring: Any, member: User) -> None:
    credits.adjust(member, -99, reason="test")
    with pytest.raises(uploads.Refusal):
        bring()
    assert (Upload.objects.count(), Task.objects.count()) == (0, 0)
    assert [path for path in Path(media.path_of("")).rglob("*") if path.is_file()] == []


def test_the_file_of_an_upload_that_came_to_nothing_goes_after_some_days(bring: Any, member: User) -> None:
    task = bring()
    tasks.cancel(task, by=member)
    uploads.forget_refused()
    assert Upload.objects.exists()  # a late song could still want it
    earlier(task, ended_at=uploads.FORGET_AFTER)
    uploads.forget_refused()
    assert not Upload.objects.exists()
    assert audit.audit_files() == {}


# -- Hosts -----------------------------------------------------------------------------------------

PUBLIC = ["cdn.example.com", "example.com.", "8.8.8.8", "2606:4700::1111", "xn--bcher-kva.example"]
NUMBERS = ["127.0.0.1", "127.1", "0x7f.1", "2130706433", "10.0.0.8", "192.168.1.5", "169.254.169.254"]
NUMBERS += ["168.63.129.16", "192.88.99.1", "::127.0.0.1"]
NUMBERS += ["::1", "fe80::1", "fd00::1", "224.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"]
NAMES = [
    "localhost",
    "studio",
    "studio.local",
    "nas.lan",
    "a.internal",
    "x.localhost.",
    "a..b",
    "",
    "127.0.0.1\\.example.com",
    "localhost%2e.example.com",
]


@pytest.mark.parametrize(
    ("host", "public"), [*((h, True) for h in PUBLIC), *((h, False) for h in NUMBERS + NAMES)]
)
def test_which_hosts_can_be_public(host: str, public: bool) -> None:
    assert uploads.is_public(host) is public


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Blue night.mp3", "Blue night"),
        ("C:\\songs\\Blue.final.wav", "Blue.final"),
        ("../../etc/passwd", "passwd"),
        ("a\0b\n\tc\u202e.mp3", "a b c"),
        ("x" * 200 + ".mp3", "x" * 80),
        ("e\u0301.m4a", "\u00e9"),
        (" .mp3", "Upload"),
        ("", "Upload"),
    ],
)
def test_a_title_is_the_name_of_the_file(name: str, title: str) -> None:
    assert title_of(name) == title


# -- The whole way ---------------------------------------------------------------------------------


@pytest.fixture
def reachable(live_server: Any, settings: Any) -> Any:
    settings.PUBLIC_URL = live_server.url
    return live_server


def test_a_file_becomes_a_clip(
    reachable: Any, upstream: Sandbox, bring: Any, settle: Settle, member: User
) -> None:
    task = bring()
    settle()
    clip = Clip.objects.get(task=task)
    assert (Task.objects.get().status, clip.title) == (Task.Status.DONE, "Blue night?")
    assert clip.duration == pytest.approx(2, abs=0.1)
    original, mine = clip.asset(Asset.Kind.ORIGINAL), Upload.objects.get()
    assert original is not None
    assert (original.name, original.size, original.sha256) == (mine.name, mine.size, mine.sha256)
    assert credits.balance(member) == 98
    assert Caller(upstream.url).credits() == 9_998
    assert (audit.audit(), audit.audit_files()) == ({}, {})


def test_an_address_becomes_a_clip_called_after_its_file(
    upstream: Sandbox, order: Any, settle: Settle, reachable: Any, upload: Upload
) -> None:
    address = uploads.address_of(upload)
    order(operation="upload", params={"audio_url": address, "title": "Blue night"})
    settle()
    assert {clip.title for clip in Clip.objects.all()} == {"Blue night?", "Blue night"}


def test_an_address_that_expired_costs_nothing(
    reachable: Any, upstream: Sandbox, bring: Any, settle: Settle, member: User, settings: Any
) -> None:
    settings.UPLOAD_ADDRESS_SECONDS = -1
    bring()
    settle()
    assert Task.objects.get().status == Task.Status.FAILED
    assert (credits.balance(member), Caller(upstream.url).credits()) == (100, 10_000)
    assert audit.audit() == {}


def test_an_order_that_waited_for_hours_has_a_fresh_address(
    reachable: Any, upstream: Sandbox, bring: Any, settle: Settle, monkeypatch: Any
) -> None:
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now - 10 * 3600)
    bring()
    monkeypatch.undo()
    jobs.submit_next("sandbox")
    settle()
    assert Task.objects.get().status == Task.Status.DONE
