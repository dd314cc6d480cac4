"""A zip of many songs, made while it is sent: neither memory nor disk ever holds it.

Each file is read twice: first to prove that it is whole and to learn its checksum, then to be sent. So its
size and checksum stand before its bytes, which every program can open; and a file that is broken is left out
and named in missing.txt instead of spoiling the archive.
"""

import hashlib
import zlib
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone
from stream_zip import NO_COMPRESSION_32, NO_COMPRESSION_64, ZIP_AUTO, MemberFile, Method, stream_zip

from accounts.models import User
from studio.errors import Refusal
from studio.models import Asset, Clip, Conversion, Project
from studio.services import conversions, media, quotas, zip_sheet
from studio.services.zip_names import Names, safe

Kind = Asset.Kind
MOST = 5000  # songs of one zip
FORMATS = {
    Kind.MASTER: "As it came",
    Kind.MP3: "MP3",
    Kind.WAV: "WAV",
    Kind.FLAC: "FLAC",
    Kind.STEM: "Stems",
    Kind.COVER: "Covers",
    Kind.VIDEO: "Videos",
}
AUDIO = (Kind.MASTER, *conversions.KINDS)
SEVERAL = (Kind.STEM, Kind.VIDEO)  # of which a song may have more than one
AT_ONCE = 500  # songs read from the database; rights are asked again for each such batch
BLOCK_BYTES = 1 << 18
MODE, FOLDER_MODE = 0o100644, 0o040755
SHEET, MISSING = "songs.csv", "missing.txt"
# Where sizes, places and counts no longer fit the old format. Headers count for a little each.
ZIP32_BYTES, ZIP32_FILES, HEADERS = 0xFFF00000, 60_000, 1000
LARGEST_TEXT = 1 << 30


class File(NamedTuple):
    """What is needed of an `Asset`, for ten thousands of them."""

    clip_id: int
    kind: str
    label: str
    name: str
    size: int
    sha256: str

    @property
    def extension(self) -> str:
        return self.name.rpartition(".")[2]


def files_of(clips: QuerySet[Clip]) -> dict[int, list[File]]:
    """All files of these clips by the clip's id, in one query."""
    found: dict[int, list[File]] = {}
    rows = Asset.objects.filter(clip__in=clips).order_by("pk").values_list(*File._fields)
    for file in map(File._make, rows):
        found.setdefault(file.clip_id, []).append(file)
    return found


def chosen(files: Sequence[File], formats: Iterable[str]) -> list[File]:
    """The files of one song in these formats. An mp3 that is the song's own recording is its mp3, too."""
    own = {file.kind: file for file in files if not file.label}
    master = own.get(Kind.MASTER)
    found: list[File] = []
    for name in formats:
        if name in SEVERAL:
            found += [file for file in files if file.kind == name]
        elif name in own:
            found.append(own[name])
        elif name in AUDIO and master and master.extension == name:
            found.append(master)
    return list(dict.fromkeys(found))


# -- What there is ---------------------------------------------------------------------------------


@dataclass
class Part:
    """One format: how many of the songs have it, and how many could and will."""

    name: str
    label: str
    songs: int = 0
    size: int = 0  # bytes
    lacking: int = 0  # songs whose file in this format can be made
    making: int = 0  # of those: asked for
    given_up: int = 0

    @property
    def to_make(self) -> int:
        return self.lacking - self.making


@dataclass
class Tally:
    """What a zip of these songs would hold."""

    songs: int
    formats: tuple[str, ...]
    parts: list[Part] = field(default_factory=list)
    files: int = 0
    size: int = 0  # bytes

    @property
    def is_too_many(self) -> bool:
        return self.songs > MOST

    @property
    def wanted(self) -> list[Part]:
        return [part for part in self.parts if part.name in self.formats]

    @property
    def is_making(self) -> bool:
        return any(part.making for part in self.wanted)

    @property
    def kinds_to_make(self) -> list[str]:
        return [part.name for part in self.wanted if part.to_make]


def tally(clips: QuerySet[Clip], formats: Sequence[str]) -> Tally:
    """Count songs and files: always in the same number of queries. Of too many songs only their number."""
    found = Tally(clips.order_by().count(), tuple(formats))
    if found.is_too_many:
        return found
    parts = {name: Part(name, label) for name, label in FORMATS.items()}
    for files in files_of(clips).values():
        for name, part in parts.items():
            these = chosen(files, [name])
            part.songs += bool(these)
            part.size += sum(file.size for file in these)
            part.lacking += not these and name in conversions.KINDS and bool(chosen(files, [Kind.MASTER]))
        all_of_it = chosen(files, formats)
        found.files += len(all_of_it)
        found.size += sum(file.size for file in all_of_it)
    asked = Conversion.objects.filter(clip__in=clips, kind__in=conversions.KINDS)
    for kind, problem in asked.values_list("kind", "problem"):
        parts[Kind(kind)].making += not problem
        parts[Kind(kind)].given_up += bool(problem)
    found.parts = list(parts.values())
    return found


def make_missing(clips: QuerySet[Clip], formats: Iterable[str]) -> None:
    """Have every file made that these songs lack in the formats. Costs nothing, and takes its time.

    Raises Refusal of too many, quotas.Full when one of their projects has no room.
    """
    if clips.order_by().count() > MOST:
        raise Refusal(f"Files are made of at most {MOST:,} songs at once. Narrow the list down.")
    for project in Project.objects.filter(clips__in=clips).distinct():
        quotas.check(project)
    wanted = [name for name in formats if name in conversions.KINDS]
    lacking = [
        (clip_id, name)
        for clip_id, files in files_of(clips).items()
        for name in wanted
        if chosen(files, [Kind.MASTER]) and not chosen(files, [name])
    ]
    conversions.ask_all(lacking)


