"""Other formats of a clip: asked for, made by the job, and shown in their place."""

import shutil
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ

from accounts.models import User
from studio.audio.verify import verify_audio
from studio.models import Asset, Clip, Conversion, CreditEntry
from studio.services import conversions, media

RunJobs = Callable[[], int]


def ask(client: Client, clip: Clip, kind: str) -> int:
    return client.post(reverse("clip_convert", args=[clip.pk]), {"kind": kind}).status_code


def page_of(client: Client, clip: Clip) -> str:
    return client.get(reverse("clip", args=[clip.pk])).content.decode()


def live(client: Client, clip: Clip, files: str) -> Any:
    balance = client.get(reverse("clip", args=[clip.pk])).context["balance"]
    return client.get(reverse("live"), {"clip": clip.pk, "files": files, "balance": balance})


def signature(client: Client, clip: Clip) -> str:
    shown: str = client.get(reverse("clip", args=[clip.pk])).context["files"].signature
    return shown


@pytest.mark.parametrize(("kind", "words"), [("mp3", "Make an MP3 · free"), ("flac", "Make a FLAC · free")])
def test_a_format_that_is_missing_is_made_for_nothing(
    mara: Client, clip: Clip, run_jobs: RunJobs, kind: str, words: str
) -> None:
    spent = CreditEntry.objects.count()
    assert words in page_of(mara, clip)
    assert ask(mara, clip, kind) == 302
    waiting = page_of(mara, clip)
    assert "being made" in waiting
    assert words not in waiting

    run_jobs()
    made = clip.assets.get(kind=kind)
    facts = verify_audio(media.path_of(made.name), expected_seconds=clip.duration)
    assert facts.media_type.extension == kind
    text = page_of(mara, clip)
    assert reverse("asset", args=[made.pk]) in text
    assert "being made" not in text
    assert CreditEntry.objects.count() == spent


def test_a_wav_is_made_where_none_came(mara: Client, clip: Clip, run_jobs: RunJobs) -> None:
    assert "Make a WAV" not in page_of(mara, clip)
    clip.assets.filter(kind="wav").delete()
    assert "Make a WAV · free" in page_of(mara, clip)
    ask(mara, clip, "wav")
    run_jobs()
    assert clip.assets.get(kind="wav").content_type == "audio/wav"


def test_asking_twice_is_asking_once(mara: Client, clip: Clip, run_jobs: RunJobs) -> None:
    ask(mara, clip, "mp3")
    ask(mara, clip, "mp3")
    assert Conversion.objects.count() == 1
    run_jobs()
    ask(mara, clip, "mp3")
    run_jobs()
    assert clip.assets.filter(kind="mp3").count() == 1
    assert not Conversion.objects.exists()


@pytest.mark.parametrize("kind", ["", "master", "video", "exe", "wav", "\0", "mp3 "])
def test_what_is_no_missing_format_changes_nothing(mara: Client, clip: Clip, kind: str) -> None:
    OrmQ.objects.all().delete()
    assert ask(mara, clip, kind) == 302
    assert not Conversion.objects.exists()
    assert not OrmQ.objects.exists()


def test_what_could_not_be_made_says_why_and_can_be_tried_again(
    mara: Client, clip: Clip, run_jobs: RunJobs
) -> None:
    path = media.path_of(Asset.objects.get(clip=clip, kind="wav").name)
    kept = path.with_suffix(".kept")
    shutil.move(path, kept)
    path.write_bytes(b"RIFF and then nothing")
    ask(mara, clip, "mp3")
    run_jobs()
    text = page_of(mara, clip)
    assert "It could not be made" in text
    assert "Try again" in text
    assert "Make an MP3" not in text

    shutil.move(kept, path)
    ask(mara, clip, "mp3")
    assert "being made" in page_of(mara, clip)
    run_jobs()
    assert clip.assets.filter(kind="mp3").exists()


def test_nothing_is_made_while_the_storage_is_full(mara: Client, clip: Clip, monkeypatch: Any) -> None:
    monkeypatch.setattr(media, "WATERMARK", 10**18)
    ask(mara, clip, "mp3")
    assert not Conversion.objects.exists()
    assert "storage is full" in page_of(mara, clip)


def test_who_only_looks_is_offered_nothing_to_make(client: Client, clip: Clip, viewer: User) -> None:
    client.force_login(viewer)
    text = page_of(client, clip)
    assert "Make an MP3" not in text
    assert "Have it made" not in text
    assert ask(client, clip, "mp3") == 403


def test_stems_have_a_list_of_their_own(mara: Client, clip: Clip) -> None:
    facts = {"content_type": "audio/wav", "size": 1, "sha256": "x"}
    stem = Asset.objects.create(clip=clip, kind="stem", label="drums", name="drums.wav", **facts)
    files, _, stems = page_of(mara, clip).partition("Stems</h3>")
    address = reverse("asset", args=[stem.pk])
    assert f'data-src="{address}"' in stems
    assert f"{address}?download" in stems
    assert address not in files


# -- In its place ----------------------------------------------------------------------------------


def test_the_page_hears_of_a_file_when_it_is_there(mara: Client, clip: Clip, run_jobs: RunJobs) -> None:
    ask(mara, clip, "mp3")
    seen = signature(mara, clip)
    assert live(mara, clip, seen).status_code == 204
    assert "data-moving" in page_of(mara, clip)
    run_jobs()
    answer = live(mara, clip, seen)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'id="files"' in text
    assert 'hx-swap-oob="true"' in text
    assert reverse("asset", args=[clip.assets.get(kind="mp3").pk]) in text
    assert "data-moving" not in text
    assert live(mara, clip, signature(mara, clip)).status_code == 204


def test_the_page_hears_of_a_file_that_was_given_up(mara: Client, clip: Clip) -> None:
    ask(mara, clip, "mp3")
    seen = signature(mara, clip)
    conversions.give_up(Conversion.objects.get().pk, "No room.")
    assert "No room." in live(mara, clip, seen).content.decode()


def test_live_tells_nothing_of_other_peoples_files(client: Client, clip: Clip, stranger: User) -> None:
    client.force_login(stranger)
    answer = client.get(reverse("live"), {"clip": clip.pk, "files": "x", "balance": "0"})
    assert answer.status_code == 204


@pytest.mark.parametrize("number", ["x", "", "9" * 40, "٣", "\0", "-1"])
def test_live_takes_nonsense_for_a_clip_calmly(mara: Client, clip: Clip, number: str) -> None:
    balance = mara.get(reverse("clip", args=[clip.pk])).context["balance"]
    assert mara.get(reverse("live"), {"clip": number, "balance": balance}).status_code == 204
