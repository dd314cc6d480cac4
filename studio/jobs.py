"""What workers run: claim, call, record. No rules, and no transaction around a call.

Names of jobs are a public interface: queued rows hold them. A job may run twice or never; the rows decide.
"""

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection
from django_q.tasks import async_task

from studio.audio.fetch import FetchError, FetchRules, fetch
from studio.audio.loudness import measure
from studio.audio.peaks import waveform
from studio.audio.verify import Damaged, verify_audio, verify_image
from studio.models import Asset, Attempt
from studio.music_api.client import Client
from studio.music_api.errors import KeyRefused, MusicApiError
from studio.music_api.providers import PROVIDERS
from studio.music_api.types import PollState
from studio.services import attempts, balances, clips, dispatch, media, polls, providers, workers

log = logging.getLogger(__name__)

SWEEP_JOB = "studio.jobs.sweep"
SWEEP_FOR_S = 20
TICK_S = 0.5
POLL_THREADS = 16
MAX_BYTES = 256 * 1024 * 1024


@cache
def client_for(provider: str) -> Client:
    base_url, key = settings.PROVIDERS[provider]
    return Client(PROVIDERS[provider], base_url=base_url, key=key)


# -- Sending --------------------------------------------------------------------------------------


def submit_next(provider: str) -> None:
    """Send the next order of the provider's line, if there is one that may go now."""
    attempt = attempts.claim_next(provider)
    if attempt is None:
        return
    url, secret = attempts.webhook_for(attempt)
    task = attempt.task
    try:
        answer = client_for(provider).submit(task.operation, task.params, webhook_url=url, webhook_secret=secret)
    except MusicApiError as error:
        attempts.record_failure(attempt.pk, error)
    else:
        attempts.accept(attempt.pk, answer.task_id, source="the answer")


def confirm_hint(attempt_id: int) -> None:
    """A webhook or a person named an id for an attempt: believe it when a poll of it answers."""
    attempt = attempts.hinted().filter(pk=attempt_id).first()
    if attempt is None:
        return
    try:
        client_for(attempt.provider).poll(attempt.task.operation, attempt.hinted_id)
    except MusicApiError as error:
        log.info("attempt %s: the id it was told could not be confirmed: %s", attempt_id, type(error).__name__)
    else:
        attempts.accept(attempt_id, attempt.hinted_id, source="a webhook, confirmed by a poll")


# -- The sweep ------------------------------------------------------------------------------------


def sweep() -> None:
    """Look after everything that is due, for about 20 s, then ring for the next. One runs at a time."""
    holder = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    end = time.monotonic() + SWEEP_FOR_S
    with ThreadPoolExecutor(POLL_THREADS) as pool:
        while workers.take(workers.SWEEP, holder) and time.monotonic() < end:
            for step in STEPS:
                _guarded(step, pool)
            time.sleep(TICK_S)
    if workers.release(workers.SWEEP, holder):
        async_task(SWEEP_JOB)


def _guarded(step: Callable[[ThreadPoolExecutor], None], pool: ThreadPoolExecutor) -> None:
    """One bad row must not keep the others waiting."""
    try:
        step(pool)
    except Exception:
        log.exception("a step of the sweep failed")


def decide(_: ThreadPoolExecutor) -> None:
    attempts.expire_leases()
    attempts.decide_unknown()


def ring(_: ThreadPoolExecutor) -> None:
    dispatch.ring_waiting()
    clips.ring_due_archives()


def poll_due(pool: ThreadPoolExecutor) -> None:
    """Ask for all due tasks at once. The threads touch no database; one transaction stores the answers."""
    due = polls.claim_due()
    if due:
        polls.record(zip([row.task_id for row in due], pool.map(_poll, due), strict=True))


def _poll(due: polls.Due) -> polls.Answer:
    try:
        return client_for(due.provider).poll(due.operation, due.upstream_id)
    except MusicApiError as error:
        return error


