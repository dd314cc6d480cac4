"""What a provider may do to an order, and how a rule chooses."""

from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from studio.music_api import errors
from studio.music_api.types import PollResult, PollState
from tests.machine.upstream import Plan

PROVIDER = "sandbox"

REFUSALS = (
    errors.NotSent,
    errors.RateLimited,
    errors.Rejected,
    errors.Retired,
    errors.NeedsAttention,
    errors.OutOfCredits,
    errors.KeyRefused,
    partial(errors.KeyRefused, status=403),
)
ONE_IN_THREE = st.sampled_from([False, False, True])
TAKEN = st.builds(
    Plan,
    silent=ONE_IN_THREE,
    reached=st.sampled_from([0, 0, 0, 0, 5, 60]),
    charged=st.sampled_from([0, 0, 30, 50]),
    song=st.sampled_from([0, 20, 60, 300, 700, 5000, 200_000]),
    rings=st.booleans(),
)
FAILING = st.builds(
    Plan,
    fails=st.just(True),
    silent=ONE_IN_THREE,
    reached=st.sampled_from([0, 0, 0, 0, 5, 60]),
    charged=st.sampled_from([0, 0, 30, 50]),
    song=st.sampled_from([60, 120, 400]),
    returned=st.sampled_from([0, 5, 50]),
)
REFUSED = st.builds(Plan, refusal=st.sampled_from(REFUSALS), silent=ONE_IN_THREE)
PLANS = st.one_of(TAKEN, FAILING, REFUSED)
PICKS = st.integers(0, 7)
TROUBLES = st.sampled_from(
    [None, None, None, errors.Unavailable, errors.BalanceUnknown, errors.NotFound, errors.KeyRefused]
)
POLL_TROUBLES = st.sampled_from(
    [
        None,
        None,
        None,
        errors.Unavailable("HTTP 502"),
        errors.NotFound("No such task."),
        PollResult(PollState.RUNNING),
        PollResult(PollState.RUNNING, unknown_status="success without audio_url"),
        PollResult(PollState.RUNNING, unknown_status="QUEUED2"),
    ]
)


def one_of(rows: Any, pick: int) -> Any:
    """One of the rows, by a number that means the same on every database."""
    found = list(rows)
    return found[pick % len(found)] if found else None


def when(*states: str) -> Callable[..., Any]:
    """The rule needs a task in one of these states."""
    return precondition(lambda self: self.states & {str(state) for state in states})
