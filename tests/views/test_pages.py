"""Pages: their cost, their headers, the live endpoint, and the audio."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from studio.models import Asset, Clip, Project, Task
from studio.services import library, media


def clone(clip: Clip, count: int) -> None:
    """More finished songs beside this one."""
    assets = list(clip.assets.all())
    task = clip.task
    for _ in range(count):
        name = uuid.uuid4().hex
        task.pk, task.form_key, task.upstream_id = None, uuid.uuid4(), name
        task.save(force_insert=True)
        clip.pk, clip.task, clip.upstream_id, clip.stack = None, task, name, uuid.uuid4()
        clip.save(force_insert=True)
        for asset in assets:
            asset.pk, asset.clip, asset.name = None, clip, f"{name}-{asset.kind}"
            asset.save(force_insert=True)


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code in (200, 204)
    return len(captured)


PAGES = ["projects", "project", "library", "new_song", "tasks", "clip", "credits", "live"]


@pytest.mark.parametrize("name", PAGES)
def test_ten_rows_cost_as_many_queries_as_a_hundred(
    client: Client, member: User, clip: Clip, order: Any, name: str
) -> None:
    client.force_login(member)
    args = {"project": [clip.project_id], "new_song": [clip.project_id], "clip": [clip.pk]}.get(name, [])
    path = reverse(name, args=args)
    if name == "live":
        path += f"?project={clip.project_id}&seen=" + ",".join(f"{n}.0.0.0" for n in range(1, 60))
    clone(Clip.objects.get(pk=clip.pk), 10)
    order(takes=2)
    few = queries(client, path)
    clone(Clip.objects.get(pk=clip.pk), 90)
    order(takes=4)
    for n in range(20):
        Project.objects.create(name=f"Project {n}", owner=member)
    assert queries(client, path) == few


# -- Live -----------------------------------------------------------------------------------------


def test_live_is_silent_when_nothing_changed(
    client: Client, member: User, order: Any, project: Project
) -> None:
    client.force_login(member)
    task = order()[0]
    page = client.get(reverse("project", args=[project.pk])).context
    seen = page["cards"][0].signature
    query = {"seen": seen, "project": project.pk, "balance": 90}
    assert client.get(reverse("live"), query).status_code == 204

    Task.objects.filter(pk=task.pk).update(version=5)
    answer = client.get(reverse("live"), query)
    assert answer.status_code == 200
    assert f'id="task-{task.pk}"' in answer.content.decode()


def test_live_brings_cards_that_the_page_lacks(
    client: Client, member: User, order: Any, project: Project
) -> None:
    client.force_login(member)
    task = order()[0]
    text = client.get(reverse("live"), {"project": project.pk, "balance": 90}).content.decode()
    assert "afterbegin:#takes" in text
    assert f'id="task-{task.pk}"' in text


def test_live_brings_the_balance_when_it_changed(client: Client, member: User) -> None:
    client.force_login(member)
    text = client.get(reverse("live"), {"balance": "1"}).content.decode()
    assert 'data-balance="100"' in text


def test_live_shows_nothing_of_other_peoples_projects(
    client: Client, stranger: User, order: Any, project: Project
) -> None:
    task = order()[0]
    client.force_login(stranger)
    query = {"project": project.pk, "seen": f"{task.pk}.9.9.9", "balance": "0"}
    assert client.get(reverse("live"), query).status_code == 204


@pytest.mark.parametrize("seen", ["x", ",,,", "1.2.3," * 500, "٣.1", "9" * 40, "\0.1"])
def test_live_takes_nonsense_calmly(client: Client, member: User, seen: str) -> None:
    client.force_login(member)
    assert client.get(reverse("live"), {"seen": seen, "balance": 100, "project": seen}).status_code == 204


# -- Audio ----------------------------------------------------------------------------------------


def test_a_player_can_seek(client: Client, member: User, clip: Clip) -> None:
    client.force_login(member)
    master = clip.assets.get(kind="master")
    whole = media.path_of(master.name).read_bytes()
    path = reverse("asset", args=[master.pk])

    part = client.get(path, headers={"Range": "bytes=100-199"})
    assert part.status_code == 206
    assert b"".join(part.streaming_content) == whole[100:200]
    assert part["Content-Range"] == f"bytes 100-199/{len(whole)}"
    assert client.get(path, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416
    other = client.get(path, headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    assert other.status_code == 200
    assert b"".join(other.streaming_content) == whole
    head = client.head(path)
    assert (head.status_code, head["Content-Length"], head.content) == (200, str(len(whole)), b"")


def test_audio_keeps_its_own_policy(client: Client, member: User, clip: Clip) -> None:
    client.force_login(member)
    answer = client.get(reverse("asset", args=[clip.assets.get(kind="master").pk]))
    b"".join(answer.streaming_content)
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "audio/mp4"


def test_a_file_that_is_gone_is_404(client: Client, member: User, clip: Clip) -> None:
    client.force_login(member)
    asset = Asset.objects.get(clip=clip, kind="cover")
    media.path_of(asset.name).unlink()
    assert client.get(reverse("asset", args=[asset.pk])).status_code == 404


# -- Headers --------------------------------------------------------------------------------------


def test_every_page_forbids_inline_script_and_framing(client: Client, member: User, project: Project) -> None:
    client.force_login(member)
    for path in ("/projects/", f"/projects/{project.pk}/", "/nothing/", "/account/password/change/"):
        answer = client.get(path)
        policy = answer["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer["Cache-Control"] == "no-store" or "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer["X-Robots-Tag"].startswith("noindex")


def test_a_failure_shows_a_page_and_no_trace(
    client: Client, member: User, project: Project, monkeypatch: Any
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(library, "page", broken)
    client.raise_request_exception = False
    client.force_login(member)
    answer = client.get(reverse("project", args=[project.pk]))
    assert answer.status_code == 500
    assert b"secret detail" not in answer.content
    assert b"<title>" in answer.content


def test_forms_need_their_csrf_token(member: User, project: Project) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    answer = client.post(reverse("new_song", args=[project.pk]), {"sound": "folk"})
    assert answer.status_code == 403
    assert "open too long" in answer.content.decode()
    assert not Task.objects.exists()
