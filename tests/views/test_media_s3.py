"""Songs in a bucket: who may have them is led there or gets the bytes from us, and the audit looks there."""

import http.client
import os
import signal
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio import jobs
from studio.audio.verify import verify_audio
from studio.models import Asset, Clip, Conversion, Task
from studio.services import audit, conversions, media, results, uploads
from tests import buckets
from tests.conftest import Order
from tests.factories import again
from tests.test_archive_kills import in_a_process, ready, take_up_again  # noqa: F401  `ready` is a fixture

# About the bucket; the rows are those of media on a disk.
pytestmark = pytest.mark.same_anywhere

Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture
def song(s3: Any, clip: Clip, monkeypatch: Any) -> Asset:
    """The recording of a finished song whose files all lie in the bucket; it lasts two seconds only."""
    master: Asset = clip.assets.get(kind="master")
    monkeypatch.setattr(media, "SENT_BY_US", master.size - 1)
    assert f"studio/media/{master.name}" in buckets.keys(s3)
    return master


def bytes_of(s3: Any, asset: Asset) -> bytes:
    content: bytes = s3.get_object(Bucket=buckets.NAME, Key=f"studio/media/{asset.name}")["Body"].read()
    return content


def fetch(address: str, **headers: str) -> Answer:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
    answer = connection.getresponse()
    found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    connection.close()
    return found


# -- Led there -------------------------------------------------------------------------------------


def test_a_listener_is_led_to_the_bytes_for_a_minute(mara: Client, s3: Any, song: Asset) -> None:
    answer = mara.get(reverse("asset", args=[song.pk]))
    assert (answer.status_code, answer["Cache-Control"]) == (302, "private, no-cache")
    assert parse_qs(urlsplit(answer["Location"]).query)["X-Amz-Expires"] == ["600"]
    status, headers, content = fetch(answer["Location"], Range="bytes=100-199")
    assert (status, content) == (206, bytes_of(s3, song)[100:200])
    assert headers["content-type"] == "audio/mp4"
    assert headers["content-disposition"] == 'inline; filename="Blue night.m4a"'


def test_a_download_has_its_name_from_the_bucket_too(mara: Client, song: Asset) -> None:
    Clip.objects.filter(pk=song.clip_id).update(title='Füße / "夜"')
    answer = mara.get(reverse("asset", args=[song.pk]), {"download": ""})
    disposition = fetch(answer["Location"])[1]["content-disposition"]
    assert disposition == "attachment; filename*=utf-8''F%C3%BC%C3%9Fe%20_%20_%E5%A4%9C_.m4a"


def test_rights_are_asked_for_each_time(client: Client, stranger: User, song: Asset) -> None:
    path = reverse("asset", args=[song.pk])
    assert client.get(path)["Location"].startswith("/account/")
    client.force_login(stranger)
    assert client.get(path).status_code == 404


def test_head_and_small_pictures_come_from_us(mara: Client, s3: Any, song: Asset) -> None:
    head = mara.head(reverse("asset", args=[song.pk]))
    assert (head.status_code, head["Content-Length"]) == (200, str(song.size))
    thumb = song.clip.assets.get(kind="thumb")
    path = reverse("asset", args=[thumb.pk])
    answer = mara.get(path)
    assert b"".join(answer.streaming_content) == bytes_of(s3, thumb)
    assert mara.get(path, headers={"If-None-Match": answer["ETag"]}).status_code == 304


# -- Sent by us ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "part"), [("100-199", slice(100, 200)), ("-7", slice(-7, None)), ("5-", slice(5, None))]
)
def test_without_redirects_parts_come_from_us(
    mara: Client, s3: Any, song: Asset, settings: Any, asked: str, part: slice
) -> None:
    settings.S3_REDIRECT = False
    answer = mara.get(reverse("asset", args=[song.pk]), headers={"Range": f"bytes={asked}"})
    assert (answer.status_code, b"".join(answer.streaming_content)) == (206, bytes_of(s3, song)[part])


