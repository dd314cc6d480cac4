"""The proof of the machine itself: with one rule of the services broken it must find what that does."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import Phase
from hypothesis.stateful import run_state_machine_as_test

from studio.music_api.errors import Ambiguous, MusicApiError, NotSent
from studio.services import attempts, credits, lines, proofs
from tests.machine.machine import Machine
from tests.machine.test_machine import RUNS, profile, stage

__all__ = ["stage"]

Break = Callable[[pytest.MonkeyPatch], None]


def send_again_what_brought_no_answer(patch: pytest.MonkeyPatch) -> None:
    record = attempts.record_failure

    def hasty(attempt_id: int, error: MusicApiError) -> None:
        record(attempt_id, NotSent("again") if isinstance(error, Ambiguous) else error)

    patch.setattr(attempts, "record_failure", hasty)


def believe_the_first_balance(patch: pytest.MonkeyPatch) -> None:
    for rules, name in ((lines, "SETTLED_AFTER"), (proofs, "WHILE_UNKNOWN"), (proofs, "RETURN_TAKES")):
        patch.setattr(rules, name, timedelta(0))


def forget_to_refund(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(credits, "refund", lambda *_: None)


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        (send_again_what_brought_no_answer, "paid"),
        (forget_to_refund, "refunded"),
        # Half a minute: this takes five things in the right order.
        pytest.param(believe_the_first_balance, "paid", marks=pytest.mark.skipif(not RUNS, reason="long")),
    ],
)
def test_a_broken_rule_is_found(
    broken: Break, found: str, stage: type[Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(monkeypatch)
    quick = profile(200, 30, derandomize=True, phases=[Phase.generate], report_multiple_bugs=False)
    with pytest.raises(AssertionError, match=found):
        run_state_machine_as_test(stage, settings=quick)
