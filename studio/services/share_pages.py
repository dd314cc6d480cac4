"""What a public page may show: these facts, and nothing else that the studio knows.

They are plain values without any id, so that equal facts make the same page, which is then made once.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.urls import reverse

from studio.models import Asset, Clip, Playlist, Share
from studio.services import handovers, shares, timings
from studio.services.handovers import HandedOver
from studio.text.following import along
from studio.text.timing import Line as Time
from studio.text.timing import write_lrc

WHOLE = (
    12  # songs that one page shows with waveform and words; of more it shows one whole, the others as rows
)
SHORT = (Share.Kind.CLIP, Share.Kind.STACK)  # of their songs everything is asked for at once
LIGHT = (
    "pk",
    "title",
    "duration",
    "picked",
    "approved_at",
    "final_at",
    "task__take",
    "task__comment__clip",
)
# The times as they are stored: they are parsed only when they are new.
HEAVY = ("lyrics", "peaks", Cast("timing__lines", TextField()))
SOUND, PICTURE = Asset.Kind.MASTER, Asset.Kind.COVER


@dataclass(frozen=True)
class Line:
    text: str
    spans: tuple[tuple[float, float], ...] = ()  # from when to when it is sung, in seconds


@dataclass(frozen=True)
class File:
    """What may be downloaded. `name` ends its address, `words` are its button's; `size` in bytes, or 0."""

    name: str
    words: str
    size: int = 0


@dataclass(frozen=True)
class Song:
    """One clip. `take` says which of several it is; `answers` is the handle of what its comment was about.

    `peaks` (as in Clip) and `lines` are empty on a song that stands as a row.
    """

    handle: str
    title: str
    duration: float  # seconds
    take: str
    answers: str
    picked: bool
    approved: bool
    final: bool
    has_audio: bool
    has_cover: bool
    peaks: bytes = b""
    lines: tuple[Line, ...] = ()
    files: tuple[File, ...] = ()

    @property
    def is_timed(self) -> bool:
        return any(line.spans for line in self.lines)


@dataclass(frozen=True)
class Page:
    title: str
    kind: str  # of Share.Kind
    songs: tuple[Song, ...]
    may_embed: bool
    is_public: bool
    may_comment: bool
    handover: bool
    opened: str = ""  # the handle of the song that is shown whole; "" where all are

    @property
    def whole(self) -> tuple[Song, ...]:
        return tuple(song for song in self.songs if self.opened in ("", song.handle))

    @property
    def first(self) -> Song | None:
        return next(iter(self.whole), None)


# -- The page --------------------------------------------------------------------------------------


def page_of(share: Share, opened: str = "") -> Page:
    """The facts of a link's page, in a fixed number of queries. Of a long list the song with the handle
    `opened` is shown whole, without one the first."""
    short = share.kind in SHORT
    rows = {row[0]: row for row in shares.rows_of(share, _all_of if short else _some_of)}
    order = shares.in_order(share, [(pk, row[6] or 0, row[7]) for pk, row in rows.items()])
    handles = {pk: share.handle(pk) for pk in order}
    whole = _whole(order, handles, opened)
    words = {pk: rows[pk][len(LIGHT) :] for pk in whole} if short else _words(whole)
    sizes, files = _sizes(share), _handed_over(share, whole)
    songs = tuple(
        _song(share, rows[pk][: len(LIGHT)], handles, sizes.get(pk, {}), words.get(pk), files.get(pk, ()))
        for pk in order
    )
    return Page(
        title=_title(share, songs),
        kind=share.kind,
        songs=songs,
        may_embed=share.may_embed,
        is_public=share.is_public,
        may_comment=share.may_comment,
        handover=share.handover,
        opened=handles[whole[0]] if len(order) > WHOLE else "",
    )


def _whole(order: list[int], handles: dict[int, str], opened: str) -> list[int]:
    if len(order) <= WHOLE:
        return order
    return [pk for pk in order if handles[pk] == opened] or order[:1]


def _words(pks: list[int]) -> dict[int, tuple[Any, ...]]:
    rows = Clip.objects.filter(pk__in=pks).values_list("pk", *HEAVY)
    return {row[0]: row[1:] for row in rows}


def _all_of(clips: QuerySet[Clip]) -> QuerySet[Any, Any]:
    return clips.values_list(*LIGHT, *HEAVY)


def _some_of(clips: QuerySet[Clip]) -> QuerySet[Any, Any]:
    return clips.values_list(*LIGHT)


