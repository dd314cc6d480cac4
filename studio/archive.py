"""The job of keeping audio: fetch, verify and measure the files of one clip."""

import uuid
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from studio import beats
from studio.audio.encode import encode, encode_tagged
from studio.audio.fetch import FetchError, FetchRules, fetch
from studio.audio.ffmpeg import PATIENCE_S
from studio.audio.files import seal
from studio.audio.images import make_thumbnail
from studio.audio.loudness import measure
from studio.audio.media_types import MEDIA_TYPES, MediaType
from studio.audio.peaks import waveform
from studio.audio.verify import Damaged, verify_audio, verify_image, verify_video
from studio.clients import client_for
from studio.models import Asset, Attempt
from studio.music_api.errors import MusicApiError
from studio.music_api.types import PollState
from studio.services import clips, conversions, handovers, media, results
from studio.services.results import Copy, Sound, Source, Work

MB = 1024 * 1024
MAX_BYTES = 256 * MB
MAX_BYTES_OF: dict[str, int] = {Asset.Kind.COVER: 10 * MB, Asset.Kind.VIDEO: 512 * MB}
MADE_WITHIN_S = 60.0
TIMES_REAL_TIME = 20  # how fast even a busy machine encodes and decodes


def keep(work: Work) -> None:
    """Copy a result's files and put them into the library. Raises FetchError or Damaged for a needed one."""
    copies: list[Copy] = []
    try:
        for source in work.sources:
            copies += _copy_or_skip(work, source)
        if not copies:
            raise Damaged("None of the files is what it should be.")
        results.keep(work, copies, _measure(copies) if work.clip_id is None else None)
    finally:
        for copy in copies:
            copy.path.unlink(missing_ok=True)


def _copy_or_skip(work: Work, source: Source) -> list[Copy]:
    """An extra that can't be had after several tries must not keep the song itself from its listener."""
    try:
        copy = _copy(work, source)
    except (FetchError, Damaged):
        if source.needed or work.tries < clips.EXTRAS_AFTER_TRIES:
            raise
        return []
    return [copy, _thumb(copy)] if source.kind == Asset.Kind.COVER else [copy]


def _copy(work: Work, source: Source) -> Copy:
    path = media.incoming(f"{work.task_id}-{source.kind}-{uuid.uuid4().hex}")
    try:
        got = fetch(source.url, path, allow=_rules(work, source.kind))
        kind = _verified(work, source, path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Copy(source.kind, path, kind.content_type, kind.extension, got.size, got.sha256, source.label)


def _rules(work: Work, kind: str) -> FetchRules:
    """Who wants to see our token also makes the file while we wait."""
    rules = FetchRules(work.hosts, work.origins, MAX_BYTES_OF.get(kind, MAX_BYTES))
    return replace(rules, token=work.token, read_s=MADE_WITHIN_S) if work.token else rules


def _verified(work: Work, source: Source, path: Path) -> MediaType:
    """What the file is, once all of it was looked at: its first bytes alone can mislead."""
    if source.kind == Asset.Kind.COVER:
        return verify_image(path)
    if source.kind == Asset.Kind.VIDEO:
        return verify_video(path, expected_seconds=work.item.duration)
    return verify_audio(path, expected_seconds=work.item.duration).media_type


def _thumb(cover: Copy) -> Copy:
    """Rows of the library show the cover at 48 pixels: a tenth of a percent of its bytes will do."""
    path = cover.path.with_name(f"{cover.path.name}-thumb")
    size, sha256 = make_thumbnail(cover.path, path)
    return Copy(Asset.Kind.THUMB, path, "image/webp", "webp", size, sha256)


def _measure(copies: list[Copy]) -> Sound:
    master = next(copy for copy in copies if copy.kind == Asset.Kind.MASTER)
    facts = verify_audio(master.path, expected_seconds=None)
    loudness = measure(master.path, facts.media_type.demuxer)
    return Sound(
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


def renewing_conversion(work: conversions.Work) -> AbstractContextManager[None]:
    """The same for a file in another format."""
    return beats.every(conversions.LEASE.total_seconds() / 3, lambda: conversions.renew(work.conversion_id))


def convert(work: conversions.Work) -> None:
    """Encode our own copy anew and keep the file. Raises FfmpegError, Damaged or OSError."""
    if work.kind == conversions.DELIVERY:
        return _deliver(work)
    patience = max(PATIENCE_S, work.seconds / TIMES_REAL_TIME)
    path = media.incoming(f"{work.clip_id}-{work.kind}-{uuid.uuid4().hex}.{work.kind}")
    try:
        with media.local(work.name) as source:
            encode(source, MEDIA_TYPES[work.name.rpartition(".")[2]].demuxer, path, timeout=patience)
        kind = verify_audio(path, expected_seconds=None, timeout=patience).media_type
        size, sha256 = seal(path)
        conversions.keep(work, Copy(work.kind, path, kind.content_type, kind.extension, size, sha256))
    finally:
        path.unlink(missing_ok=True)


def _deliver(work: conversions.Work) -> None:
    """Make all files for handing a final take over, each with what is known of it in its tags."""
    parcel = handovers.parcel(work.clip_id)
    if parcel is None:  # reopened meanwhile
        return
    copies: list[Copy] = []
    try:
        for ending, name in parcel.sources:
            copies.append(_tagged(parcel, ending, name, work.seconds))
        handovers.keep(work.conversion_id, parcel, copies)
    finally:
        for copy in copies:
            copy.path.unlink(missing_ok=True)


def _tagged(parcel: handovers.Parcel, ending: str, name: str, seconds: float) -> Copy:
    patience = max(PATIENCE_S, seconds / TIMES_REAL_TIME)
    path = media.incoming(f"{parcel.clip_id}-{uuid.uuid4().hex}.{ending}")
    try:
        with media.local(name) as source:
            demuxer = MEDIA_TYPES[name.rpartition(".")[2]].demuxer
            encode_tagged(source, demuxer, path, parcel.tags, timeout=patience)
        kind = verify_audio(path, expected_seconds=None, timeout=patience).media_type
        size, sha256 = seal(path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Copy(conversions.DELIVERY, path, kind.content_type, kind.extension, size, sha256, ending)
