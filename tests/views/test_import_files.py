"""The page that takes files from the disk: with a script in parts, without one as a plain form."""

import errno
import itertools
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.http import UnreadablePostError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from studio import jobs
from studio.models import Clip, Import, Project
from studio.models.clock import db_now
from studio.services import imports, media, projects
from studio.views import receiving
from tests.views.test_uploads import recording, stored

Status = Import.Status
RAW = "application/octet-stream"


@pytest.fixture
def page(project: Project) -> str:
    return reverse("import_files", args=[project.pk])


@pytest.fixture
def begin(mara: Client, project: Project) -> Callable[..., Any]:
    def announce(**changes: Any) -> Any:
        given = {"filename": "Blue night.wav", "size": len(recording()), "fingerprint": "1700000000000"}
        return mara.post(reverse("import_begin", args=[project.pk]), {**given, **changes})

    return announce


@pytest.fixture
def post(mara: Client, page: str) -> Callable[..., Any]:
    def send(*files: tuple[str, bytes]) -> Any:
        return mara.post(page, {"files": [SimpleUploadedFile(*each, "text/html") for each in files]})

    return send


def send_part(client: Client, address: str, data: bytes, offset: Any = 0, kind: str = RAW) -> Any:
    return client.post(f"{address}?offset={offset}", data, kind)


def test_a_file_comes_in_parts(mara: Client, begin: Any, page: str) -> None:
    content, told = recording(), begin().json()
    for offset in range(0, len(content), 5000):
        answer = send_part(mara, told["part"], content[offset : offset + 5000], offset)
        assert answer.status_code == 200
    assert answer.json()["received"] == len(content)
    row = Import.objects.get()
    assert "The studio looks through it" in mara.get(page).content.decode()
    jobs.take_in(row.pk)
    html = mara.get(page).content.decode()
    assert reverse("clip", args=[Clip.objects.get().pk]) in html
    assert "In the library" in html


def test_after_a_break_it_goes_on_where_it_was(mara: Client, begin: Any) -> None:
    content, told = recording(), begin().json()
    send_part(mara, told["part"], content[:7000])
    assert begin().json() == {"received": 7000, "part": told["part"]}
    for offset in (0, 6999, 7001, "", "x", "-1", "9" * 30):
        wrong = send_part(mara, told["part"], b"abc", offset)
        assert (wrong.status_code, wrong.json()["received"]) == (409, 7000)
    send_part(mara, told["part"], content[7000:], 7000)
    assert begin().json()["received"] == len(content)
    row = Import.objects.get()
    assert (row.status, imports.part_of(row.key).read_bytes()) == (Status.WAITING, content)


def test_three_gigabytes_are_refused_before_they_flow(begin: Any, page: str, mara: Client) -> None:
    answer = begin(size=3_000_000_000, filename="Concert.wav")
    assert (answer.status_code, stored()) == (422, [])
    assert answer.json() == {"problem": "This file has 3,000.0 MB; at most 500 MB are taken."}
    assert "at most 500 MB are taken" in mara.get(page).content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"size": 0}, "empty"),
        ({"size": ""}, "how long"),
        ({"size": "NaN"}, "no length"),
        ({"size": -1}, "greater than"),
        ({"size": 10**30}, "less than"),
        ({"filename": ""}, "no name"),
        ({"filename": "a\0b.mp3"}, "invisible"),
        ({"filename": "a" * 1001}, "at most 1000"),
        ({"fingerprint": "f" * 101}, "at most 100"),
    ],
)
def test_nonsense_is_answered_in_words(begin: Any, changes: Any, words: str) -> None:
    answer = begin(**changes)
    assert answer.status_code == 422
    assert words in answer.json()["problem"]


