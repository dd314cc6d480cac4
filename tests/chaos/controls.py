"""The same studio with one protection taken away. A run that finds nothing wrong with it proves nothing."""

from collections.abc import Callable

TRIES = 5


def naive() -> None:
    """The job that everybody writes first: post, and on any error post again."""
    from studio import jobs
    from studio.clients import client_for
    from studio.music_api.errors import MusicApiError, NotSent
    from studio.services import attempts, hooks, uploads

    def submit_next(provider: str) -> None:
        attempt = attempts.claim_next(provider)
        if attempt is None:
            return
        url, secret = hooks.webhook_for(attempt)
        for _ in range(TRIES):
            try:
                answer = client_for(provider).submit(
                    attempt.task.operation,
                    uploads.params_of(attempt.task),
                    webhook_url=url,
                    webhook_secret=secret,
                )
            except MusicApiError:
                continue
            attempts.accept(attempt.pk, answer.task_id, source="the answer")
            return
        attempts.record_failure(attempt.pk, NotSent("It did not work."))

    jobs.submit_next = submit_next


def retry() -> None:
    """Claims and leases as they are, but what may have been accepted is put back into the line."""
    from studio.models import Attempt
    from studio.music_api.errors import NotSent
    from studio.services import attempts

    def send_again(attempt: Attempt, why: str) -> None:
        attempts._not_sent(attempt, NotSent(why))

    attempts._unknown = send_again


def no_watchdog() -> None:
    """Nobody restarts a cluster that stands still."""
    from studio.management.commands import work

    work._stands_still = lambda: False


CONTROLS: dict[str, Callable[[], None]] = {
    "": lambda: None,
    "naive": naive,
    "retry": retry,
    "no-watchdog": no_watchdog,
}
