"""Handing over a final song: its files, which say of themselves what is known of it, alone or in one zip.

The recordings are copies beside the song's own, so that those stay what was archived. A worker makes all of
them in one go. They belong to the moment at which the take became final: made final anew, it needs new ones.
"""

import logging
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from stream_zip import ZIP_AUTO, MemberFile, stream_zip

from accounts.models import User
from studio.errors import Refusal
from studio.models import Asset, Clip, Conversion
from studio.services import conversions, media, providers, timings, zips
from studio.services.conversions import DELIVERY
from studio.services.results import Copy
from studio.services.zip_names import safe
from studio.text.timing import write_lrc

log = logging.getLogger(__name__)

Kind = Asset.Kind
FORMATS = ("wav", "mp3", "flac")
AS_IT_CAME = "m4a"  # besides these, where the provider's own file is one
NOT_FINAL = "Only a final take is handed over."
FOLDER = "clips/handover"
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
GENERATED = ("create_music", "extend_music", "replace_music", "cover_music", "download")


@dataclass(frozen=True)
class HandedOver:
    """One file of a final take. `name` stands in addresses: a format, "cover", "stem-1"; `title` is shown."""

    name: str
    title: str
    content_type: str
    asset: Asset


@dataclass(frozen=True)
class Parcel:
    """What a worker makes: of each format the stored file to make it from, and what all of them tell."""

    clip_id: int
    final_at: datetime
    sources: tuple[tuple[str, str], ...]
    tags: Mapping[str, str]


# -- What there is ---------------------------------------------------------------------------------


def formats_of(clip: Clip) -> tuple[str, ...]:
    """In which formats it is handed over; none without a recording."""
    if clip.master is None:
        return ()
    return (*FORMATS, AS_IT_CAME) if clip.master.extension == AS_IT_CAME else FORMATS


def recordings_of(clip: Clip) -> dict[str, Asset]:
    """The files that were made for handing over what is final now, by format. Walks the prefetched assets."""
    if clip.final_at is None:
        return {}
    made = [asset for asset in clip.assets.all() if asset.kind == DELIVERY]
    return {asset.label: asset for asset in made if asset.name.startswith(_begin(clip.pk, clip.final_at))}


def files_of(clip: Clip) -> tuple[HandedOver, ...]:
    """Every file of a final take that is there; none of any other. Walks the prefetched assets."""
    if clip.final_at is None:
        return ()
    made = recordings_of(clip)
    found = [(name, name.upper(), made[name]) for name in formats_of(clip) if name in made]
    found += [("cover", "Cover", clip.cover)] if clip.cover else []
    stems = sorted(
        (asset for asset in clip.assets.all() if asset.kind == Kind.STEM), key=lambda each: each.pk
    )
    found += [(f"stem-{n}", f"Stem: {each.label or n}", each) for n, each in enumerate(stems, 1)]
    return tuple(HandedOver(name, title, asset.content_type, asset) for name, title, asset in found)


def filename(clip: Clip, handed: HandedOver) -> str:
    """ "Blue night.wav", "Blue night - drums.wav", "Blue night - cover.jpg"."""
    own: dict[str, str] = {Kind.COVER: "cover", Kind.STEM: handed.asset.label or handed.name}
    which = own.get(handed.asset.kind)
    stem = f"{clip.title} - {which}" if which else clip.title
    return f"{stem}.{handed.asset.extension}"


def asked(clip: Clip) -> Conversion | None:
    """The making of the files, while it waits, goes on, or was given up."""
    return Conversion.objects.filter(clip=clip, kind=DELIVERY).first()


def disclosure(clip: Clip) -> str:
    """What has to be said of where the sound came from."""
    if clip.operation not in GENERATED:
        return "This recording was brought from a file; it was not generated here."
    by = ", ".join(part for part in (providers.named(clip.provider).label, clip.model) if part)
    return f"This recording was generated with artificial intelligence ({by})."


def tags_of(clip: Clip) -> dict[str, str]:
    """What its files say of themselves. The artist is the team's affair, and nobody told us."""
    return {
        "title": clip.title,
        "comment": disclosure(clip),
        "encoded_by": "Studio",
        "date": f"{timezone.localtime(clip.created_at):%Y-%m-%d}",
        "lyrics": clip.lyrics.strip(),
    }


# -- Making the files ------------------------------------------------------------------------------


@transaction.atomic
def prepare(clip: Clip) -> None:
    """Have the files made that are not there; asking twice is asking once. Raises Refusal of what is not
    final, quotas.Full."""
    if clip.final_at is None:
        raise Refusal(NOT_FINAL)
    if set(formats_of(clip)) - set(recordings_of(clip)):
        conversions.begin(clip, DELIVERY)


