"""The job of taking in a file from somebody's disk: look through all of it, measure it, keep it as it is."""

import os
import shutil
import uuid
from contextlib import AbstractContextManager
from pathlib import Path

from django.conf import settings

from studio import beats
from studio.audio.files import seal
from studio.audio.images import make_thumbnail
from studio.audio.loudness import measure
from studio.audio.media_types import MediaType
from studio.audio.peaks import waveform
from studio.audio.tags import read_tags, save_cover
from studio.audio.verify import Damaged, verify_audio, verify_image
from studio.models import Asset
from studio.services import imports, intake, media
from studio.services.intake import Words, Work
from studio.services.results import Copy, Sound

Kind = Asset.Kind
PATIENCE_S = 300.0  # of one look at two hours of music, on a busy machine


def take_in(work: Work) -> None:
    """Make a clip of the file. Raises Damaged with words for the person, FfmpegError or OSError."""
    if not work.path.exists():
        raise Damaged(imports.NOT_HERE)
    facts = verify_audio(
        work.path, expected_seconds=None, at_most=settings.IMPORT_MAX_SECONDS, timeout=PATIENCE_S
    )
    kind = facts.media_type
    loudness = measure(work.path, kind.demuxer, timeout=PATIENCE_S)
    peaks = waveform(work.path, kind.demuxer, timeout=PATIENCE_S)
    sound = Sound(facts.duration, loudness.integrated_lufs, loudness.true_peak_db, peaks)
    tags = read_tags(work.path, kind.demuxer, _scratch(work))
    copies = [_master(work, kind)]
    try:
        copies += _pictures(work, kind)
        intake.keep(work, copies, sound, Words(tags.title, tags.artist, tags.lyrics, tags.comment))
    finally:
        for copy in copies:
            copy.path.unlink(missing_ok=True)


def renewing(work: Work) -> AbstractContextManager[None]:
    """Renew the lease while the work goes on, so that it can be short and a crash is noticed soon."""
    return beats.every(intake.LEASE.total_seconds() / 3, lambda: intake.renew(work.import_id))


def _scratch(work: Work) -> Path:
    return media.incoming(f"{work.key}-{uuid.uuid4().hex}")


def _master(work: Work, kind: MediaType) -> Copy:
    """A second name of the same bytes: the first stays until the clip is in the library."""
    path = _scratch(work)
    try:
        os.link(work.path, path)
    except OSError:  # not every file system has second names
        shutil.copyfile(work.path, path)
    size, sha256 = seal(path)
    return Copy(Kind.MASTER, path, kind.content_type, kind.extension, size, sha256)


def _pictures(work: Work, kind: MediaType) -> list[Copy]:
    """The cover that lies in the file, with its small one. A broken one is no reason to refuse the music."""
    path = _scratch(work)
    small = path.with_name(f"{path.name}-thumb")
    try:
        if not save_cover(work.path, kind.demuxer, path):
            raise Damaged("There is no picture.")
        found = verify_image(path)
        size, sha256 = make_thumbnail(path, small)
    except (Damaged, OSError):
        path.unlink(missing_ok=True)
        small.unlink(missing_ok=True)
        return []
    cover = Copy(Kind.COVER, path, found.content_type, found.extension, *seal(path))
    return [cover, Copy(Kind.THUMB, small, "image/webp", "webp", size, sha256)]