def test_without_redirects_the_other_answers_come_from_us(
    mara: Client, s3: Any, song: Asset, settings: Any
) -> None:
    settings.S3_REDIRECT = False
    path = reverse("asset", args=[song.pk])
    whole = mara.get(path)
    assert (whole.status_code, b"".join(whole.streaming_content)) == (200, bytes_of(s3, song))
    assert mara.get(path, headers={"Range": f"bytes={song.size}-"}).status_code == 416
    assert mara.get(path, headers={"If-None-Match": whole["ETag"]}).status_code == 304
    other = mara.get(path, headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    assert (other.status_code, b"".join(other.streaming_content)) == (200, bytes_of(s3, song))
    media.remove(song.name)
    assert (mara.get(path).status_code, mara.head(path).status_code) == (404, 404)


def test_no_file_is_ever_whole_in_memory(mara: Client, song: Asset, settings: Any, monkeypatch: Any) -> None:
    """What the bucket sends is taken in blocks, as the browser takes it from us."""
    from botocore.response import StreamingBody

    sizes: list[int | None] = []
    read = StreamingBody.read
    monkeypatch.setattr(
        StreamingBody, "read", lambda self, amount=None: sizes.append(amount) or read(self, amount)
    )
    path = reverse("asset", args=[song.pk])
    settings.S3_REDIRECT = False
    b"".join(mara.get(path).streaming_content)
    assert sizes
    assert all(size and size <= 1 << 16 for size in sizes)


def test_a_bucket_that_is_away_is_a_page_that_says_so(mara: Client, song: Asset, settings: Any) -> None:
    settings.S3_REDIRECT = False
    settings.S3 = {**settings.S3, "endpoint_url": "http://127.0.0.1:1"}
    mara.raise_request_exception = False
    answer = mara.get(reverse("asset", args=[song.pk]))
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


# -- Work ------------------------------------------------------------------------------------------


def test_a_song_goes_from_order_to_bucket_and_the_audit_agrees(
    s3: Any, order: Order, settle: Callable[[], None]
) -> None:
    [task] = order(params={"sound": "quiet folk", "title": "Rain"})
    settle()
    assert again(task).status == Task.Status.DONE
    names = Asset.objects.filter(task=task).values_list("name", flat=True)
    assert buckets.keys(s3) == sorted(f"studio/media/{name}" for name in names)
    assert (audit.audit(), audit.audit_files(deep=True)) == ({}, {})
    assert list(media.incoming("x").parent.iterdir()) == []
    assert not (media.incoming("x").parent.parent / "clips").exists(), "nothing lies here as well"


def test_another_format_is_made_from_the_bucket(song: Asset, run_jobs: Callable[[], int]) -> None:
    conversions.ask(song.clip, "mp3")
    run_jobs()
    made = song.clip.assets.get(kind="mp3")
    with media.local(made.name) as path:
        assert verify_audio(path, expected_seconds=song.clip.duration).media_type.extension == "mp3"
    assert list(media.incoming("x").parent.iterdir()) == []


def test_a_provider_gets_an_upload_from_us(
    client: Client, s3: Any, song: Asset, project: Any, member: User, settings: Any
) -> None:
    """And needs no redirect for it, whatever browsers are told."""
    path = media.incoming("brought")
    path.write_bytes(bytes_of(s3, song))
    facts = {"content_type": "audio/mp4", "extension": "m4a", "size": song.size, "sha256": song.sha256}
    recording = uploads.Recording(path=path, title="Brought", duration=2.0, **facts)
    key = uuid.uuid4()
    task = uploads.order(project=project, by=member, provider="sandbox", recording=recording, form_key=key)
    address = urlsplit(uploads.address_of(task.upload)).path
    answer = client.get(address, headers={"Range": "bytes=10-19"})
    assert (answer.status_code, b"".join(answer.streaming_content)) == (206, bytes_of(s3, song)[10:20])


def test_the_audit_finds_both_kinds_of_orphans_and_other_bytes(s3: Any, song: Asset) -> None:
    wav, cover = song.clip.assets.get(kind="wav"), song.clip.assets.get(kind="cover")
    s3.put_object(Bucket=buckets.NAME, Key="studio/media/clips/9/stray.m4a", Body=b"x")
    s3.delete_object(Bucket=buckets.NAME, Key=f"studio/media/{wav.name}")
    s3.put_object(Bucket=buckets.NAME, Key=f"studio/media/{cover.name}", Body=bytes(cover.size))
    missing = {"an asset's file is there, whole": [wav.name], "a file has an asset": ["clips/9/stray.m4a"]}
    assert audit.audit_files() == missing
    changed = {"a file has the bytes it was kept with": [cover.name]}
    assert audit.audit_files(deep=True) == {**missing, **changed}


@pytest.mark.django_db(transaction=True)
def test_a_kill_between_file_and_row_leaves_files_that_the_audit_names_until_the_next_try(
    s3: Any,
    ready: Callable[[], Task],  # noqa: F811
    monkeypatch: Any,
) -> None:
    task = ready()
    monkeypatch.setattr(results, "_clip", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    assert in_a_process(partial(jobs.archive_task, task.pk)) == -signal.SIGKILL
    monkeypatch.undo()
    left = [key.removeprefix("studio/media/") for key in buckets.keys(s3)]
    assert left
    assert audit.audit_files() == {"a file has an asset": left}
    take_up_again(task)
    jobs.archive_task(task.pk)
    assert again(task).status == Task.Status.DONE
    assert audit.audit_files(deep=True) == {}


@pytest.mark.django_db(transaction=True)
def test_no_transaction_waits_for_the_bucket(
    s3: Any,
    ready: Callable[[], Task],  # noqa: F811
    monkeypatch: Any,
) -> None:
    """On SQLite nobody else could write meanwhile."""
    inside: list[bool] = []
    keep = media.keep
    monkeypatch.setattr(
        media, "keep", lambda *given: inside.append(connection.in_atomic_block) or keep(*given)
    )
    task = ready()
    jobs.archive_task(task.pk)
    conversions.ask(Clip.objects.get(), "mp3")
    jobs.convert(Conversion.objects.get().pk)
    assert len(inside) == 5
    assert not any(inside)
