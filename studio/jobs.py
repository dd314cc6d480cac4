"""What workers run: claim, call, record. No rules, and no transaction around a call.

Names of jobs are a public interface: queued rows hold them. A job may run twice or never; the rows decide.
"""

import logging
import time
from concurrent.futures import Future
from contextlib import AbstractContextManager
from datetime import date
from functools import partial
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused

from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django_q.tasks import async_task

from studio import archive, beats, intake, logs
from studio.audio.fetch import FetchError, Missing
from studio.audio.ffmpeg import FfmpegError
from studio.audio.verify import Damaged
from studio.clients import client_for
from studio.models import Attempt
from studio.models.clock import db_now
from studio.music_api.errors import Ambiguous, MusicApiError, NotFound
from studio.music_api.types import Accepted, PollState
from studio.music_api.useapi import attention_for
from studio.services import (
    allowance_runs,
    allowances,
    attempts,
    audit,
    balances,
    bin,
    clips,
    conversions,
    hints,
    hooks,
    imports,
    mails,
    proofs,
    proposals,
    providers,
    sums,
    uploads,
    workers,
)
from studio.services import intake as intakes
from studio.services.results import NotOurs
from studio.sweep import Sweep

log = logging.getLogger(__name__)

BEAT_S = 5
MAIL_FOR_S = 20
SEND_WITHIN_S = 20
ACCEPT_AGAIN_S = (1, 2, 4, 8, 16)


def at_work() -> AbstractContextManager[None]:
    """Around every call that may take long: when all workers are at one, the sweep waits for its turn, and
    the supervisor must not take that for a cluster that stands still."""
    return beats.every(BEAT_S, lambda: workers.beat(workers.JOBS))


@logs.job("provider")
def submit_next(provider: str) -> None:
    """Send the next order of the provider's line, if there is one that may go now."""
    if provider not in providers.enabled():
        return
    client = client_for(provider)  # before the claim: nothing of ours may fail between that and the POST
    if marker := balances.first_look(provider):
        _look(marker)
    attempt = attempts.claim_next(provider)
    if attempt is None:
        return
    logs.note(task=attempt.task_id, attempt=attempt.pk)
    url, secret = hooks.webhook_for(attempt)
    task = attempt.task
    params = uploads.params_of(task)
    not_after = _end_of_sending(attempt)
    try:
        with at_work():
            answer = client.submit(
                task.operation, params, webhook_url=url, webhook_secret=secret, not_after=not_after
            )
    except MusicApiError as error:
        if isinstance(error, Ambiguous) and error.late:
            error.late.add_done_callback(partial(_answered_late, attempt.pk))
        attempts.record_failure(attempt.pk, error)
    else:
        if not _accept(attempt.pk, answer.task_id, attempts.ANSWER):
            attempts.record_failure(attempt.pk, Ambiguous("The provider named the id of another order."))


def _end_of_sending(attempt: Attempt) -> float:
    """By this machine's clock: a worker that was frozen must not send what was decided about since."""
    now = time.time()  # before the database is asked: standing still in between makes the end come sooner
    return now + SEND_WITHIN_S - (db_now() - attempt.sent_at).total_seconds()


def _accept(attempt_id: int, upstream_id: str, source: str) -> bool:
    """The id was paid for: a database that is away for a moment must not lose it."""
    for wait in ACCEPT_AGAIN_S:
        try:
            return attempts.accept(attempt_id, upstream_id, source=source)
        except (DatabaseError, InterfaceError):
            log.warning("attempt %s: its id %s can't be stored now", attempt_id, upstream_id)
            close_old_connections()
            time.sleep(wait)
    return attempts.accept(attempt_id, upstream_id, source=source)


def _answered_late(attempt_id: int, answer: Future[Accepted]) -> None:
    """In the thread that went on listening. Unclear answers prove nothing, as always."""
    try:
        _accept(attempt_id, answer.result().task_id, "a late answer")
    except MusicApiError as error:
        attempts.record_failure(attempt_id, error)
    finally:
        connection.close()


def _look(marker: proofs.Marker) -> None:
    try:
        with at_work():
            total = client_for(marker.provider).balance().total
        balances.record(marker, total)
    except MusicApiError:
        balances.looked_in_vain(marker.provider)