def check_balances(_: ThreadPoolExecutor) -> None:
    balances.hurry_for_unknown()
    for marker in balances.claim_checks():
        try:
            total = client_for(marker.provider).balance().total
        except KeyRefused as error:
            providers.hold(marker.provider, f"The provider refuses the studio's key: {error}")
        except MusicApiError as error:
            log.info("%s: no balance: %s", marker.provider, type(error).__name__)
        else:
            balances.record(marker, total)


STEPS = (decide, ring, poll_due, check_balances)


# -- Keeping the audio ----------------------------------------------------------------------------


def archive_task(task_id: int) -> None:
    """Copy, verify and measure what a finished task made, then put it into the library."""
    work = clips.claim_archive(task_id)
    if not work:
        return
    try:
        with _renewing(task_id):
            for clip in work:
                _keep(clip)
    except (FetchError, Damaged) as error:
        _refresh(work[0])
        clips.retry_archive(task_id, str(error))
    else:
        clips.finish(task_id)


def _keep(work: clips.Work) -> None:
    copies: list[clips.Copy] = []
    try:
        for source in work.sources:
            if copy := _copy_or_skip(work, source):
                copies.append(copy)
        clips.keep(work, copies, _measure(copies, work))
    finally:
        for copy in copies:
            copy.path.unlink(missing_ok=True)


def _copy_or_skip(work: clips.Work, source: clips.Source) -> clips.Copy | None:
    """An extra that can't be had after several tries must not keep the song itself from its listener."""
    try:
        return _copy(work, source)
    except (FetchError, Damaged):
        if source.needed or work.tries < clips.EXTRAS_AFTER_TRIES:
            raise
        return None


def _copy(work: clips.Work, source: clips.Source) -> clips.Copy:
    path = media.incoming(f"{work.task_id}-{source.kind}-{uuid.uuid4().hex}")
    rules = FetchRules(hosts=work.hosts, origins=work.origins, max_bytes=MAX_BYTES)
    try:
        got = fetch(source.url, path, allow=rules)
        if source.kind == Asset.Kind.COVER:
            verify_image(path)
        else:
            verify_audio(path, expected_seconds=work.item.duration)
    except Exception:
        path.unlink(missing_ok=True)
        raise
    kind = got.media_type
    return clips.Copy(source.kind, path, kind.content_type, kind.extension, got.size, got.sha256)


def _measure(copies: list[clips.Copy], work: clips.Work) -> clips.Sound:
    master = next(copy for copy in copies if copy.kind == Asset.Kind.MASTER)
    facts = verify_audio(master.path, expected_seconds=work.item.duration)
    demuxer = facts.media_type.demuxer
    loudness = measure(master.path, demuxer)
    return clips.Sound(
        duration=facts.duration,
        loudness=loudness.integrated_lufs,
        true_peak=loudness.true_peak_db,
        peaks=waveform(master.path, demuxer),
    )


def _refresh(work: clips.Work) -> None:
    """The addresses may have expired: ask for fresh ones."""
    attempt = Attempt.objects.filter(task_id=work.task_id).exclude(upstream_id="").select_related("task").last()
    if attempt is None:
        return
    try:
        answer = client_for(attempt.provider).poll(attempt.task.operation, attempt.upstream_id)
    except MusicApiError:
        return
    if answer.state is PollState.SUCCESS:
        clips.refresh_answer(work.task_id, answer)


@contextmanager
def _renewing(task_id: int) -> Iterator[None]:
    """Keep the lease alive while the copy goes on, so that it can be short and a crash is noticed soon."""
    done = threading.Event()

    def renew() -> None:
        while not done.wait(clips.LEASE.total_seconds() / 3):
            clips.renew(task_id)
        connection.close()

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def sweep_incoming() -> None:
    """Once an hour: parts of files whose worker was killed a day ago."""
    a_day_ago = time.time() - 24 * 3600
    for path in Path(media.incoming(".")).iterdir():
        if path.stat().st_mtime < a_day_ago:
            path.unlink(missing_ok=True)
