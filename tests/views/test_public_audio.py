"""What a link lets people hear and take along, and that it ends with the link."""

import io
import os
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.models import User
from studio.audio.serving import ASKED_EVERY, RANGE_BYTES
from studio.models import Asset, Clip, ListenDay, Share, Timing
from studio.services import media, shares
from tests.sharing import shared

LONG = 8 * 1024 * 1024
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"}
SAFE = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "same-origin",
}


def at(name: str, share: Share, token: str, clip: Clip, *rest: str) -> str:
    return reverse(name, args=[token, share.handle(clip.pk), *rest])


def lengthened(clip: Clip) -> bytes:
    """Its audio is so long as no song of the tests is."""
    content = os.urandom(LONG)
    asset = clip.master
    assert asset
    path = media.incoming("long")
    path.write_bytes(content)
    media.remove(asset.name)
    media.keep(path, asset.name)
    Asset.objects.filter(pk=asset.pk).update(size=LONG, sha256="0" * 64)
    return content


def test_parts_of_a_song_are_small(client: Client, clip: Clip, member: User) -> None:
    content = lengthened(clip)
    share, token = shared(clip, member)
    path = at("public_audio", share, token, clip)
    first = client.get(path, headers={"Range": "bytes=0-"})
    assert first.status_code == 206
    assert first["Content-Range"] == f"bytes 0-{RANGE_BYTES - 1}/{LONG}"
    assert first.getvalue() == content[:RANGE_BYTES]
    later = client.get(path, headers={"Range": f"bytes={LONG - 10}-"})
    assert later.getvalue() == content[-10:]
    assert client.get(path, headers={"Range": f"bytes={LONG}-"}).status_code == 416
    whole = client.get(path)
    assert (whole.status_code, whole.getvalue()) == (200, content)
    assert client.head(path)["Content-Length"] == str(LONG)
    assert client.get(path, headers={"If-None-Match": whole["ETag"]}).status_code == 304


def test_nothing_is_led_elsewhere(client: Client, clip: Clip, member: User, settings: Any) -> None:
    """An address that nginx or a bucket gives out would outlive the link."""
    settings.X_ACCEL_PREFIX = "/_media"
    share, token = shared(clip, member, downloads=True)
    for name, rest in (("public_audio", ()), ("public_cover", ()), ("public_file", ("audio",))):
        found = client.get(at(name, share, token, clip, *rest))
        assert found.status_code == 200
        assert "X-Accel-Redirect" not in found.headers
        assert found.getvalue()


@pytest.mark.same_anywhere
def test_a_bucket_is_read_by_us(client: Client, s3: Any, clip: Clip, member: User) -> None:
    share, token = shared(clip, member)
    found = client.get(at("public_audio", share, token, clip))
    assert found.status_code == 200
    assert len(found.getvalue()) == clip.master.size  # type: ignore[union-attr]


def test_every_file_is_made_harmless(client: Client, clip: Clip, member: User) -> None:
    share, token = shared(clip, member, downloads=True)
    Clip.objects.filter(pk=clip.pk).update(lyrics="<script>alert(1)</script>")
    files = (("public_audio",), ("public_cover",), ("public_file", "audio"), ("public_file", "lyrics.txt"))
    for name, *rest in files:
        found = client.get(at(name, share, token, clip, *rest))
        assert found.getvalue()
        assert {each: found.get(each) for each in SAFE} == SAFE
        assert not found.cookies
        assert found.get("Vary") is None


def test_downloads_are_only_what_the_link_allows(client: Client, clip: Clip, member: User) -> None:
    Clip.objects.filter(pk=clip.pk).update(title='AC/DC "live"\r\n', lyrics="One line")
    Timing.objects.update_or_create(
        clip=clip,
        defaults={"lines": [{"line": 0, "text": "One line", "start": 0.5, "end": 1}], "source": "hand"},
    )
    share, token = shared(clip, member, downloads=True)
    audio, text, timed = (
        client.get(at("public_file", share, token, clip, name))
        for name in ("audio", "lyrics.txt", "lyrics.lrc")
    )
    assert audio.getvalue()
    assert audio["Content-Disposition"].startswith('attachment; filename="AC_DC')
    assert text.getvalue() == b"One line"
    assert b"[00:00.50]" in timed.getvalue()
    for name in ("wav", "mp3", "master", "cover", "stem-1", "audio.m4a", "lyrics.srt"):  # nothing is final
        assert client.get(at("public_file", share, token, clip, name)).status_code == 404
    closed, other = shared(clip, member)
    for name in ("audio", "lyrics.txt", "lyrics.lrc"):
        assert client.get(at("public_file", closed, other, clip, name)).status_code == 404