# -- The archive -----------------------------------------------------------------------------------


def stream(user: User, clip_ids: Sequence[int], formats: Sequence[str]) -> Generator[bytes, None, None]:
    """The bytes of the zip. What the person may no longer see when its turn comes is left out.

    Raises OSError when a file breaks after it was found whole: the archive ends there and cannot be opened.
    """
    members = Archive(user, clip_ids, formats).members()
    yield from stream_zip(members, chunk_size=BLOCK_BYTES, extended_timestamps=False)


class Broken(Exception):
    """A file that can't be put into the archive, and why."""


class Archive:  # `taken`: names of what else is put into the zip
    def __init__(self, user: User, clip_ids: Sequence[int], formats: Sequence[str], *taken: str) -> None:
        self.user = user
        self.clip_ids = clip_ids
        self.formats = formats
        self.names = Names(SHEET, MISSING, *taken)
        self.folders: set[str] = set()
        self.paths: dict[int, str] = {}  # of each song's first file, for the sheet
        self.missing: list[str] = []
        self.bytes = self.files = 0

    def members(self) -> Iterator[MemberFile]:
        """Songs, the sheet, what is missing. Raises OSError when a file breaks while it is sent."""
        gone = len(self.clip_ids)
        for clips in self._batches():
            files = files_of(clips)
            for clip in clips.defer("peaks", "sound", "lyrics", "notes"):
                gone -= 1
                yield from self._song(clip, files.get(clip.pk, ()))
        if gone:
            self.missing.append(f"{gone} of the songs: in the bin by now, or no longer open to you")
        now = timezone.localtime()
        yield SHEET, now, MODE, ZIP_AUTO(LARGEST_TEXT, level=6), zip_sheet.lines(self._rows())
        if self.missing:
            yield MISSING, now, MODE, ZIP_AUTO(LARGEST_TEXT, level=6), self._list()

    def _batches(self) -> Iterator[QuerySet[Clip]]:
        visible = Clip.objects.visible_to(self.user).kept().select_related("project", "task").order_by("pk")
        for start in range(0, len(self.clip_ids), AT_ONCE):
            yield visible.filter(pk__in=self.clip_ids[start : start + AT_ONCE])

    def _song(self, clip: Clip, files: Sequence[File]) -> Iterator[MemberFile]:
        folder = self.names.folder(clip.project_id, clip.project.name)
        if folder not in self.folders:
            # So that the first bytes are on their way before the first song is looked through.
            self.folders.add(folder)
            yield f"{folder}/", timezone.localtime(), FOLDER_MODE, self._method(0, 0), ()
        take = f" - take {clip.task.take}" if clip.task and clip.task.takes > 1 else ""
        song = self.names.free(f"{folder}/{safe(clip.title)}{take}")
        for name in self.formats:
            if name in AUDIO and not chosen(files, [name]):
                self.missing.append(f"{song}: there is no {FORMATS[Kind(name)]} of it")
        for file in chosen(files, self.formats):
            path = self.names.free(*_place(song, file))
            try:
                method = self._method(file.size, checksum_of(file))
            except Broken as broken:
                self.missing.append(f"{path}: {broken}")
                continue
            self.paths.setdefault(clip.pk, path)
            yield path, _when(clip), MODE, method, blocks_of(file)

    def _method(self, size: int, checksum: int) -> Method:
        """Audio does not shrink. The large format is for what needs it: old programs don't know it."""
        self.files += 1
        self.bytes += size + HEADERS
        fits = self.bytes < ZIP32_BYTES and self.files < ZIP32_FILES
        return (NO_COMPRESSION_32 if fits else NO_COMPRESSION_64)(size, checksum)

    def _rows(self) -> Iterator[tuple[Clip, str]]:
        for clips in self._batches():
            for clip in clips.select_related("created_by").prefetch_related("tags").defer("peaks", "notes"):
                yield clip, self.paths.get(clip.pk, "")

    def _list(self) -> Iterator[bytes]:
        yield b"These files are not in this zip:\r\n\r\n"
        for line in self.missing:
            yield f"{line}\r\n".encode()


def _place(song: str, file: File) -> tuple[str, str]:
    """Where a file of the song stands, and its ending."""
    ending = f".{file.extension}"
    if file.kind == Kind.STEM:
        return f"{song} - stems/{safe(file.label, 'Stem')}", ending
    if file.kind == Kind.VIDEO:
        return f"{song} - {safe(f'video {file.label}')}", ending
    return f"{song} - cover" if file.kind == Kind.COVER else song, ending


def _when(clip: Clip) -> datetime:
    return timezone.localtime(clip.created_at)


def checksum_of(file: File) -> int:
    """The CRC-32 of the stored file. Raises Broken when its bytes are not those that were kept."""
    digest, checksum = hashlib.sha256(), 0
    try:
        for block in blocks_of(file):
            digest.update(block)
            checksum = zlib.crc32(block, checksum)
    except FileNotFoundError as error:
        raise Broken("the file is gone from the studio's storage") from error
    except OSError as error:
        raise Broken("the studio's storage could not read it") from error
    if digest.hexdigest() != file.sha256:
        raise Broken("the stored file is damaged")
    return checksum


def blocks_of(file: File) -> Iterator[bytes]:
    """The bytes of a stored file, read as they are sent. Raises OSError."""
    left = file.size
    with closing(media.open_part(file.name, 0, file.size)) as source:
        while left:
            if not (block := source.read(min(BLOCK_BYTES, left))):
                raise OSError("The stored file is shorter than its row says.")
            left -= len(block)
            yield block
