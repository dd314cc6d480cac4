"""The page of a link in a frame on another site, and its address as a QR code."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import Asset, Clip, Project, Share
from studio.services import shares
from tests.markup import Reader
from tests.sharing import same_as_nothing, shared, with_file
from tests.songs import song


@pytest.fixture
def clip(project: Project) -> Clip:
    clip = song(project, "Blue night", duration=125.3)
    with_file(clip, Asset.Kind.MASTER, "audio/mp4", b"not listened to here")
    return clip


@pytest.fixture
def player(clip: Clip, member: User) -> tuple[Share, str]:
    """A link that others may embed, and its token."""
    return shared(clip, member, may_embed=True)


# -- In a frame ------------------------------------------------------------------------------------


def test_others_may_frame_the_embed(client: Client, player: tuple[Share, str]) -> None:
    answer = client.get(reverse("public_embed", args=[player[1]]))
    assert answer.status_code == 200
    assert "frame-ancestors *;" in answer.headers["Content-Security-Policy"] + ";"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer.headers
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert not answer.cookies
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_the_embed_plays_without_a_script(client: Client, player: tuple[Share, str], clip: Clip) -> None:
    share, token = player
    html = client.get(reverse("public_embed", args=[token])).content.decode()
    assert "Blue night" in html
    audio = [facts for tag, facts in Reader(html).tags if tag == "audio"]
    assert reverse("public_audio", args=[token, share.handle(clip.pk)]) in audio[0]["src"]


def test_only_the_embed_may_be_framed(client: Client, player: tuple[Share, str]) -> None:
    for name in ("public", "public_qr"):
        answer = client.get(reverse(name, args=[player[1]]))
        assert answer.status_code == 200
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_without_leave_there_is_no_embed(client: Client, clip: Clip, member: User) -> None:
    _, token = shared(clip, member)
    assert same_as_nothing(client, client.get(reverse("public_embed", args=[token])))


def test_a_revoked_embed_is_gone(client: Client, player: tuple[Share, str], member: User) -> None:
    shares.revoke(player[0], by=member)
    assert same_as_nothing(client, client.get(reverse("public_embed", args=[player[1]])))


# -- The QR code -----------------------------------------------------------------------------------


def test_the_qr_code_is_a_plain_picture(client: Client, clip: Clip, member: User) -> None:
    _, token = shared(clip, member, password="a long password")  # before it is said
    answer = client.get(reverse("public_qr", args=[token]))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.headers["Cache-Control"] == "no-store"
    svg = answer.content.decode()
    assert "style" not in svg
    assert "script" not in svg
    assert "Blue night" not in svg


def test_a_revoked_link_has_no_qr_code(client: Client, player: tuple[Share, str], member: User) -> None:
    shares.revoke(player[0], by=member)
    assert same_as_nothing(client, client.get(reverse("public_qr", args=[player[1]])))
