"""What the page of a link tells about itself: to previews, search engines, and who would frame its player."""

import json
from typing import Any

import pytest
from django.template.loader import render_to_string

from studio.services import previews
from studio.services.share_pages import Page, Song
from tests.markup import HOSTILE, Reader

TOKEN = "t" * 43


def one(title: str, duration: float = 125.3) -> Song:
    return Song(
        *("a1b2", title, duration),
        **{"take": "", "answers": "", "picked": False, "approved": False, "final": False},
        **{"has_audio": True, "has_cover": False},
    )


def head(page: Page) -> Reader:
    return Reader(render_to_string("public/_meta.html", {"page": page, "token": TOKEN, "song": page.first}))


def page_of(*songs: Song, title: str = "", embed: bool = True, public: bool = False) -> Page:
    name = title or songs[0].title
    return Page(name, "clip", songs, may_embed=embed, is_public=public, may_comment=False, handover=False)


def test_the_head_tells_others_what_the_page_is(settings: Any) -> None:
    here = f"{settings.PUBLIC_URL}/s/{TOKEN}"
    read = head(page_of(one("Blue night")))
    meta = read.meta
    assert meta == {
        "robots": "noindex, nofollow, noarchive",
        "og:site_name": "Studio",
        "og:type": "music.song",
        "og:url": f"{here}/",
        "og:title": "Blue night",
        "og:description": "2:05",
        "og:image": f"{here}/cover/a1b2/",
        "og:image:alt": "Cover of Blue night",
        "og:audio": f"{here}/audio/a1b2/",
        "music:duration": "125",
        "twitter:title": "Blue night",
        "twitter:image": f"{here}/cover/a1b2/",
        "twitter:card": "player",
        "twitter:player": f"{here}/embed/",
        "twitter:player:width": "480",
        "twitter:player:height": "240",
    }
    assert read.links("canonical") == [f"{here}/"]
    assert read.links("alternate") == [previews.oembed_address(TOKEN)]
    assert json.loads(read.scripts[0]) == {
        "@context": "https://schema.org",
        "@type": "MusicRecording",
        "name": "Blue night",
        "url": f"{here}/",
        "duration": "PT2M5S",
        "image": f"{here}/cover/a1b2/",
        "audio": {"@type": "AudioObject", "contentUrl": f"{here}/audio/a1b2/"},
    }


def test_what_may_not_be_embedded_offers_no_player() -> None:
    read = head(page_of(one("Blue night"), embed=False))
    assert read.meta["twitter:card"] == "summary"
    assert "embed" not in str(read.tags)


def test_search_engines_may_list_what_is_public() -> None:
    assert head(page_of(one("Blue night"), public=True)).meta["robots"] == "all"


def test_several_songs_are_a_playlist() -> None:
    read = head(page_of(*(one(f"Song {n}") for n in range(40)), title="The album"))
    assert read.meta["og:type"] == "music.playlist"
    assert read.meta["og:description"] == "40 songs"
    assert "music:duration" not in read.meta
    listed = json.loads(read.scripts[0])
    assert (listed["@type"], listed["name"], listed["numTracks"]) == ("MusicPlaylist", "The album", 40)
    assert listed["track"][1]["name"] == "Song 1"
    assert len(listed["track"]) == 12  # a long list must not make a long page


def test_a_link_that_shows_nothing_has_a_head() -> None:
    read = head(page_of(title="Nothing to hear"))
    assert read.meta["og:title"] == "Nothing to hear"
    assert json.loads(read.scripts[0])["track"] == []


@pytest.mark.parametrize("text", HOSTILE)
def test_the_head_is_text_whatever_the_title(text: str) -> None:
    plain, read = head(page_of(one("Blue night"))), head(page_of(one(text)))
    assert [(tag, sorted(facts)) for tag, facts in read.tags] == [
        (tag, sorted(facts)) for tag, facts in plain.tags
    ]
    assert read.meta["og:title"] == read.meta["twitter:title"] == text
    assert json.loads(read.scripts[0])["name"] == text


@pytest.mark.parametrize("text", HOSTILE)
def test_linked_data_holds_nothing_that_html_reads(text: str) -> None:
    data = previews.as_data({text: [text]})
    assert json.loads(data) == {text: [text]}
    assert data.isascii()
    assert not set("<>&") & set(data)