@logs.job("attempt")
def confirm_hint(attempt_id: int) -> None:
    """A webhook or a person named an id for an attempt: believe it when a poll of it answers."""
    attempt = hints.waiting().filter(pk=attempt_id).first()
    if attempt is None:
        return
    logs.note(task=attempt.task_id)
    try:
        with at_work():
            answer = client_for(attempt.provider).poll(attempt.task.operation, attempt.hinted_id)
    except NotFound:
        hints.doubt(attempt)
    except MusicApiError as error:
        log.info("attempt %s: the id it was told is not confirmed: %s", attempt_id, type(error).__name__)
    else:
        # It had failed and its credits were back before the balance "proved" it: nothing was spent on it.
        returned = attempt.status == Attempt.Status.REJECTED and answer.state is PollState.FAILED
        source = "an id that a poll confirmed"
        if hints.is_another(attempt, answer):
            hints.drop(attempt, "The id that was entered is that of another song: its seed differs.")
        elif returned or not attempts.accept(attempt_id, attempt.hinted_id, source=source):
            hints.drop(attempt)


@logs.job()
def sweep() -> None:
    """Look after everything that is due, for about 20 s, then ring for the next sweep. One runs at a time."""
    if Sweep().run():
        async_task("studio.jobs.sweep")


@logs.job("task")
def archive_task(task_id: int) -> None:
    """Copy, verify and measure what a finished task made, and put it into the library."""
    if proposals.keep(task_id):
        return
    work = clips.claim_archive(task_id)
    if not work:
        return
    try:
        with at_work(), archive.renewing(task_id):
            for clip in work:
                archive.keep(clip)
    except Missing as error:
        if work[0].token and (why := attention_for(error.status)):
            clips.abandon(task_id, why)
        else:
            _copy_later(task_id, error)
    except (FetchError, Damaged, NotOurs) as error:
        _copy_later(task_id, error)
    except (OSError, FfmpegError):  # a full disk, a machine too busy: no fault of the song, and no crash
        log.exception("task %s: the copy failed here", task_id)
        clips.retry_archive(task_id, "The studio's own storage or machine did not manage it.")
    else:
        clips.finish(task_id)


def _copy_later(task_id: int, why: Exception) -> None:
    archive.refresh(task_id)
    clips.retry_archive(task_id, str(why))


@logs.job("conversion")
def convert(conversion_id: int) -> None:
    """Make a clip's file in another format from our own copy."""
    work = conversions.claim(conversion_id)
    if work is None:
        return
    try:
        with at_work(), archive.renewing_conversion(work):
            archive.convert(work)
    except (OSError, FfmpegError, Damaged):
        log.exception("conversion %s failed", conversion_id)
        conversions.give_up(conversion_id, "It could not be made on this machine.")


@logs.job("import")
def take_in(import_id: int) -> None:
    """Look through a file from somebody's disk, and put it into the library."""
    work = intakes.claim(import_id)
    if work is None:
        return
    try:
        with at_work(), intake.renewing(work):
            intake.take_in(work)
    except Damaged as error:
        imports.refuse(import_id, str(error))
    except FfmpegError:  # no fault of the file; its lease runs out, and it is tried twice more
        log.exception("import %s could not be measured", import_id)
    except OSError:
        log.exception("import %s: the storage did not take it", import_id)
        intakes.later(import_id)


@logs.job()
def purge_bin(after: int) -> None:
    """Remove files of what lay in the bin for long. The next job goes on, so that none takes long."""
    with at_work():
        last = bin.purge(after)
    if last is not None:
        bin.ring(last)


@logs.job()
def mail_notices() -> None:
    """Send what is due, one mail for each person, for a while; the sweep rings again for the rest."""
    end = time.monotonic() + MAIL_FOR_S
    while time.monotonic() < end and (found := mails.claim()):
        try:
            with at_work():
                mails.send(found)
        except Exception as error:  # of one mail; nothing of it is logged but its kind, since it names people
            log.warning("a mail of %s notices was not sent: %s", len(found), type(error).__name__)
            if _is_away(error):
                return
        else:
            mails.sent(found)


def _is_away(error: Exception) -> bool:
    """The mail server itself, so that the others' mails need not be tried now."""
    is_refusal = isinstance(error, (SMTPRecipientsRefused, SMTPDataError, SMTPSenderRefused))
    return isinstance(error, OSError) and not is_refusal


@logs.job()
def run_audit() -> None:
    """Check the books, once an hour."""
    with at_work():
        broken = audit.run()
    if broken:
        log.error(
            "the books are not right: %s", "; ".join(f"{rule} ({len(broken[rule])})" for rule in broken)
        )


@logs.job()
def add_up() -> None:
    """Bring the sums by month up to what has settled."""
    with at_work():
        is_all = sums.add_up()
    if not is_all:
        async_task(sums.ADD_JOB)


@logs.job()
def grant_allowances(month: str, ticket: str, after: int) -> None:
    """Grant what this month brings to some people. The next job goes on, so that none takes long."""
    with at_work():
        last = allowances.grant_due(date.fromisoformat(month), after)
    if last is not None:
        allowance_runs.ring_next(month, ticket, last)
    else:
        allowance_runs.finish(date.fromisoformat(month), ticket)