def test_a_song_without_a_cover_has_the_drawn_one(client: Client, clip: Clip, member: User) -> None:
    share, token = shared(clip, member)
    own = client.get(at("public_cover", share, token, clip))
    assert own.getvalue()
    assert own["Content-Type"] == clip.cover.content_type  # type: ignore[union-attr]
    clip.assets.filter(kind__in=(Asset.Kind.COVER, Asset.Kind.THUMB)).delete()
    drawn, small = (client.get(at("public_cover", share, token, clip) + asked) for asked in ("", "?small"))
    assert drawn["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(drawn.getvalue())).size == (640, 640)
    assert Image.open(io.BytesIO(small.getvalue())).size == (160, 160)


def test_a_song_in_the_bin_is_silent(client: Client, clip: Clip, member: User) -> None:
    share, token = shared(clip, member, downloads=True)
    Clip.objects.filter(pk=clip.pk).update(binned_at=clip.created_at, binned_by=member)
    for name, rest in (("public_audio", ()), ("public_cover", ()), ("public_file", ("audio",))):
        assert client.get(at(name, share, token, clip, *rest)).status_code == 404
    assert client.post(at("public_heard", share, token, clip), {"event": "play"}).status_code == 404


# -- The end of a link -----------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["revoked", "expired", "readdressed"])
def test_what_is_being_sent_breaks_off(client: Client, clip: Clip, member: User, end: str) -> None:
    lengthened(clip)
    share, token = shared(clip, member)
    path = at("public_audio", share, token, clip)
    blocks = iter(client.get(path))
    got = len(next(blocks))
    match end:
        case "revoked":
            shares.revoke(share, by=member)
        case "expired":
            Share.objects.filter(pk=share.pk).update(expires_at=share.created_at)
        case _:
            shares.reissue(share, by=member)
    got += sum(map(len, blocks))
    assert got == ASKED_EVERY
    assert client.get(path).status_code == 404


# -- Counted ---------------------------------------------------------------------------------------


def told(client: Client, path: str, agent: dict[str, str] = BROWSER, **fields: Any) -> ListenDay | None:
    """What is known after a page said this; every answer is the same."""
    body = "&".join(f"{name}={value}" for name, value in fields.items())
    sent = client.post(path, body, "application/x-www-form-urlencoded", headers=agent)
    assert (sent.status_code, sent.content, sent.cookies.output()) == (204, b"", "")
    return ListenDay.objects.first()


def test_plays_are_counted(clip: Clip, member: User) -> None:
    client = Client(enforce_csrf_checks=True)
    share, token = shared(clip, member)
    path = at("public_heard", share, token, clip)
    told(client, path, event="play", at=1)
    told(client, path, event="at", at=1.5)
    day = told(client, path, event="end", at=clip.duration)
    assert day
    assert (day.plays, day.completed) == (1, 1)
    assert day.furthest == pytest.approx(clip.duration)
    assert (day.share_id, day.clip_id) == (share.pk, clip.pk)
    clip.refresh_from_db()
    assert clip.plays == 0


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"event": "other"},
        {"event": "play", "at": "x"},
        {"event": "at", "at": "nan"},
        {"event": "%00%ff"},
        {"event": "play", "pad": "x" * 300},
    ],
)
def test_what_no_page_of_ours_says_counts_nothing(
    client: Client, clip: Clip, member: User, fields: dict[str, str]
) -> None:
    share, token = shared(clip, member)
    assert told(client, at("public_heard", share, token, clip), **fields) is None


@pytest.mark.parametrize(
    "agent",
    [
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"User-Agent": "facebookexternalhit/1.1"},
        {"User-Agent": ""},
        {**BROWSER, "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_machines_and_other_sites_count_nothing(
    client: Client, clip: Clip, member: User, agent: dict[str, str]
) -> None:
    share, token = shared(clip, member)
    assert told(client, at("public_heard", share, token, clip), agent, event="play") is None
    assert client.get(at("public_audio", share, token, clip) + "?plain", headers=agent).getvalue()
    assert not ListenDay.objects.exists()


def test_the_team_counts_nothing(mara: Client, clip: Clip, member: User) -> None:
    share, token = shared(clip, member)
    assert told(mara, at("public_heard", share, token, clip), event="play") is None
    assert mara.get(at("public_audio", share, token, clip) + "?plain", headers=BROWSER).getvalue()
    assert not ListenDay.objects.exists()


def test_without_a_script_the_audio_itself_counts(client: Client, clip: Clip, member: User) -> None:
    """Once, where it is asked for from its beginning."""
    share, token = shared(clip, member)
    path = at("public_audio", share, token, clip)
    client.get(path, headers=BROWSER).getvalue()
    client.get(f"{path}?plain", headers={**BROWSER, "Range": "bytes=100-"}).getvalue()
    client.head(f"{path}?plain", headers=BROWSER)
    assert not ListenDay.objects.exists()
    client.get(f"{path}?plain", headers={**BROWSER, "Range": "bytes=0-"}).getvalue()
    assert ListenDay.objects.get().plays == 1