def test_a_part_is_no_longer_than_was_said(mara: Client, begin: Any, settings: Any, monkeypatch: Any) -> None:
    told = begin(size=1000).json()
    settings.IMPORT_PART_BYTES = 2000
    assert "More bytes came" in send_part(mara, told["part"], b"x" * 1001).json()["problem"]
    settings.IMPORT_PART_BYTES = 100
    monkeypatch.setattr(receiving, "body", lambda *given: pytest.fail("it was read"))
    assert send_part(mara, told["part"], b"x" * 101).status_code == 413
    assert Import.objects.get().received == 0


@pytest.mark.parametrize("loudly", [True, False])
def test_a_connection_that_breaks_leaves_no_half_part(
    mara: Client, begin: Any, monkeypatch: Any, loudly: bool
) -> None:
    told, left = begin(size=1000).json(), [b"x" * 40]

    def read(request: Any, size: int) -> bytes:
        if not left and loudly:
            raise UnreadablePostError("gone")
        return left.pop() if left else b""

    monkeypatch.setattr(WSGIRequest, "read", read)
    assert send_part(mara, told["part"], b"x" * 100).status_code == 400
    assert (Import.objects.get().received, stored()) == (0, [])


def test_nobody_else_sends_parts_or_puts_them_away(
    client: Client, begin: Any, editor: User, owner: User, stranger: User
) -> None:
    told = begin().json()
    for user in (editor, owner, stranger):
        client.force_login(user)
        assert send_part(client, told["part"], b"x").status_code == 404
        assert client.post(told["part"].replace("part", "put-away")).status_code == 404
        assert "Blue night" not in client.get(reverse("import_files", args=[1])).content.decode()
    assert (Import.objects.get().received, stored()) == (0, [])


def test_a_part_of_what_was_put_away_meanwhile_finds_nothing(
    mara: Client, begin: Any, monkeypatch: Any
) -> None:
    told, real = begin(size=1000).json(), receiving.body

    def slow(*given: Any) -> bytes | None:
        Import.objects.all().delete()
        return real(*given)

    monkeypatch.setattr(receiving, "body", slow)
    assert send_part(mara, told["part"], b"x" * 100).status_code == 404


@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_is_full_says_so(mara: Client, begin: Any, monkeypatch: Any, reason: int) -> None:
    told = begin(size=1000).json()

    def full(*given: Any) -> int:
        raise OSError(reason, "as the disk says it")

    monkeypatch.setattr(os, "pwrite", full)
    answer = send_part(mara, told["part"], b"x" * 100)
    assert (answer.status_code, answer.json()) == (422, {"problem": imports.FULL})
    assert Import.objects.get().received == 0


def test_who_lost_the_right_to_edit_sends_no_more(client: Client, project: Project, editor: User) -> None:
    row = imports.begin(project=project, by=editor, filename="a.wav", size=10)
    projects.set_member(project, editor, "viewer")
    client.force_login(editor)
    assert send_part(client, reverse("import_part", args=[row.key]), b"x").status_code == 403


def test_a_part_needs_the_form_s_token(member: User, project: Project) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    row = imports.begin(project=project, by=member, filename="a.wav", size=10)
    assert send_part(client, reverse("import_part", args=[row.key]), b"x").status_code == 403


def test_an_ended_session_says_so_to_the_script(client: Client, member: User, project: Project) -> None:
    row = imports.begin(project=project, by=member, filename="a.wav", size=10)
    path = reverse("import_part", args=[row.key])
    assert client.post(path, b"x", RAW, headers={"HX-Request": "true"}).status_code == 401


# -- The plain form --------------------------------------------------------------------------------


def test_without_a_script_many_files_come_at_once(post: Any, mara: Client, page: str) -> None:
    answer = post(("a.wav", recording()), ("שלום 🎤\u202e.mp3", b"<html>"), ("empty.wav", b""))
    assert (answer.status_code, answer["Location"]) == (302, page)
    for row in Import.objects.filter(status=Status.WAITING):
        assert imports.part_of(row.key).stat().st_mode & 0o777 == 0o644
        jobs.take_in(row.pk)
    html = mara.get(page).content.decode()
    assert html.count('data-import="done"') == 1
    assert html.count('data-import="refused"') == 2
    assert [words in html for words in ("This is not a recording.", "This file is empty.")] == [True, True]
    assert "<bdi>שלום 🎤.mp3</bdi>" in html
    assert [Path(name).suffix for name in stored()].count(".upload") == 0