def parcel(clip_id: int) -> Parcel | None:
    """What is to be made; None when it was reopened meanwhile. Removes what was made for an earlier end."""
    clip = Clip.objects.prefetch_related("assets").get(pk=clip_id)
    forget(clip)
    if clip.final_at is None or clip.master is None:
        return None
    audio = (Kind.MASTER, *conversions.KINDS)
    own = {
        asset.extension: asset.name for asset in clip.assets.all() if asset.kind in audio and not asset.label
    }
    best = own.get("wav") or own.get("flac") or clip.master.name  # what has lost least
    sources = tuple((name, own.get(name, best)) for name in formats_of(clip))
    return Parcel(clip.pk, clip.final_at, sources, tags_of(clip))


def keep(conversion_id: int, made: Parcel, copies: Sequence[Copy]) -> None:
    """Put the new files beside the others, and forget that they were asked for. Raises OSError.

    `copies` carry their format as label. Reopened meanwhile: none is kept.
    """
    names = {
        copy.label: f"{_begin(made.clip_id, made.final_at)}{copy.sha256[:16]}.{copy.extension}"
        for copy in copies
    }
    for copy in copies:
        media.keep(copy.path, names[copy.label])
    if not _record(conversion_id, made, copies, names):
        for name in names.values():
            media.remove(name)


@transaction.atomic
def _record(conversion_id: int, made: Parcel, copies: Sequence[Copy], names: Mapping[str, str]) -> bool:
    final_at = (
        Clip.objects.select_for_update(of=("self",)).values_list("final_at", flat=True).get(pk=made.clip_id)
    )
    if final_at != made.final_at:
        return False  # when it is final anew, the job that was asked for then makes them
    for copy in copies:
        facts = {"content_type": copy.content_type, "size": copy.size, "sha256": copy.sha256}
        facts["name"] = names[copy.label]
        Asset.objects.update_or_create(clip_id=made.clip_id, kind=DELIVERY, label=copy.label, defaults=facts)
    Conversion.objects.filter(pk=conversion_id).delete()
    return True


def forget(clip: Clip) -> None:
    """Take away what was made for an earlier end, each file before its row. What can't be removed now goes
    before the next is made."""
    final_at = Clip.objects.values_list("final_at", flat=True).get(pk=clip.pk)
    if final_at is None:
        Conversion.objects.filter(clip=clip, kind=DELIVERY).delete()
    for asset in Asset.objects.filter(clip=clip, kind=DELIVERY):
        if final_at and asset.name.startswith(_begin(clip.pk, final_at)):
            continue
        try:
            media.remove(asset.name)
        except OSError:
            log.exception("clip %s: %s can't be removed now", clip.pk, asset.name)
            return
        asset.delete()


def _begin(clip_id: int, final_at: datetime) -> str:
    """How the names of files begin that belong to this end of the song."""
    return f"{FOLDER}/{clip_id}-{(final_at - EPOCH) // MICROSECOND}-"


# -- Everything in one zip -------------------------------------------------------------------------


def stream(user: User, clip: Clip, sheet: Mapping[str, bytes]) -> Generator[bytes, None, None]:
    """The bytes of the zip. `sheet` are the files of the sheet about the song, by name.

    Raises OSError when a file breaks after it was found whole: the archive ends there and cannot be opened.
    """
    yield from stream_zip(
        _Archive(user, clip, sheet).members(), chunk_size=zips.BLOCK_BYTES, extended_timestamps=False
    )


class _Archive(zips.Archive):
    def __init__(self, user: User, clip: Clip, sheet: Mapping[str, bytes]) -> None:
        super().__init__(user, [clip.pk], [])
        self.clip, self.sheet = clip, sheet

    def members(self) -> Iterator[MemberFile]:
        """The files of the song, its words, the sheet, what is missing."""
        now = timezone.localtime()
        for handed in files_of(self.clip):
            folder = "stems/" if handed.asset.kind == Kind.STEM else ""
            stem, _, ending = filename(self.clip, handed).rpartition(".")
            yield from self._stored(self.names.free(f"{folder}{safe(stem)}", f".{ending}"), handed.asset)
        for name, content in {**self._words(), **self.sheet}.items():
            yield name, now, zips.MODE, ZIP_AUTO(zips.LARGEST_TEXT, level=6), (content,)
        if self.missing:
            yield zips.MISSING, now, zips.MODE, ZIP_AUTO(zips.LARGEST_TEXT, level=6), self._list()

    def _stored(self, path: str, asset: Asset) -> Iterator[MemberFile]:
        file = zips.File(*(getattr(asset, name) for name in zips.File._fields))
        try:
            method = self._method(file.size, zips.checksum_of(file))
        except zips.Broken as broken:
            self.missing.append(f"{path}: {broken}")
            return
        yield path, timezone.localtime(self.clip.created_at), zips.MODE, method, zips.blocks_of(file)

    def _words(self) -> dict[str, bytes]:
        lines = timings.lines_of(timings.of(self.clip))
        words = {
            "lyrics.txt": self.clip.lyrics,
            "lyrics.lrc": write_lrc(lines, self.clip.title) if lines else "",
        }
        return {name: text.encode() for name, text in words.items() if text.strip()}
