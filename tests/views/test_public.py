"""The page that a link opens: what is on it, and what is not."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.conf import settings as studio
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from studio.models import Clip, Playlist, Share, Timing
from studio.services import playlists, share_pages, shares
from studio.services.share_pages import File, Line, Page, Song
from studio.views import public
from tests.sharing import shared

HTML = {"Accept": "text/html", "Accept-Encoding": ""}
LYRICS = "[Verse]\nThe river runs\nunder the town"
HOSTILE = [
    "\"'><script>alert(1)</script>",
    "</title><img src=x onerror=alert(1)>",
    "{{ 7|add:7 }}",
    "a\u2028\u202eb",
]


class Seen(HTMLParser):
    """Every text and every attribute of a page, and how it is built."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: set[str] = set()
        self.shape: list[tuple[str, ...]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shape.append((tag, *(name for name, _ in attrs)))
        self.values |= {value for _, value in attrs if value}

    def handle_data(self, data: str) -> None:
        self.values |= {line.strip() for line in data.split("\n")} - {""}


def opened(client: Client, token: str, asked: str = "") -> Any:
    return client.get(reverse("public", args=[token]) + asked, headers=HTML)


def song_of(**facts: Any) -> Song:
    given: dict[str, Any] = {
        "handle": "0123456789abcdef",
        "title": "Another",
        "duration": 61.0,
        "take": "",
        "answers": "",
        "picked": True,
        "approved": True,
        "final": False,
        "has_audio": True,
        "has_cover": True,
        "peaks": b"\x10\x20",
        "lines": (Line("One"), Line("Two", ((1.0, 2.0),))),
        "files": (File("audio", "Download", 123456), File("lyrics.txt", "Lyrics as .txt")),
    }
    return Song(**{**given, **facts})


def page_of(*songs: Song, **facts: Any) -> Page:
    given = {"title": songs[0].title, "kind": "clip", "may_embed": False, "is_public": False}
    return Page(**{**given, "songs": songs, "may_comment": False, "handover": False, **facts})


def drawn(page: Page, token: str = "t" * 43) -> str:
    return public._made(page, token).plain.decode()


# -- What is on it ---------------------------------------------------------------------------------


def test_a_listening_page_asks_for_nothing_and_leaves_nothing(
    client: Client, clip: Clip, member: User, django_assert_num_queries: Any
) -> None:
    _, token = shared(clip, member)
    opened(client, token)
    with django_assert_num_queries(3):  # the link, its songs, their files; that it was used stands there now
        found = opened(client, token)
    assert found.status_code == 200
    assert found.cookies.output() == ""
    assert found["Vary"] == "Accept-Encoding"
    expected = {
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow, noarchive",
    }
    assert {name: found.get(name) for name in expected} == expected
    policy = {part.strip() for part in found["Content-Security-Policy"].split(";")}
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} <= policy
    assert not [part for part in policy if "unsafe" in part or "http" in part or "*" in part]


def test_only_a_public_link_may_be_listed(client: Client, clip: Clip, member: User) -> None:
    _, token = shared(clip, member, is_public=True)
    assert opened(client, token)["X-Robots-Tag"] == "all"
    _, locked = shared(clip, member, is_public=True, password="a secret of theirs")
    assert "noindex" in opened(client, locked)["X-Robots-Tag"]
    client.post(reverse("public_unlock", args=[locked]), {"password": "a secret of theirs"})
    assert clip.title in (page := opened(client, locked)).content.decode()
    assert "noindex" in page["X-Robots-Tag"]


def test_only_facts_of_the_page_are_on_it(client: Client, clip: Clip, member: User) -> None:
    """Whatever a page of other facts does not say as well must be one of these facts. That other one is made
    of no database, so that it can't know anything of the team."""
    hidden = told(clip)
    share, token = shared(clip, member, downloads=True, label="LABEL-CANARY", recipient="RECIPIENT-CANARY")
    clip.refresh_from_db()
    page = share_pages.page_of(share)
    html = opened(client, token).content.decode()
    one = page.songs[0]
    strange = Seen(html).values - Seen(drawn(page_of(song_of(lines=one.lines[:0])))).values
    facts = {one.title, *(line.text for line in one.lines), one.handle, token}
    left = {each for each in strange if not any(fact in each for fact in facts)}
    spans = {each for each in left if each.replace("-", "").replace(".", "").replace(" ", "").isdecimal()}
    drawing = {each for each in left if each.startswith("M.5 50")}
    clock = {each for each in left if each in (f"0:0{round(one.duration)}", f"PT{round(one.duration)}S")}
    size = {each for each in left if each.endswith((" kB", " MB"))}
    assert left - spans - drawing - clock - size <= {"Lyrics with times as .lrc", "Lyrics", "lyrics"}
    assert [each for each in hidden if each in html] == []


