"""What other sites ask about a link: how to show its player."""

import io
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.models import User
from studio.models import Asset, Clip, Project, Share
from studio.models.clock import db_now
from studio.services import media, previews, shares
from studio.views.public import COVER_PIXELS
from tests.markup import HOSTILE, Reader
from tests.sharing import same_as_nothing, shared, with_file
from tests.songs import song

NO_SUCH_FORMAT = 501


@pytest.fixture
def clip(project: Project) -> Clip:
    clip = song(project, "Blue night", duration=125.3)
    with_file(clip, Asset.Kind.MASTER, "audio/mp4", b"not listened to here")
    return clip


@pytest.fixture
def player(clip: Clip, member: User) -> tuple[Share, str]:
    """A link that others may embed, and its token."""
    return shared(clip, member, may_embed=True)


def ask(client: Client, url: str, **more: str) -> HttpResponse:
    return client.get(f"{reverse('oembed')}?{urlencode({'url': url, **more})}")


def test_oembed_tells_how_to_show_the_player(
    client: Client, player: tuple[Share, str], settings: Any
) -> None:
    share, token = player
    here = previews.address("public", token)
    answer = ask(client, here, format="json")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert not answer.cookies
    assert "Cookie" not in answer.headers.get("Vary", "")
    told = answer.json()
    [(tag, frame)] = Reader(told.pop("html")).tags
    assert tag == "iframe"
    assert frame["src"] == f"{here}embed/"
    assert (frame["width"], frame["height"], frame["title"]) == ("480", "240", "Blue night")
    assert told == {
        "version": "1.0",
        "type": "rich",
        "provider_name": "Studio",
        "title": "Blue night",
        "width": 480,
        "height": 240,
        "cache_age": 3600,
        "thumbnail_url": f"{here}cover/{share.handle(share.clip_id)}/",
        "thumbnail_width": COVER_PIXELS,
        "thumbnail_height": COVER_PIXELS,
    }


def test_the_drawn_cover_has_the_size_that_is_told(client: Client, player: tuple[Share, str]) -> None:
    told = ask(client, previews.address("public", player[1])).json()
    answer = client.get(told["thumbnail_url"])
    picture = Image.open(io.BytesIO(getattr(answer, "content", b"") or b"".join(answer)))
    assert picture.size == (told["thumbnail_width"], told["thumbnail_height"])


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ({"maxwidth": "300"}, (300, 240)),
        ({"maxwidth": "300", "maxheight": "100"}, (300, 100)),
        ({"maxwidth": "9999999"}, (480, 240)),
        ({"maxwidth": "0", "maxheight": "-5"}, (480, 240)),
        ({"maxwidth": "\u0663", "maxheight": "9" * 5000}, (480, 240)),
        ({"maxwidth": "a\0", "maxheight": "1e2"}, (480, 240)),
    ],
)
def test_oembed_keeps_to_the_size_that_is_asked_for(
    client: Client, player: tuple[Share, str], asked: dict[str, str], size: tuple[int, int]
) -> None:
    told = ask(client, previews.address("public", player[1]), **asked).json()
    assert (told["width"], told["height"]) == size
    [(_, frame)] = Reader(told["html"]).tags
    assert (frame["width"], frame["height"]) == (str(size[0]), str(size[1]))
    limits = [int(each) for each in asked.values() if each in ("300", "100")]
    assert ("thumbnail_url" in told) == (not limits)


def test_oembed_measures_a_cover_of_the_songs_own(
    client: Client, clip: Clip, player: tuple[Share, str]
) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (320, 180)).save(picture, "PNG")
    with_file(clip, Asset.Kind.COVER, "image/png", picture.getvalue())
    told = ask(client, previews.address("public", player[1])).json()
    assert (told["thumbnail_width"], told["thumbnail_height"]) == (320, 180)
    fits = ask(client, previews.address("public", player[1]), maxwidth="320", maxheight="180").json()
    assert fits["thumbnail_width"] == 320


def test_a_cover_whose_file_is_lost_is_no_error(
    client: Client, clip: Clip, player: tuple[Share, str]
) -> None:
    with_file(clip, Asset.Kind.COVER, "image/png", b"no picture")
    told = ask(client, previews.address("public", player[1]))
    assert "thumbnail_url" not in told.json()
    media.remove(Asset.objects.get(kind=Asset.Kind.COVER).name)
    told = ask(client, previews.address("public", player[1]))
    assert (told.status_code, told.json()["title"]) == (200, "Blue night")
    assert "thumbnail_url" not in told.json()


def test_the_name_of_the_machine_may_be_written_large(
    client: Client, player: tuple[Share, str], settings: Any
) -> None:
    settings.PUBLIC_URL = "https://Studio.Example"
    here = previews.address("public", player[1])
    for each in (here, here.replace("Studio.E", "studio.e")):
        assert ask(client, each).status_code == 200


def test_oembed_speaks_json_alone(client: Client, player: tuple[Share, str]) -> None:
    answer = ask(client, previews.address("public", player[1]), format="xml")
    assert answer.status_code == NO_SUCH_FORMAT


@pytest.mark.parametrize(
    "url",
    [
        "",
        "{origin}",
        "{origin}/s/" + "u" * 43 + "/",
        "{origin}/library/",
        "{origin}/s/{token}/qr.svg",
        "https://elsewhere.example/s/{token}/",
        "//elsewhere.example/s/{token}/",
        "{origin}.elsewhere.example/s/{token}/",
        "{origin}@elsewhere.example/s/{token}/",
        "/s/{token}/",
        "{token}",
        "http://[",
        "{origin}/s/\0/",
        "{origin}/s/" + "\udcff\u2028/",
        "x" * 100_000,
    ],
)
def test_oembed_knows_no_other_address(
    client: Client, player: tuple[Share, str], settings: Any, url: str
) -> None:
    url = url.replace("{origin}", settings.PUBLIC_URL).replace("{token}", player[1])
    answer = client.get(f"{reverse('oembed')}?{urlencode({'url': url.encode(errors='surrogateescape')})}")
    assert same_as_nothing(client, answer)


def test_oembed_tells_nothing_of_links_that_may_not_be_embedded(
    client: Client, clip: Clip, member: User
) -> None:
    closed = [
        shared(clip, member),
        shared(clip, member, password="a long password"),
        shared(clip, member, may_embed=True, expires_at=db_now() - timedelta(seconds=1)),
        shared(clip, member, may_embed=True),
    ]
    shares.revoke(closed[-1][0], by=member)
    for _, token in closed:
        assert same_as_nothing(client, ask(client, previews.address("public", token)))


@pytest.mark.parametrize("text", HOSTILE)
def test_oembed_is_text_whatever_the_title(
    client: Client, clip: Clip, player: tuple[Share, str], text: str
) -> None:
    text = text[:80]
    Clip.objects.filter(pk=clip.pk).update(title=text)
    told = ask(client, previews.address("public", player[1])).json()
    assert told["title"] == text
    [(tag, frame)] = Reader(told["html"]).tags
    assert tag == "iframe"
    assert frame["title"] == text
    html = client.get(reverse("public_embed", args=[player[1]])).content.decode()
    tags = [(tag, facts) for tag, facts in Reader(html).tags if tag in ("script", "img") or "onload" in facts]
    assert all(facts.get("src") or facts.get("type") == "application/ld+json" for _, facts in tags)
    assert "alert" not in str(tags)
