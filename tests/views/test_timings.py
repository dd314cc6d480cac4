"""The times of lines: beside the song, on the page where people set them, and in files to take along."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import Clip, Project, Timing
from studio.services import timings
from studio.services.timings import Source
from tests.songs import song
from tests.views.test_pages import queries

LYRICS = "[Verse]\nStreetlights hum\n<script>alert(1)</script>\n[Chorus]\nBlue, blue night"
WORDS = [
    ("Streetlights", 1.0, 1.5),
    ("hum", 1.5, 2.345),
    ("Blue", 5.0, 5.5),
    ("blue", 5.5, 6.0),
    ("night", 6.0, 7.0),
]
TEXT = """[Verse]
[00:01.00] Streetlights hum
[00:02.35] <script>alert(1)</script>
[Chorus]
[00:05.00] Blue, blue night"""


@pytest.fixture
def clip(project: Project) -> Clip:
    return song(project, lyrics=LYRICS)


def page(clip: Clip) -> str:
    return reverse("clip", args=[clip.pk])


def timing(clip: Clip) -> str:
    return reverse("clip_timing", args=[clip.pk])


def file(clip: Clip, ending: str) -> str:
    return reverse("clip_lyrics", args=[clip.pk, ending])


def lyrics_of(client: Client, clip: Clip) -> str:
    text = client.get(page(clip)).content.decode()
    return text[text.index('aria-labelledby="lyrics"') :].partition("</section>")[0]


def fields(client: Client, clip: Clip, **changes: Any) -> dict[str, Any]:
    """The form as it is shown, with what is changed."""
    form = client.get(timing(clip)).context["form"]
    return {"lrc": form["lrc"].value(), "before": form["before"].value(), **changes}


def known(clip: Clip) -> list[tuple[int | None, float]]:
    return [(line.line, line.start) for line in timings.lines_of(timings.of(clip))]


# -- Beside the song -------------------------------------------------------------------------------


def test_lines_with_times_say_so_and_all_are_text(mara: Client, clip: Clip) -> None:
    shown = lyrics_of(mara, clip)
    assert "data-sung" not in shown
    assert "Set the times" in shown
    timings.keep_words(clip, WORDS)
    shown = lyrics_of(mara, clip)
    assert '<span data-sung="5.000-7.000 ">Blue, blue night</span>' in shown
    assert "come from the provider" in shown
    assert "Change the times" in shown
    assert "<script" not in shown.replace("js/follow", "")
    bare = re.sub("<[^>]*>", "", shown[shown.index("<div") : shown.index("</div>")])
    assert bare == LYRICS.replace("<", "&lt;").replace(">", "&gt;")


def test_who_set_them_is_named(mara: Client, clip: Clip, editor: User) -> None:
    for source, words in (
        (Source.HAND, "Edda Editor set the times"),
        (Source.FILE, "that Edda Editor brought"),
    ):
        Timing.objects.all().delete()
        timings.keep_words(clip, WORDS)
        lines = timings.lines_of(timings.of(clip))[:1]
        timings.write(clip, lines, by=editor, source=source, before=timings.version_of(timings.of(clip)))
        assert words in lyrics_of(mara, clip)


def test_a_viewer_reads_and_takes_them_along_and_is_told_why_not_more(
    as_: Callable[[User | None], Client], viewer: User, clip: Clip
) -> None:
    timings.keep_words(clip, WORDS)
    vito = as_(viewer)
    shown = lyrics_of(vito, clip)
    assert "You may look at this project, not change it." in shown
    assert timing(clip) not in shown
    assert vito.get(file(clip, "lrc")).status_code == 200
    assert vito.get(timing(clip)).status_code == 403


def test_five_thousand_lines_cost_as_many_queries_as_none(mara: Client, clip: Clip) -> None:
    few = queries(mara, page(clip))
    Clip.objects.filter(pk=clip.pk).update(lyrics="\n".join(f"line {n}" for n in range(2000)))
    rows = [{"line": n, "text": f"line {n}", "start": n / 100, "end": n / 100} for n in range(2000)]
    Timing.objects.create(clip=clip, lines=rows, source=Source.PROVIDER)
    assert queries(mara, page(clip)) == few


# -- Setting them ----------------------------------------------------------------------------------


def test_the_text_shows_what_is_known_and_keeps_what_is_changed(
    mara: Client, clip: Clip, member: User
) -> None:
    timings.keep_words(clip, WORDS)
    shown = fields(mara, clip)
    assert shown["lrc"] == TEXT
    mara.post(timing(clip), shown)
    assert timings.of(clip).source == Source.PROVIDER  # nothing was changed: neither are they
    text = TEXT.replace("[00:02.35] ", "[00:03.50]").replace("\n", "\r\n")
    answer = mara.post(timing(clip), {**shown, "lrc": text})
    assert (answer.status_code, answer["Location"]) == (302, page(clip))
    assert known(clip) == [(1, 1.0), (2, 3.5), (4, 5.0)]
    assert (timings.of(clip).source, timings.of(clip).changed_by) == (Source.HAND, member)


def test_a_file_is_taken_instead_of_the_text(mara: Client, clip: Clip) -> None:
    content = "\ufeff[ti:Blue]\r\n[offset:-500]\r\n[00:01.00][00:40.00]blue, BLUE night\r\n[00:02]Ooh".encode(
        "utf-16"
    )
    mara.post(timing(clip), fields(mara, clip, file=SimpleUploadedFile("blue.lrc", content)))
    assert timings.of(clip).source == Source.FILE
    assert known(clip) == [(None, 1.5), (None, 2.5), (4, 40.5)]
    assert '<span data-sung="2.500-' in lyrics_of(
        mara, clip
    )  # what the lyrics have not is shown where it is sung
    assert '<span data-sung="1.500-2.500 40.500-44.500 ">Blue, blue night</span>' in lyrics_of(mara, clip)


@pytest.mark.parametrize(
    ("field", "sent", "sentence"),
    [
        ("lrc", "[0:01]" * 1_000 + "la " * 1_000, "This text is too long for a song."),
        ("lrc", "Streetlights hum", "This text has no times such as [00:12.30]."),
        ("lrc", "[02:00.00] Streetlights hum", "begins at 2:00, and the song ends at 1:40."),
        ("lrc", "\x00[00:01.00] hum", "invisible control character"),
        ("lrc", "[00:01.00] " + "x" * 100_000, "at most 100000 go in"),
        ("file", b"no times", "This file has no times such as [00:12.30]."),
        ("file", b"\0\1\2" * 9, "can&#x27;t be read as text"),
        ("file", b"", "This file is empty"),
        ("file", b"x" * 250_000, "This file has 250 kB; times have at most 200 kB."),
    ],
)
def test_what_makes_no_sense_is_refused_in_words_and_kept(
    mara: Client, clip: Clip, field: str, sent: Any, sentence: str
) -> None:
    typed = {"lrc": "[00:09.00] typed before"} if field == "file" else {}
    value = SimpleUploadedFile("times.lrc", sent) if field == "file" else sent
    answer = mara.post(timing(clip), fields(mara, clip, **typed, **{field: value}))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in text[text.index(f'id="id_{field}_error"') :].partition("</p>")[0]
    assert ("typed before" if field == "file" else sent[-20:].strip("\x00")) in text
    assert timings.of(clip) is None


def test_two_people_at_once_lose_nothing(mara: Client, clip: Clip, editor: User) -> None:
    mine = fields(mara, clip, lrc="[00:09.00] Streetlights hum")
    theirs = [timings.Line(1, "Streetlights hum", 4.0, 5.0)]
    timings.write(clip, theirs, by=editor, source=Source.HAND, before="")
    answer = mara.post(timing(clip), mine)
    assert answer.status_code == 422
    form = answer.context["form"]
    assert "Somebody saved other times meanwhile" in form.errors["lrc"][0]
    assert form["lrc"].value() == mine["lrc"]
    assert known(clip) == [(1, 4.0)]
    mara.post(timing(clip), {"lrc": form["lrc"].value(), "before": form["before"].value()})
    assert known(clip) == [(1, 9.0)]


def test_times_that_are_taken_out_of_the_text_are_removed(mara: Client, clip: Clip, editor: User) -> None:
    timings.keep_words(clip, WORDS)
    shown = fields(mara, clip, lrc=LYRICS)
    assert "the times are removed" in mara.get(timing(clip)).content.decode()
    for slip in (f"[1.02] {LYRICS}", LYRICS.replace("\n", "\n00:12 ")):
        mistyped = mara.post(timing(clip), {**shown, "lrc": slip})
        assert "This text has no times" in mistyped.content.decode()
    theirs = [timings.Line(1, "Streetlights hum", 4.0, 5.0)]
    timings.write(clip, theirs, by=editor, source=Source.HAND, before=shown["before"])
    refused = mara.post(timing(clip), shown)
    assert "Somebody saved other times meanwhile" in refused.context["form"].errors["lrc"][0]
    assert known(clip) == [(1, 4.0)]
    again = {name: refused.context["form"][name].value() for name in ("lrc", "before")}
    assert "The times are removed." in mara.post(timing(clip), again, follow=True).content.decode()
    assert timings.of(clip) is None
    late = mara.post(timing(clip), {"lrc": TEXT, "before": again["before"]})
    assert "Somebody removed the times meanwhile" in late.context["form"].errors["lrc"][0]


# -- Files -----------------------------------------------------------------------------------------


def sent(client: Client, clip: Clip, ending: str) -> tuple[str, str, str]:
    """Name, type and text of a download."""
    answer = client.get(file(clip, ending))
    assert answer.status_code == 200
    found = re.fullmatch("attachment; filename(?:=\"(.*)\"|\\*=utf-8''(.*))", answer["Content-Disposition"])
    assert found
    return unquote(found[1] or found[2]), answer["Content-Type"], b"".join(answer).decode()


def test_the_words_are_taken_along_in_three_ways(mara: Client, clip: Clip) -> None:
    timings.keep_words(clip, WORDS)
    plain = "text/plain; charset=utf-8"
    assert sent(mara, clip, "txt") == ("Blue night.txt", plain, LYRICS)
    name, kind, text = sent(mara, clip, "lrc")
    assert (name, kind) == ("Blue night.lrc", plain)
    assert text.endswith("[00:05.00]Blue, blue night\n[00:07.00]\n")
    name, kind, text = sent(mara, clip, "srt")
    assert (name, kind) == ("Blue night.srt", "application/x-subrip; charset=utf-8")
    assert "00:00:05,000 --> 00:00:07,000\nBlue, blue night\n" in text


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ('A/B: 1. "live"]<b>', "A_B_ 1. _live_]_b_"),
        ("\u202eевil\r\nX: 1", "евilX_ 1"),
        ("..", "file"),
        ("Rain on the roof " * 11, ("Rain on the roof " * 11)[:120].strip()),
    ],
)
def test_whatever_the_title_is_the_file_has_a_name_and_its_text_is_whole(
    mara: Client, clip: Clip, title: str, name: str
) -> None:
    timings.keep_words(clip, WORDS)
    before = sent(mara, clip, "lrc")[2].splitlines()
    Clip.objects.filter(pk=clip.pk).update(title=title)
    found, _, text = sent(mara, clip, "lrc")
    assert found == f"{name}.lrc"
    assert text.splitlines()[1:] == before[1:]


def test_what_is_not_known_is_no_file(mara: Client, clip: Clip) -> None:
    assert [mara.get(file(clip, each)).status_code for each in ("txt", "lrc", "srt", "exe")] == [
        200,
        404,
        404,
        404,
    ]
    assert f'href="{file(clip, "lrc")}"' not in lyrics_of(mara, clip)
    Clip.objects.filter(pk=clip.pk).update(lyrics="")
    assert mara.get(file(clip, "txt")).status_code == 404
    assert f'href="{file(clip, "txt")}"' not in lyrics_of(mara, clip)