def told(clip: Clip) -> list[str]:
    """All that the team knows beside it, in words that are nowhere else."""
    Clip.objects.filter(pk=clip.pk).update(
        notes="NOTES-CANARY",
        sound="SOUND-CANARY",
        model="MODEL-CANARY",
        upstream_id="UPSTREAM-CANARY",
        seed="SEED-CANARY",
        lyrics=LYRICS,
    )
    lines = [{"line": 1, "text": "The river runs", "start": 0.5, "end": 1.25}]
    Timing.objects.update_or_create(clip=clip, defaults={"lines": lines, "source": "hand"})
    clip.project.name = "PROJECT-CANARY"
    clip.project.save()
    people = [clip.created_by.email, clip.created_by.name, clip.project.owner.name]
    assets = [each.name for each in clip.assets.all()] + [each.sha256 for each in clip.assets.all()]
    return [*people, *assets, "CANARY", f"clips/{clip.pk}", "sandbox", str(clip.stack), clip.task.operation]  # type: ignore[union-attr]


@pytest.mark.same_anywhere
@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_wrote_stays_text(text: str) -> None:
    """The page is built as with other words, and says these."""
    tame = page_of(song_of(title="Tame", lines=(Line("Tame"), Line("Tame", ((1, 2),)))), title="Tame")
    wild = page_of(song_of(title=text, lines=(Line(text), Line(text, ((1, 2),)))), title=text)
    assert Seen(drawn(wild)).shape == Seen(drawn(tame)).shape
    assert text in Seen(drawn(wild)).values


def test_it_changes_with_the_song(client: Client, clip: Clip, member: User) -> None:
    """Although it is made once."""
    _, token = shared(clip, member)
    public._made.cache_clear()
    for _ in range(3):
        assert clip.title in opened(client, token).content.decode()
    assert public._made.cache_info().misses == 1
    Clip.objects.filter(pk=clip.pk).update(title="Other words")
    assert "Other words" in opened(client, token).content.decode()
    Clip.objects.filter(pk=clip.pk).update(binned_at=timezone.now(), binned_by=member)
    assert "Other words" not in (gone := opened(client, token).content.decode())
    assert "not here any more" in gone


@pytest.mark.parametrize(("accepted", "encoding"), [("gzip, br", "br"), ("gzip", "gzip"), ("", None)])
def test_it_is_sent_packed(client: Client, clip: Clip, member: User, accepted: str, encoding: Any) -> None:
    _, token = shared(clip, member)
    found = client.get(reverse("public", args=[token]), headers={"Accept-Encoding": accepted})
    assert found.get("Content-Encoding") == encoding
    assert len(found.content) == int(found["Content-Length"])
    assert (b"<!doctype html>" in found.content) == (encoding is None)


# -- Several songs ---------------------------------------------------------------------------------


@pytest.fixture
def many(clip: Clip, member: User) -> Callable[[int], Playlist]:
    """A playlist of so many songs, which are all alike."""

    def made(count: int) -> Playlist:
        playlist = playlists.create(project=clip.project, name=f"{count} of them", by=member)
        facts = {
            "project": clip.project,
            "created_by": member,
            "duration": 3.0,
            "loudness": -14,
            "true_peak": -1,
        }
        new = [Clip(title=f"Song {n}", peaks=bytes(600), lyrics=LYRICS, **facts) for n in range(count)]
        rows = Clip.objects.bulk_create(new)
        entries = playlist.entries.model
        entries.objects.bulk_create(
            [entries(playlist=playlist, clip=row, position=count - n) for n, row in enumerate(rows)]
        )
        return playlist

    return made