def test_a_form_without_a_file_says_so(post: Any) -> None:
    answer = post()
    assert answer.status_code == 422
    assert "Choose at least one recording." in answer.content.decode()


def test_a_file_that_is_too_large_is_never_written_whole(post: Any, settings: Any, monkeypatch: Any) -> None:
    settings.IMPORT_MAX_BYTES = 100_000
    written: list[int] = []
    from studio.views.receiving import Incoming

    monkeypatch.setattr(Incoming, "write", lambda self, data: written.append(len(data)), raising=False)
    assert post(("long.wav", recording(10))).status_code == 302
    assert "at most 0 MB are taken" in Import.objects.get().problem
    assert sum(written) <= 100_000
    assert stored() == []


def test_a_full_storage_takes_nothing_in(post: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(media, "WATERMARK", 10**18)
    answer = post(("a.wav", recording()))
    assert (answer.status_code, imports.FULL in answer.content.decode().replace("&#x27;", "'")) == (422, True)
    assert (stored(), Import.objects.count()) == ([], 0)


def test_files_lie_nowhere_for_who_may_not_bring_them(client: Client, viewer: User, page: str) -> None:
    client.force_login(viewer)
    assert client.post(page, {"files": SimpleUploadedFile("a.wav", recording())}).status_code == 403
    assert stored() == []
    client.logout()
    client.post(page, {"files": SimpleUploadedFile("a.wav", recording())})
    assert stored() == []


# -- The list --------------------------------------------------------------------------------------


def test_the_list_asks_again_only_while_something_waits(mara: Client, begin: Any, page: str) -> None:
    def asks() -> bool:
        html = mara.get(page, headers={"HX-Request": "true"}).content.decode()
        assert html.startswith("<section") or "<section" in html[:200]
        assert "<html" not in html
        return "every 2s" in html

    told = begin().json()
    assert not asks()
    send_part(mara, told["part"], recording())
    assert asks()
    jobs.take_in(Import.objects.get().pk)
    assert not asks()


def test_putting_away_leads_back(mara: Client, begin: Any, page: str) -> None:
    told = begin().json()
    answer = mara.post(told["part"].replace("part", "put-away"))
    assert (answer.status_code, answer["Location"], Import.objects.count()) == (302, page, 0)


def test_the_page_costs_the_same_with_many_files(
    mara: Client, project: Project, member: User, page: str
) -> None:
    facts = {"duration": 1, "loudness": -20, "true_peak": -1, "peaks": b""}
    counts = []
    for number in (5, 95):
        for name, status in zip(range(number), itertools.cycle(Status.values), strict=False):
            row = imports.begin(project=project, by=member, filename=f"{name}.wav", size=10)
            clip = Clip.objects.create(project=project, created_by=member, title="x", **facts)
            Import.objects.filter(pk=row.pk).update(status=status, clip=clip if status == "done" else None)
        with CaptureQueriesContext(connection) as queries:
            assert mara.get(page).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    Import.objects.update(changed_at=db_now() - timedelta(days=4))
    assert "data-import" not in mara.get(page).content.decode()


def test_names_are_text_on_the_page(mara: Client, begin: Any, page: str) -> None:
    begin(filename='"><script>alert(1)</script>.mp3')
    assert "<script>alert" not in mara.get(page).content.decode()


def test_the_page_says_what_is_taken(mara: Client, page: str) -> None:
    html = mara.get(page).content.decode()
    assert "at most 500 MB and 120 minutes" in html
    assert str(settings.IMPORT_PART_BYTES) in html
