"""Bringing a recording in: what is taken, what is refused before it costs anything, and what stays of it."""

import io
import struct
import uuid
import wave
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.audio import ffmpeg
from studio.models import Project, ProviderState, Task, Upload
from studio.services import audit, credits, media, uploads
from tests.audio.servers import Canary
from tests.audio.test_fetch_addresses import FORMS

ADDRESS = "https://cdn.example.com/takes/Blue%20night.mp3?token=1"
ELSEWHERE = {"musicapi": ("https://api.musicapi.ai", "key-1"), "sandbox": ("http://127.0.0.1:1", "key-2")}


def recording(seconds: float = 1.0, rate: int = 8000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(struct.pack("<h", 900) * int(seconds * rate))
    return file.getvalue()


@cache
def tone(kind: str) -> bytes:
    path = Path(settings.MEDIA_ROOT).with_name(f"tone.{kind}")
    ffmpeg.run(["-f", "lavfi", "-i", "sine=duration=1", f"file:{path}"])
    return path.read_bytes()


def stored() -> list[str]:
    """Every file below the media folder."""
    return [path.name for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


@pytest.fixture(autouse=True)
def _at_the_sandbox(settings: Any) -> None:
    settings.PROVIDERS = {"sandbox": ELSEWHERE["sandbox"]}


@pytest.fixture
def post(client: Client, member: User, project: Project) -> Any:
    client.force_login(member)

    def send(content: bytes | None = None, name: str = "Blue night.wav", **fields: Any) -> Any:
        data = {"form_key": str(uuid.uuid4()), **fields}
        if content is not None:
            data["file"] = SimpleUploadedFile(name, content, "text/html")
        return client.post(reverse("upload", args=[project.pk]), data)

    return send


def says(answer: Any, words: str, field: str | None = "file") -> bool:
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors.get(field or "__all__", "")), answer.context[
        "form"
    ].errors
    return not Task.objects.exists()


@pytest.mark.parametrize("kind", ["wav", "mp3", "m4a"])
def test_a_file_is_kept_and_ordered(post: Any, member: User, project: Project, kind: str) -> None:
    content = recording() if kind == "wav" else tone(kind)
    answer = post(content, "Blue night.final.bin")  # what it is stands in the file, not in its name
    assert (answer.status_code, answer["Location"]) == (302, reverse("project", args=[project.pk]))
    [task], [upload] = Task.objects.all(), Upload.objects.all()
    assert (task.operation, task.title, upload.task) == ("upload", "Blue night.final", task)
    assert (upload.title, upload.size, upload.name.rpartition(".")[2]) == (
        "Blue night.final",
        len(content),
        kind,
    )
    assert upload.duration == pytest.approx(1, abs=0.1)
    assert media.path_of(upload.name).read_bytes() == content
    assert media.path_of(upload.name).stat().st_mode & 0o777 == 0o644
    assert credits.balance(member) == 98
    assert audit.audit_files() == {}
    assert len(stored()) == 1


def test_an_order_holds_no_address_of_ours(post: Any) -> None:
    post(recording())
    assert not any("http" in str(value) for value in Task.objects.get().params.values())


def test_an_address_is_ordered_as_it_is(post: Any, member: User) -> None:
    assert post(audio_url=ADDRESS).status_code == 302
    task = Task.objects.get()
    assert task.params == {"audio_url": ADDRESS, "title": "Blue night"}
    assert uploads.params_of(task)["audio_url"] == ADDRESS
    assert (credits.balance(member), Upload.objects.count()) == (98, 0)


def test_the_same_form_twice_is_one_task_and_one_file(post: Any, member: User) -> None:
    key = str(uuid.uuid4())
    assert [post(recording(), form_key=key).status_code for _ in range(2)] == [302, 302]
    assert (Task.objects.count(), Upload.objects.count(), len(stored())) == (1, 1, 1)
    assert credits.balance(member) == 98


def test_a_file_after_an_address_on_the_same_form_changes_nothing(post: Any) -> None:
    key = str(uuid.uuid4())
    post(audio_url=ADDRESS, form_key=key)
    post(recording(), form_key=key)
    assert Task.objects.get().params["audio_url"] == ADDRESS
    assert (Upload.objects.count(), stored()) == (0, [])


BAD = {
    "nothing in it": (b"", "empty"),
    "a page": (b"<!doctype html><script>alert(1)</script>", "not a recording"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 200, "not a recording"),
    "an archive": (b"PK\x03\x04" + b"\0" * 200, "not a recording"),
    "half a recording": (recording()[:9000], "This file can"),
    "a head and nothing else": (recording()[:44], "This file can"),
    "silence of no length": (recording(0), "This file can"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_recording_is_refused_and_forgotten(post: Any, member: User, case: str) -> None:
    content, words = BAD[case]
    assert says(post(content, "song.mp3"), words)
    assert (credits.balance(member), stored()) == (100, [])


def test_another_kind_of_recording_is_named(post: Any) -> None:
    assert says(post(tone("flac"), "song.mp3"), "This is a flac file")
    assert stored() == []


def test_a_recording_that_is_too_long_is_refused(post: Any, settings: Any) -> None:
    settings.UPLOAD_MAX_SECONDS = 60
    assert says(post(recording(121)), "lasts 2 minutes; at most 1 are taken")
    assert stored() == []


def test_a_file_that_is_too_large_is_never_written_whole(post: Any, settings: Any, monkeypatch: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 100_000
    written: list[int] = []
    from studio.views.receiving import Incoming

    monkeypatch.setattr(Incoming, "write", lambda self, data: written.append(len(data)), raising=False)
    assert says(post(recording(10)), "This file has 0.2 MB; at most 0 MB are taken.")
    assert sum(written) <= 100_000
    assert stored() == []


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({}, "file", "Choose a recording"),
        ({"audio_url": "ftp://cdn.example.com/a.mp3"}, "audio_url", "begins with https"),
        ({"audio_url": "http://cdn.example.com/a.mp3"}, "audio_url", "begins with https"),
        ({"audio_url": "https://cdn.example.com:8443/a.mp3"}, "audio_url", "Leave the number 8443 out"),
        ({"audio_url": "https://cdn.example.com:80/a.mp3"}, "audio_url", "Leave the number 80 out"),
        ({"audio_url": f"{ADDRESS}{'1' * (1025 - len(ADDRESS))}"}, "audio_url", "has 1,025 characters"),
        ({"audio_url": "cdn.example.com/a.mp3"}, "audio_url", "begins with https"),
        ({"audio_url": "https://u:p@cdn.example.com/a.mp3"}, "audio_url", "name or password"),
        ({"audio_url": "https://cdn.example.com/" + "a" * 2048}, "audio_url", "at most 2,048"),
        ({"audio_url": "https://[::1/a.mp3"}, "audio_url", "no address"),
        ({"audio_url": "https://cdn.example.com:99999/a.mp3"}, "audio_url", "no address"),
        ({"audio_url": "https://127.0.0.1/a.mp3"}, "audio_url", "not on the public internet"),
        ({"audio_url": ADDRESS, "provider": "nobody"}, "provider", "not one of the available"),
        ({"audio_url": ADDRESS, "form_key": "x"}, "form_key", "lost its number"),
    ],
)
def test_a_form_that_says_too_little_or_nonsense(post: Any, fields: Any, field: str, words: str) -> None:
    assert says(post(**fields), words, field)


@pytest.mark.parametrize(
    "usual", [ADDRESS[:60], "https://cdn.example.com:443/a.mp3", "https://8.8.8.8/a.mp3"]
)
def test_a_usual_address_is_passed_on(post: Any, usual: str) -> None:
    assert post(audio_url=usual).status_code == 302
    assert post(audio_url=usual + "#" + "1" * (1023 - len(usual))).status_code == 302


@pytest.mark.parametrize("port", ["{port}", "443"])
def test_no_form_of_an_inner_address_is_passed_on(post: Any, port: str) -> None:
    """Nobody here calls it, and the provider is not asked to."""
    forms = [form.replace("{port}", port) for form in FORMS]
    with Canary() as canary:
        passed = [form for form in forms if post(audio_url=form.format(port=canary.port)).status_code != 422]
        assert (passed, canary.connections(), Task.objects.count()) == ([], 0, 0)


def test_again_fills_the_form_with_an_earlier_address(client: Client, post: Any, project: Project) -> None:
    post(audio_url=ADDRESS)
    path = reverse("upload", args=[project.pk])
    form = client.get(path, {"again": Task.objects.get().pk}).context["form"]
    assert (form["audio_url"].value(), form.chosen.name) == (ADDRESS, "sandbox")


def test_a_file_and_an_address_are_not_one_order(post: Any) -> None:
    assert says(post(recording(), audio_url=ADDRESS), "two uploads", "audio_url")
    assert stored() == []


def test_too_few_credits_leave_no_file(post: Any, member: User) -> None:
    credits.adjust(member, -99, reason="test")
    assert says(post(recording()), "This costs 2 credits and you have 1", None)
    assert (stored(), Upload.objects.count()) == ([], 0)


def test_a_full_storage_takes_nothing_in(post: Any, monkeypatch: Any, member: User) -> None:
    monkeypatch.setattr(media, "WATERMARK", 10**18)
    assert says(post(audio_url=ADDRESS), "storage is full", None)
    assert post(recording()).status_code == 422
    assert (stored(), credits.balance(member)) == ([], 100)


def test_an_operation_that_was_retired_is_not_offered(post: Any) -> None:
    ProviderState.objects.create(name="sandbox", in_flight_limit=4, retired=["upload"])
    assert says(post(recording()), "no longer offers", "provider")
    assert stored() == []


# -- Providers that can't reach us -----------------------------------------------------------------


def test_a_file_needs_a_public_address_of_ours(
    post: Any, client: Client, project: Project, settings: Any
) -> None:
    settings.PROVIDERS = ELSEWHERE
    path = reverse("upload", args=[project.pk])
    assert says(post(recording(), provider="musicapi"), "not on the public internet")
    assert stored() == []
    page = client.get(path, {"provider": "musicapi"}).content.decode()
    assert "not on the public internet" in page
    assert "disabled" in page.partition('id="id_file"')[2].partition(">")[0]
    here = client.get(path, {"provider": "sandbox"}).content.decode()
    assert "disabled" not in here.partition('id="id_file"')[2].partition(">")[0]
    assert post(audio_url=ADDRESS, provider="musicapi").status_code == 302


def test_with_a_public_address_any_provider_gets_the_file(post: Any, settings: Any) -> None:
    settings.PROVIDERS = ELSEWHERE
    settings.PUBLIC_URL = "https://studio.example.com"
    assert post(recording(), provider="musicapi").status_code == 302
    assert uploads.params_of(Task.objects.get())["audio_url"].startswith(
        "https://studio.example.com/uploads/"
    )


def test_the_price_follows_the_provider(client: Client, member: User, project: Project) -> None:
    client.force_login(member)
    page = client.get(reverse("upload", args=[project.pk])).content.decode()
    assert "Upload · 2 credits" in page
    assert "98 will remain" in page


def test_files_are_taken_at_one_address_only(client: Client, member: User, project: Project) -> None:
    client.force_login(member)
    client.post(reverse("new_song", args=[project.pk]), {"file": SimpleUploadedFile("a.wav", recording())})
    client.logout()
    client.post(reverse("upload", args=[project.pk]), {"file": SimpleUploadedFile("a.wav", recording())})
    assert not (Path(settings.MEDIA_ROOT) / "incoming").exists()
