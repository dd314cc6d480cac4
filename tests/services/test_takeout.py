"""Everything of one person in a zip: what is in it, what is not, and what it takes to make."""

import io
import json
import tracemalloc
import uuid
import zipfile
from typing import Any

import pytest

from accounts.models import Picture, TrailEvent, User
from studio.models import Clip, Comment, CreditRequest, LyricDraft, Notice, Project, Task
from studio.models.clock import db_now
from studio.services import line_comments, lyrics, playlists, projects, takeout
from tests.conftest import Order
from tests.services.test_zips import song
from tests.sharing import shared

HOSTILE = '../../etc/"<script>\u202e\x7f: =1+1'


def opened(user: User) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(takeout.stream(user))))


def told(user: User, name: str) -> Any:
    return json.loads(opened(user).read(f"data/{name}.json"))


def test_everything_of_a_person_is_in_it(order: Order, project: Project, member: User, owner: User) -> None:
    task = order(params={"sound": "quiet folk", "lyrics": "Blue, blue night"})[0]
    clip = song(project, "Blue night", task=task)
    sheet = lyrics.create_sheet(project=project, by=member, title="Words", text="One\nTwo")
    revision = sheet.revisions.get()
    LyricDraft.objects.create(
        sheet=sheet, created_by=member, key=uuid.uuid4(), base=1, text="Thr", saved_at=db_now()
    )
    line_comments.add(revision, line=1, text="Too long?", by=member)
    Comment.objects.create(clip=clip, created_by=member, text="Louder", start=4.5)
    shared(clip, member, label="For Anna", password="open sesame")
    playlists.add(playlists.create(project=project, name="Album", by=member), [clip.pk])
    CreditRequest.objects.create(user=member, credits=50, reason="An album")
    Notice.objects.create(user=member, kind="finished", key="x", facts={"title": "Blue night"})
    Picture.objects.create(user=member, content=b"RIFF", sha256="x")
    TrailEvent.objects.write("role", by=owner, about=member, old="guest", new="member")

    archive = opened(member)
    assert archive.testzip() is None
    assert archive.read(f"{project.name}/Blue night.m4a") == b"Blue night as it came"
    assert archive.read("data/picture.webp") == b"RIFF"

    def read(name: str) -> Any:
        return json.loads(archive.read(f"data/{name}.json"))

    assert (read("profile")["email"], read("profile")["projects"]) == (member.email, [project.name])
    [told_task] = read("orders")
    assert told_task["params"] == task.params
    assert [step["new"] for step in told_task["history"]] == ["queued"]
    assert [line["amount"] for line in read("credits")] == [100, -task.price]
    assert [each["title"] for each in read("lyric_sheets")] == ["Words"]
    assert [each["text"] for each in read("lyric_versions")] == ["One\nTwo"]
    assert [each["text"] for each in read("lyric_drafts")] == ["Thr"]
    assert [(each["quote"], each["text"]) for each in read("comments")] == [("Two", "Too long?")]
    assert [(each["title"], each["start"], each["text"]) for each in read("song_comments")] == [
        ("Blue night", 4.5, "Louder")
    ]
    [link] = read("links")
    assert (link["label"], link["title"]) == ("For Anna", "Blue night")
    assert not {"password", "token_hash"} & link.keys()
    assert [(each["name"], each["songs"]) for each in read("playlists")] == [("Album", ["Blue night"])]
    assert [each["reason"] for each in read("credit_requests")] == ["An album"]
    assert [each["facts"] for each in read("notices")] == [{"title": "Blue night"}]
    assert [(each["what"], each["about_me"]) for each in read("trail")][-1:] == [("role", True)]


def test_nothing_of_others_is_in_it(order: Order, project: Project, editor: User) -> None:
    """Who works in the same project takes only their own."""
    order(params={"sound": "Mara's own"})
    song(project, "Mara's")
    sheet = lyrics.create_sheet(project=project, by=project.owner, title="Mara's words", text="Hers")
    line_comments.add(sheet.revisions.get(), line=0, text="Hers, too", by=project.owner)
    hers = song(project, "Mara's too")
    Comment.objects.create(clip=hers, created_by=project.owner, text="Hers as well")
    shared(hers, project.owner, label="Hers again")
    archive = opened(editor)
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Mara" not in everything.replace(b"Mara's songs", b"")  # the project that she is in
    assert b"Hers" not in everything
    assert archive.namelist()[0] == "songs.csv"


def test_of_projects_out_of_sight_only_the_money_is_told(
    order: Order, project: Project, editor: User
) -> None:
    order(by=editor, params={"sound": "a secret"})
    clip = song(project, "Secret")
    Clip.objects.filter(pk=clip.pk).update(created_by=editor)
    Comment.objects.create(clip=clip, created_by=editor, text="A secret")
    shared(clip, editor, label="Secret link")
    lyrics.create_sheet(project=project, by=editor, title="Secret words", text="Secret")
    projects.remove_member(project, editor)
    archive = opened(editor)
    everything = b"".join(archive.read(name) for name in archive.namelist()).lower()
    assert b"secret" not in everything
    assert project.name.encode() not in everything
    assert [line["kind"] for line in told(editor, "credits")] == ["grant", "charge"]


def test_hostile_names_stay_in_the_zip(order: Order, project: Project, member: User) -> None:
    Project.objects.filter(pk=project.pk).update(name=HOSTILE)
    member.name = "\ud800lone"  # what JSON can't write as UTF-8 must not break the zip
    song(project, HOSTILE, task=order(params={"sound": HOSTILE})[0])
    archive = opened(member)
    assert archive.testzip() is None
    assert all(".." not in name.split("/") and not name.startswith("/") for name in archive.namelist())
    assert json.loads(archive.read("data/orders.json"))[0]["params"]["sound"] == HOSTILE


def test_a_project_called_data_does_not_mix_with_the_data(project: Project, member: User) -> None:
    Project.objects.filter(pk=project.pk).update(name="DATA")
    song(project, "profile.json")
    assert "DATA (2)/profile.json.m4a" in opened(member).namelist()


def test_addresses_of_others_are_theirs(member: User, owner: User) -> None:
    for actor, address in ((owner, "192.0.2.1"), (member, "192.0.2.2")):
        TrailEvent.objects.create(what="role", actor=actor, subject=member, address=address)
    assert [each["address"] for each in told(member, "trail")[-2:]] == [None, "192.0.2.2"]


@pytest.mark.parametrize("at_once", [1, 3])
def test_rows_are_read_in_batches_and_none_is_lost(
    at_once: int, order: Order, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(takeout, "AT_ONCE", at_once)
    ids = [order()[0].pk for _ in range(4)]
    assert [each["id"] for each in told(member, "orders")] == ids


def test_many_rows_need_no_more_memory_than_some(
    order: Order, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten times as many would need ten times as much, if they were ever held together."""
    monkeypatch.setattr(takeout, "AT_ONCE", 10)
    [one] = order()
    few = peak_with(30, one)
    assert peak_with(300, one) < few + (256 << 10)


def peak_with(count: int, one: Task) -> int:
    Task.objects.bulk_create(_copy(one) for _ in range(count - Task.objects.count()))
    tracemalloc.start()
    size = sum(len(part) for part in takeout.stream(one.created_by))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size
    return peak


def _copy(task: Task) -> Task:
    known = {f.attname: getattr(task, f.attname) for f in Task._meta.concrete_fields if f.name != "id"}
    return Task(**{**known, "form_key": uuid.uuid4(), "params": {"sound": "x" * 1000}})
