"""Orders on a clip that are refused before they cost anything, each with its reason."""

import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from studio.models import Clip, Task
from studio.sandbox.knobs import Knobs
from studio.services import credits, media, providers
from tests.views.test_clip_orders import Do, Settle, address, order_of, page_of


def test_the_same_form_sent_twice_is_one_order(clip: Clip, send: Do, member: User) -> None:
    key = str(uuid.uuid4())
    assert [send("video_clip", form_key=key).status_code for _ in range(2)] == [302, 302]
    assert order_of(clip).price == 5
    assert credits.balance(member) == 85


def test_not_enough_credits_is_said_in_words(clip: Clip, send: Do, member: User, order: Any) -> None:
    order(takes=4)
    order(takes=4)
    answer = send("extend_music")
    assert answer.status_code == 422
    assert "This costs 12 credits and you have 10." in answer.content.decode()
    assert credits.balance(member) == 10


def test_nothing_is_ordered_while_the_storage_is_full(clip: Clip, send: Do, monkeypatch: Any) -> None:
    monkeypatch.setattr(media, "WATERMARK", 10**18)
    answer = send("extend_music")
    assert answer.status_code == 422
    assert "storage is full" in answer.content.decode()
    assert not Task.objects.filter(source=clip).exists()


@pytest.mark.parametrize("operation", ["nonsense", "create_music", "make_lyrics", "upload", "swap_music"])
def test_what_is_never_done_to_a_clip_is_no_page(mara: Client, clip: Clip, operation: str) -> None:
    assert mara.get(address(clip, operation)).status_code == 404
    assert mara.post(address(clip, operation)).status_code == 404


def test_who_may_not_order(client: Client, clip: Clip, viewer: User, stranger: User) -> None:
    client.force_login(viewer)
    assert client.get(address(clip, "extend_music")).status_code == 403
    assert client.post(address(clip, "extend_music"), {"form_key": uuid.uuid4()}).status_code == 403
    text = page_of(client, clip)
    assert text.count("You may look at this project, not change it.") >= 4
    assert address(clip, "extend_music") not in text
    client.force_login(stranger)
    assert client.get(address(clip, "extend_music")).status_code == 404
    assert client.post(address(clip, "extend_music")).status_code == 404
    assert not Task.objects.filter(source=clip).exists()


REASONS = [
    ({"aimusicapi": ("https://x", "k")}, "aimusicapi", "extend_music", "AI Music API does not offer this."),
    ({"useapi": ("https://x", "k")}, "useapi", "download", "useapi.net Riffusion does not offer this."),
    ({"sandbox": ("https://x", "k")}, "musicapi", "cover_music", "MusicAPI is switched off."),
]


@pytest.mark.parametrize(("on", "provider", "operation", "reason"), REASONS)
def test_what_its_provider_does_not_do_says_so(
    mara: Client, clip: Clip, settings: Any, on: Any, provider: str, operation: str, reason: str
) -> None:
    settings.PROVIDERS = on
    Clip.objects.filter(pk=clip.pk).update(provider=provider)
    if operation != "download":  # files are offered quietly, or not at all
        assert reason in page_of(mara, clip)
    assert address(clip, operation) not in page_of(mara, clip)
    for answer in (mara.get(address(clip, operation)), mara.post(address(clip, operation))):
        assert reason in answer.content.decode()
        assert 'name="form_key"' not in answer.content.decode()
    sent = mara.post(address(clip, operation), {"form_key": uuid.uuid4(), "instruction": "x", "starts_at": 1})
    assert sent.status_code == 422
    assert not Task.objects.filter(source=clip).exists()


def test_a_provider_that_needs_attention_says_what_to_do(mara: Client, clip: Clip) -> None:
    providers.needs_attention("sandbox", "Somebody has to go there first.")
    assert page_of(mara, clip).count("Somebody has to go there first.") == 4


@pytest.mark.parametrize("upstream", [Knobs(profile="aimusicapi")], indirect=True)
def test_an_operation_that_was_withdrawn_is_paid_back_and_offered_no_more(
    mara: Client, clip: Clip, send: Do, settle: Settle, member: User
) -> None:
    send("extend_music")
    settle()
    assert order_of(clip).status == "failed"
    assert credits.balance(member) == 90
    text = page_of(mara, clip)
    assert "Sandbox no longer offers this." in text
    assert address(clip, "extend_music") + '"' not in text
    assert "12 credits returned" in text
