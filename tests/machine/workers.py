"""What workers do: send, hang, die, come back late, confirm what was rung, and copy."""

import hashlib
import uuid
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from studio import jobs
from studio.models import Asset, Task
from studio.models.clock import db_now
from studio.music_api import errors
from studio.services import attempts, clips, hints, media, results
from tests.machine.plans import PICKS, PLANS, PROVIDER, TROUBLES, one_of, when
from tests.machine.upstream import Plan

SOUND = results.Sound(duration=2.0, loudness=-14.0, true_peak=-1.0, peaks=bytes(600))


class Workers:
    @when(Task.Status.QUEUED)
    @rule(plan=PLANS)
    def submit(self, plan: Plan) -> None:
        self.upstream.plan, self.upstream.trouble = plan, None
        self.needs_a_person |= plan.refusal is errors.NeedsAttention
        jobs.submit_next(PROVIDER)

    @when(Task.Status.QUEUED)
    @rule(plan=PLANS)
    def submit_and_wait(self, plan: Plan) -> None:
        """The worker hangs, or is dead: its answer comes later, or never."""
        if attempt := attempts.claim_next(PROVIDER):
            self.needs_a_person |= plan.refusal is errors.NeedsAttention
            self.open.append((attempt, self.upstream.post(attempt, plan), plan))

    @precondition(lambda self: self.open)
    @rule(pick=PICKS)
    def the_answer_comes(self, pick: int) -> None:
        attempt, song, plan = self.open.pop(pick % len(self.open))
        try:
            answer = self.upstream.answer(song, plan)
        except errors.MusicApiError as error:
            attempts.record_failure(attempt.pk, error)
        else:
            if not attempts.accept(attempt.pk, answer.task_id, source="the answer"):
                attempts.record_failure(attempt.pk, errors.Ambiguous("The id of another."))

    @when(Task.Status.UNKNOWN, Task.Status.SUBMITTING, Task.Status.FAILED)
    @rule(trouble=TROUBLES)
    def confirm_what_was_rung(self, trouble: type[errors.MusicApiError] | None) -> None:
        self.upstream.trouble = trouble and partial(trouble, "Not now.")
        for attempt in hints.waiting().order_by("pk"):
            jobs.confirm_hint(attempt.pk)
        self.upstream.trouble = None

    @when(Task.Status.ARCHIVING, Task.Status.FAILED)
    @rule(pick=PICKS, outcome=st.sampled_from(["kept", "kept", "kept", "failed", "killed", "gone"]))
    def archive(self, pick: int, outcome: str) -> None:
        if task := one_of(Task.objects.filter(archive_after__lte=db_now()).order_by("pk"), pick):
            self._archive(task.pk, outcome)

    def _archive(self, task_id: int, outcome: str) -> None:
        works = clips.claim_archive(task_id)
        if not works or outcome == "killed":
            return
        if outcome == "failed":
            clips.retry_archive(task_id, "The file is cut off.")
        elif outcome == "gone":
            clips.abandon(task_id, "A person must look.")
            self.needs_a_person = True
        else:
            for work in works:
                results.keep(work, [_copy(work)], SOUND if work.clip_id is None else None)
            clips.finish(task_id)


def _copy(work: results.Work) -> results.Copy:
    path = media.incoming(uuid.uuid4().hex)
    path.write_bytes(data := work.item.clip_id.encode())
    return results.Copy(
        kind=Asset.Kind.MASTER,
        path=path,
        content_type="audio/mp4",
        extension="m4a",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )
