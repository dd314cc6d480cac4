"""The job of keeping audio: fetch, verify and measure the files of one clip."""

import uuid
from contextlib import AbstractContextManager
from pathlib import Path

from studio import beats
from studio.audio.fetch import FetchError, FetchRules, fetch
from studio.audio.images import make_thumbnail
from studio.audio.loudness import measure
from studio.audio.media_types import MediaType
from studio.audio.peaks import waveform
from studio.audio.verify import Damaged, verify_audio, verify_image
from studio.clients import client_for
from studio.models import Asset, Attempt
from studio.music_api.errors import MusicApiError
from studio.music_api.types import PollState
from studio.services import clips, media

MAX_BYTES = 256 * 1024 * 1024


def keep(work: clips.Work) -> None:
    """Copy all files of a clip and put it into the library. Raises FetchError or Damaged for a needed one."""
    copies: list[clips.Copy] = []
    try:
        for source in work.sources:
            copies += _copy_or_skip(work, source)
        clips.keep(work, copies, _measure(copies))
    finally:
        for copy in copies:
            copy.path.unlink(missing_ok=True)


def _copy_or_skip(work: clips.Work, source: clips.Source) -> list[clips.Copy]:
    """An extra that can't be had after several tries must not keep the song itself from its listener."""
    try:
        copy = _copy(work, source)
    except (FetchError, Damaged):
        if source.needed or work.tries < clips.EXTRAS_AFTER_TRIES:
            raise
        return []
    return [copy, _thumb(copy)] if source.kind == Asset.Kind.COVER else [copy]


def _copy(work: clips.Work, source: clips.Source) -> clips.Copy:
    path = media.incoming(f"{work.task_id}-{source.kind}-{uuid.uuid4().hex}")
    try:
        got = fetch(source.url, path, allow=FetchRules(work.hosts, work.origins, MAX_BYTES))
        kind = _verified(work, source, path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return clips.Copy(source.kind, path, kind.content_type, kind.extension, got.size, got.sha256)


def _verified(work: clips.Work, source: clips.Source, path: Path) -> MediaType:
    """What the file is, once all of it was looked at: its first bytes alone can mislead."""
    if source.kind == Asset.Kind.COVER:
        return verify_image(path)
    return verify_audio(path, expected_seconds=work.item.duration).media_type


def _thumb(cover: clips.Copy) -> clips.Copy:
    """Rows of the library show the cover at 48 pixels: a tenth of a percent of its bytes will do."""
    path = cover.path.with_name(f"{cover.path.name}-thumb")
    size, sha256 = make_thumbnail(cover.path, path)
    return clips.Copy(Asset.Kind.THUMB, path, "image/webp", "webp", size, sha256)


def _measure(copies: list[clips.Copy]) -> clips.Sound:
    master = next(copy for copy in copies if copy.kind == Asset.Kind.MASTER)
    facts = verify_audio(master.path, expected_seconds=None)
    loudness = measure(master.path, facts.media_type.demuxer)
    return clips.Sound(
        duration=facts.duration,
        loudness=loudness.integrated_lufs,
        true_peak=loudness.true_peak_db,
        peaks=waveform(master.path, facts.media_type.demuxer),
    )


def refresh(task_id: int) -> None:
    """A copy failed, perhaps since the media's addresses have expired: ask for fresh ones. Free."""
    attempt = Attempt.objects.filter(task_id=task_id).exclude(upstream_id="").select_related("task").last()
    if attempt is None:
        return
    try:
        answer = client_for(attempt.provider).poll(attempt.task.operation, attempt.upstream_id)
    except MusicApiError:
        return
    if answer.state is PollState.SUCCESS:
        clips.refresh_answer(task_id, answer)


def renewing(task_id: int) -> AbstractContextManager[None]:
    """Renew the lease while the copy goes on, so that it can be short and a crash is noticed soon."""
    return beats.every(clips.LEASE.total_seconds() / 3, lambda: clips.renew(task_id))