def _sizes(share: Share) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for pk, kind, size in shares.rows_of(share, _files_of):
        found.setdefault(pk, {})[kind] = size
    return found


def _files_of(clips: QuerySet[Clip]) -> QuerySet[Any, Any]:
    kept = Asset.objects.filter(clip__in=clips.values("pk"), kind__in=(SOUND, PICTURE))
    return kept.values_list("clip", "kind", "size")


def _song(
    share: Share,
    row: tuple[Any, ...],
    handles: dict[int, str],
    sizes: dict[str, int],
    words: tuple[Any, ...] | None,
    handed_over: tuple[File, ...],
) -> Song:
    pk, title, duration, picked, approved, final, take, answered = row
    lyrics, peaks, times = words or ("", b"", "")
    times = times or ""
    return Song(
        handle=handles[pk],
        title=title,
        duration=duration,
        take=_take(share, take, answered),
        answers=handles.get(answered, ""),
        picked=picked,
        approved=approved is not None,
        final=final is not None,
        has_audio=SOUND in sizes,
        has_cover=PICTURE in sizes,
        peaks=bytes(peaks),
        lines=_lines(lyrics, times) if words else (),
        files=(*_plain_files(sizes.get(SOUND), lyrics, times), *handed_over) if share.downloads else (),
    )


def _take(share: Share, take: int | None, answered: int | None) -> str:
    if answered:
        return "New take"
    return f"Take {take}" if take and share.kind == Share.Kind.STACK else ""


def _title(share: Share, songs: tuple[Song, ...]) -> str:
    """Never the project's name, nor the link's label: those are the team's own."""
    if not songs:
        return "Nothing to hear"
    if share.kind == Share.Kind.PLAYLIST:
        return Playlist.objects.filter(shares=share).values_list("name", flat=True).first() or ""
    if share.kind == Share.Kind.PICKS and len(songs) > 1:
        return f"{len(songs)} songs"
    return songs[0].title


@lru_cache(maxsize=256)
def _lines(lyrics: str, times: str) -> tuple[Line, ...]:
    """The words with their times. What stands between lines of one text is looked for once."""
    if not lyrics and not times:
        return ()
    known = [Time(**line) for line in json.loads(times)] if times else []
    return tuple(Line(row.text, row.spans) for row in along(lyrics, known))


# -- Downloads -------------------------------------------------------------------------------------


def _plain_files(sound: int | None, lyrics: str, times: str) -> Iterable[File]:
    if sound:
        yield File("audio", "Download", sound)
    if lyrics:
        yield File("lyrics.txt", "Lyrics as .txt")
    if times not in ("", "[]"):
        yield File("lyrics.lrc", "Lyrics with times as .lrc")


def _handed_over(share: Share, pks: list[int]) -> dict[int, tuple[File, ...]]:
    if not share.handover:
        return {}
    finals = Clip.objects.filter(pk__in=pks, final_at__isnull=False).prefetch_related("assets")
    return {
        clip.pk: tuple(File(each.name, each.title, each.asset.size) for each in handed_over(share, clip))
        for clip in finals
    }


def handed_over(share: Share, clip: Clip) -> tuple[HandedOver, ...]:
    """All files of a final song, where the link hands them over. Walks the prefetched assets."""
    return handovers.files_of(clip) if share.handover else ()


def words_of(clip: Clip, name: str) -> str:
    """The lyrics as a file called "lyrics.txt", or with times "lyrics.lrc"; "" where there are none."""
    match name:
        case "lyrics.txt":
            return clip.lyrics
        case "lyrics.lrc":
            lines = timings.lines_of(timings.of(clip))
            return write_lrc(lines, clip.title) if lines else ""
    return ""


# -- Handles ---------------------------------------------------------------------------------------


def handles(share: Share) -> dict[str, int]:
    """What the public addresses call the songs that the link shows now, and which clips they are."""
    return {share.handle(pk): pk for pk in shares.visible(share).values_list("pk", flat=True)}


def pk_of(share: Share, handle: str) -> int | None:
    return handles(share).get(handle)


def clip_of(share: Share, handle: str) -> Clip | None:
    """The song of a public address, with its files; None for all that the link does not show now."""
    return Clip.objects.prefetch_related("assets").filter(pk=handles(share).get(handle, 0)).first()


def place(token: str, handle: str, key: object = "") -> str:
    """Where on the public page a song stands, or a comment on it."""
    return f"{reverse('public', args=[token])}?song={handle}#{f'c-{key}' if key else f'song-{handle}'}"