def share_of(playlist: Playlist, by: User) -> str:
    thing = {"playlist": playlist}
    given = {"kind": Share.Kind.PLAYLIST, "thing": thing, "label": "x", "expires_at": None}
    return shares.create(project=playlist.project, by=by, **given)[1]  # type: ignore[arg-type]


def test_a_long_list_costs_no_more_queries(
    client: Client, many: Any, member: User, django_assert_num_queries: Any
) -> None:
    tokens = [share_of(many(count), member) for count in (20, 500)]
    for token in tokens:
        opened(client, token)
        with django_assert_num_queries(
            6
        ):  # the link, its songs, their order, their files, one's words, the name
            page = opened(client, token).content.decode()
        assert page.count('<article class="song"') == 1
    assert page.count('class="row"') == 499
    assert len(brotli.compress(page.encode(), quality=6)) < 60_000


@pytest.mark.same_anywhere
@pytest.mark.parametrize("count", [1, 3, 20])
def test_headings_follow_one_another(count: int) -> None:
    songs = [song_of(handle=f"{n:016x}") for n in range(count)]
    page = page_of(*songs, kind="playlist", opened=songs[0].handle if count > 12 else "")
    levels = [int(tag[1]) for tag, *_ in Seen(drawn(page)).shape if re.fullmatch("h[1-6]", tag)]
    assert levels == ([1, 2] if count == 1 else [1] + [2, 3] * (3 if count == 3 else 1))


def test_songs_stand_in_their_order_and_open_in_their_place(client: Client, many: Any, member: User) -> None:
    short = opened(client, share_of(many(3), member)).content.decode()
    titles = [each for each in ("Song 0", "Song 1", "Song 2") if f">{each}</h2>" in short]
    assert sorted(titles, key=lambda title: short.index(f">{title}</h2>")) == ["Song 2", "Song 1", "Song 0"]
    token = share_of(many(20), member)
    share = shares.open_with(token)
    assert share
    third = share_pages.page_of(share).songs[2]
    page = opened(client, token, f"?song={third.handle}").content.decode()
    assert f'<article class="song" id="song-{third.handle}"' in page
    assert page.index(">Song 18</a>") < page.index(">Song 17</h2>") < page.index(">Song 16</a>")


def test_the_page_shows_what_the_link_lists(clip: Clip, member: User, many: Any) -> None:
    """In the order that others of the house give it."""
    share = shares.open_with(share_of(many(5), member))
    assert share
    titles = [each.title for each in shares.clips_of(share)]
    assert (
        [each.title for each in share_pages.page_of(share).songs]
        == titles
        == [f"Song {n}" for n in (4, 3, 2, 1, 0)]
    )


# -- How much is sent ------------------------------------------------------------------------------

LOADED = ("css/tokens.css", "css/base.css", "css/share.css", "img/icons.svg", "img/favicon.svg")
BUDGET = 60 * 1024


@pytest.mark.same_anywhere
def test_it_is_small_and_comes_at_once() -> None:
    """HTML, then everything that it names: no style sheet and no script asks for another."""
    lines = tuple(Line(f"And line {n} of the words that somebody sings", ((n, n + 1.0),)) for n in range(60))
    made = public._made(page_of(song_of(lines=lines, peaks=bytes(range(200)) * 3)), "t" * 43)
    values = Seen(made.plain.decode()).values
    named = {each.partition("#")[0] for each in values if each.startswith(studio.STATIC_URL)}
    assert len(named) < 12
    static = Path(studio.BASE_DIR) / "static"
    scripts = [path for path in static.glob("js/*.js") if any(f"/{path.stem}." in each for each in named)]
    assert {path.name for path in scripts} >= {"player.js", "playing.js", "follow.js", "public.js"}
    sent = [made.br, *(brotli.compress((static / name).read_bytes()) for name in LOADED)]
    sent += [brotli.compress(path.read_bytes()) for path in scripts]
    assert sum(map(len, sent)) < BUDGET
    for path in (*scripts, *(static / name for name in LOADED)):
        assert not any(word in path.read_text() for word in ("import ", "import(", "@import"))
