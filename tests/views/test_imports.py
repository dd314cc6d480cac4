"""Songs that the team has at useapi.net come into a project: from the form to the library, over real HTTP."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.clients import client_for
from studio.models import Asset, Attempt, Clip, CreditEntry, Project, ProviderState, Task
from studio.music_api.errors import NeedsAttention
from studio.music_api.providers import PROVIDERS
from studio.music_api.useapi import ATTENTION, KEY_REFUSED, UseapiClient
from studio.sandbox.server import Sandbox
from studio.services import audit, bin, credits, dispatch, providers
from tests.canaries import API_KEY
from tests.sandbox import quick
from tests.sandbox.caller import Caller

Settle = Callable[[], None]


@pytest.fixture
def caller(upstream: Sandbox, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Caller:
    """The sandbox is useapi.net as well, and takes one order right after another."""
    monkeypatch.setitem(PROVIDERS, "useapi", replace(PROVIDERS["useapi"], min_interval_s=0))
    settings.PROVIDERS = {**settings.PROVIDERS, "useapi": (upstream.url, API_KEY)}
    client_for.cache_clear()
    return Caller(upstream.url)


@pytest.fixture
def song(caller: Caller) -> str:
    """The id of a song that the account there has, and that the studio knows nothing of."""
    return str(caller.end(caller.submit())["data"][0]["clip_id"])


@pytest.fixture
def post(client: Client, member: User, project: Project, caller: Caller) -> Any:
    client.force_login(member)

    def send(**fields: str) -> Any:
        data = {"form_key": str(uuid.uuid4()), "download_format": "mp3", **fields}
        return client.post(reverse("import", args=[project.pk]), data)

    return send


@pytest.fixture
def bring(post: Any, settle: Settle) -> Callable[..., Task]:
    """Import a song and wait for how it ends."""

    def bring(**fields: str) -> Task:
        assert post(**fields).status_code == 302
        settle()
        return Task.objects.latest("pk")

    return bring


def files(clip: Clip) -> list[tuple[str, str]]:
    return sorted(clip.assets.values_list("kind", "label"))


def nothing_moved(member: User) -> bool:
    return credits.balance(member) == 100 and not CreditEntry.objects.filter(task__isnull=False).exists()


def test_a_song_becomes_a_clip_at_no_cost(bring: Any, song: str, member: User, project: Project) -> None:
    task = bring(id=song)
    assert (task.status, task.price, task.provider) == ("done", 0, "useapi")
    clip = Clip.objects.get()
    assert (clip.task, clip.project, clip.upstream_id, clip.title) == (task, project, song, song)
    assert clip.master is not None
    assert (clip.master.content_type, clip.duration) == ("audio/mpeg", pytest.approx(quick.SECONDS, abs=0.1))
    assert nothing_moved(member)
    assert (audit.audit(), audit.audit_files()) == ({}, {})


def test_another_format_comes_to_the_same_clip(bring: Any, song: str, member: User) -> None:
    first, second = bring(id=song), bring(id=song, download_format="wav")
    assert [first.status, second.status] == ["done", "done"]
    assert files(Clip.objects.get()) == [("master", ""), ("wav", "from the provider")]
    assert Asset.objects.get(kind="wav").task == second
    assert nothing_moved(member)
    assert (audit.audit(), audit.audit_files()) == ({}, {})


def test_stems_come_to_the_same_clip(bring: Any, song: str) -> None:
    bring(id=song)
    assert bring(id=song, download_format="stems").status == "done"
    stems = [("stem", name) for name in sorted(quick.STEMS)]
    assert files(Clip.objects.get()) == [("master", ""), *stems]
    assert (audit.audit(), audit.audit_files()) == ({}, {})


def test_stems_first_bring_the_song_too(bring: Any, song: str) -> None:
    assert bring(id=song, download_format="stems").status == "done"
    stems = [("stem", name) for name in sorted(quick.STEMS)]
    assert files(Clip.objects.get()) == [("master", ""), *stems]


def test_the_same_song_again_is_another_file_of_it(bring: Any, song: str) -> None:
    assert [bring(id=song).status for _ in range(2)] == ["done", "done"]
    assert files(Clip.objects.get()) == [("master", ""), ("mp3", "from the provider")]
    assert audit.audit() == {}


def test_a_song_in_the_bin_comes_back_when_it_is_asked_for(bring: Any, song: str, member: User) -> None:
    bring(id=song)
    clip = Clip.objects.get()
    bin.put([clip.pk], by=member)
    bring(id=song, download_format="wav")
    clip.refresh_from_db()
    assert clip.binned_at is None
    assert clip.is_front
    assert clip.wav


def test_a_song_that_left_the_bin_for_good_can_be_imported_anew(bring: Any, song: str, member: User) -> None:
    bring(id=song)
    clip = Clip.objects.get()
    bin.put([clip.pk], by=member)
    bin.empty([clip.pk])
    bin.purge(0)
    assert not Asset.objects.exists()
    task = bring(id=song)
    clip.refresh_from_db()
    assert (task.status, clip.task, clip.purged_at, clip.binned_at) == ("done", task, None, None)
    assert clip.is_front
    assert files(clip) == [("master", "")]
    assert (audit.audit(), audit.audit_files()) == ({}, {})


def test_a_song_that_is_not_there_fails_in_words(bring: Any, member: User) -> None:
    task = bring(id="nobody")
    assert task.status == "failed"
    assert "Song nobody not found" in task.reason
    assert nothing_moved(member)
    assert audit.audit() == {}


def test_one_of_several_accounts_has_to_be_named(bring: Any, song: str, caller: Caller) -> None:
    caller.turn(accounts=2)
    assert "user_id is required" in bring(id=song).reason
    assert bring(id=song, user_id="user-2").status == "done"
    assert Task.objects.latest("pk").params == {"id": song, "user_id": "user-2", "download_format": "mp3"}


def test_an_account_that_needs_attention_stops_everything(
    bring: Any, post: Any, song: str, caller: Caller, member: User
) -> None:
    caller.turn(needs_attention=True)
    task = bring(id=song)
    assert (task.status, task.reason) == ("failed", ATTENTION)
    assert ProviderState.objects.get(name="useapi").attention == ATTENTION
    assert Attempt.objects.filter(provider="useapi").count() == 1
    caller.turn(needs_attention=False)
    answer = post(id=song)
    assert answer.status_code == 422
    assert "has to post its cookie anew" in answer.content.decode()
    assert Task.objects.count() == 1
    assert nothing_moved(member)


def test_attention_that_is_needed_while_the_song_is_copied(
    post: Any, song: str, caller: Caller, run_jobs: Any, settle: Settle, member: User
) -> None:
    post(id=song)
    run_jobs()
    assert Task.objects.get().status == "running"
    caller.turn(needs_attention=True)
    settle()
    assert (Task.objects.get().status, Task.objects.get().reason) == ("failed", ATTENTION)
    assert ProviderState.objects.get(name="useapi").attention == ATTENTION
    assert nothing_moved(member)
    assert audit.audit() == {}


def test_a_refused_token_is_said_once(
    bring: Any, post: Any, song: str, settings: Any, caller: Caller
) -> None:
    settings.PROVIDERS["useapi"] = (caller.url, "another-key")
    client_for.cache_clear()
    assert (bring(id=song).status, Task.objects.get().reason) == ("failed", KEY_REFUSED)
    assert post(id=song).status_code == 422
    assert (Task.objects.count(), Attempt.objects.count()) == (1, 1)


def test_the_form_says_what_is_wrong_with_it(
    client: Client, member: User, project: Project, caller: Caller
) -> None:
    client.force_login(member)
    path = reverse("import", args=[project.pk])
    page = client.get(path).content.decode()
    assert "Import · free" in page
    assert " disabled" not in page.partition('<form id="import"')[2].partition("</form>")[0]
    ProviderState.objects.filter(name="useapi").update(attention=ATTENTION)
    off = client.get(path).content.decode().partition('<form id="import"')[2].partition("</form>")[0]
    assert "has to post its cookie anew" in off
    assert off.count(" disabled") == 4


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"id": ""}, "id", "Enter the id of the song."),
        ({"id": "../../x"}, "id", "letters, digits and hyphens only"),
        ({"id": "a" * 61}, "id", "at most 60"),
        ({"id": "a", "user_id": "a b"}, "user_id", "letters, digits and hyphens only"),
        ({"id": "a", "download_format": "flac"}, "download_format", "not one of the available"),
        ({"id": "a", "form_key": ""}, "form_key", "lost its number"),
    ],
)
def test_nonsense_is_refused_next_to_its_field(post: Any, fields: Any, field: str, words: str) -> None:
    answer = post(**fields)
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors[field])
    assert not Task.objects.exists()


def test_the_same_form_twice_is_one_import(post: Any, song: str) -> None:
    key = str(uuid.uuid4())
    assert [post(id=song, form_key=key).status_code for _ in range(2)] == [302, 302]
    assert Task.objects.count() == 1


def test_again_fills_the_form_with_an_earlier_order(
    client: Client, post: Any, project: Project, order: Any, stranger: User
) -> None:
    post(id="song-1", user_id="user-2", download_format="wav")
    path = reverse("import", args=[project.pk])
    form = client.get(path, {"again": Task.objects.get().pk}).context["form"]
    filled = [form[name].value() for name in ("id", "user_id", "download_format")]
    assert filled == ["song-1", "user-2", "wav"]
    assert client.get(path, {"again": order()[0].pk}).context["form"]["id"].value() is None
    own = order(project=Project.objects.get(owner=stranger))[0]
    assert client.get(path, {"again": own.pk}).status_code == 404


def test_without_such_a_provider_there_is_no_import(
    client: Client, member: User, project: Project, upstream: Sandbox
) -> None:
    client.force_login(member)
    answer = client.get(reverse("import", args=[project.pk]))
    assert answer.status_code == 404
    assert "switches it on with its key" in answer.content.decode()
    here = reverse("import_files", args=[project.pk])
    assert reverse("import", args=[project.pk]) not in client.get(here).content.decode()


def test_the_project_leads_to_both(
    client: Client, member: User, viewer: User, project: Project, caller: Any
) -> None:
    for person, there in ((member, True), (viewer, False)):
        client.force_login(person)
        page = client.get(reverse("project", args=[project.pk])).content.decode()
        assert (reverse("import_files", args=[project.pk]) in page) is there
        assert (reverse("upload", args=[project.pk]) in page) is there


def test_a_song_of_another_project_stays_there(bring: Any, post: Any, song: str, stranger: User) -> None:
    bring(id=song)
    Clip.objects.update(project=Project.objects.get(owner=stranger))
    answer = post(id=song)
    assert answer.status_code == 422
    assert "in another project of the team already" in answer.content.decode()
    assert Task.objects.count() == 1


def test_an_account_that_asks_for_a_person_while_stems_are_listed(
    post: Any, song: str, caller: Caller, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = NeedsAttention(ATTENTION, status=596)
    monkeypatch.setattr(UseapiClient, "poll", lambda *_: raised(told))
    post(id=song, download_format="stems")
    settle()
    assert (Task.objects.get().status, Task.objects.get().reason) == ("failed", ATTENTION)
    assert ProviderState.objects.get(name="useapi").attention == ATTENTION
    assert audit.audit() == {}


def test_orders_wait_for_the_person_too(post: Any, song: str, caller: Caller, run_jobs: Any) -> None:
    assert post(id=song).status_code == 302
    providers.needs_attention("useapi", ATTENTION)
    run_jobs()
    assert not Attempt.objects.filter(provider="useapi").exists()
    providers.needs_attention("useapi", "")
    Task.objects.update(woken_at=None)
    dispatch.ring_waiting()
    run_jobs()
    assert Attempt.objects.filter(provider="useapi").exists()


def raised(error: Exception) -> Any:
    raise error
