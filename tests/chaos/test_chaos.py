"""A short chaos run on the database of the tests; a longer one, and one control that must find doubles."""

from pathlib import Path

import pytest
from django.conf import settings

from tests.chaos.judge import Verdict, judge
from tests.chaos.run import ChaosRun, Options
from tests.running import postgres_url


def run(folder: Path, options: Options) -> Verdict:
    with ChaosRun(folder, options, postgres_url(settings.DATABASE_URL)) as chaos:
        verdict = chaos.run()
    print(*verdict.figures.items(), *verdict.broken, sep="\n")
    return verdict


@pytest.mark.slow
def test_nothing_is_lost_or_paid_twice_while_processes_die(tmp_path: Path) -> None:
    verdict = run(tmp_path, Options(tasks=60, seconds=25, seed=1987, quiet_s=120, decide_s=12))
    assert verdict.broken == []
    assert verdict.figures["kills"] >= 6


@pytest.mark.chaos
def test_nor_in_a_longer_run(tmp_path: Path) -> None:
    verdict = run(tmp_path, Options(tasks=200, seconds=90, seed=327, quiet_s=180))
    assert verdict.broken == []
    assert verdict.figures["kills"] >= 20


@pytest.mark.chaos
def test_who_sends_again_on_a_guess_pays_twice(tmp_path: Path) -> None:
    verdict = run(tmp_path, Options(tasks=40, seconds=20, seed=327, control="retry", quiet_s=5, decide_s=20))
    assert verdict.figures["paid twice"] > 0, "the run can't see what it looks for"


DONE = ["song/1", "done", 10, [["charge", -10], ["spend", -10]], 0, ""]
REFUNDED = ["song/1", "failed", 10, [["charge", -10], ["refund", 10]], 0, ""]
BORNE = ["song/1", "failed", 10, [["charge", -10], ["refund", 10], ["loss", -10]], 0, ""]
BOOKED = ["song/1", "failed", 10, [["charge", -10], ["refund", 10], ["spend", -10], ["loss", -10]], 0, ""]


@pytest.mark.parametrize(
    ("task", "accepted", "paid", "finding"),
    [
        (DONE, 1, 10, None),
        (BOOKED, 1, 10, None),
        (BORNE, 0, 0, None),
        (BORNE, 1, 10, "for what the house bears"),
        (BOOKED, 0, 0, "for what the house bears"),
        (REFUNDED, 1, 0, None),
        (DONE, 2, 20, "paid more than once"),
        (DONE, 2, 10, None),
        (DONE, 1, 0, "the upstream kept 0"),
        (REFUNDED, 1, 10, "no loss is booked"),
        (["song/1", "unknown", 10, [["charge", -10]], 1, ""], 1, 10, "still open"),
    ],
)
def test_the_judge(task: list[object], accepted: int, paid: int, finding: str | None) -> None:
    told = {"told": True, "gone": False}
    orders = {"song/1": {"accepted": accepted, "paid": paid, **told}} if accepted else {}
    broken = judge([task], {"orders": orders, "price": 10, "seen": {}, "private": 0}, ordered=1).broken
    assert bool(broken) == bool(finding)
    assert not finding or any(finding in sentence for sentence in broken)


def test_the_judge_misses_an_order_that_vanished() -> None:
    broken = judge([], {"orders": {}, "price": 10, "seen": {}, "private": 0}, ordered=1).broken
    assert broken == ["1 orders were taken, but there are 0 tasks"]


@pytest.mark.parametrize(
    ("lost", "told", "all_known", "finding"),
    [
        (2, True, True, ""),
        (3, True, True, "more than 1%"),
        (4, False, True, ""),
        (5, False, True, "more than 2% in all"),
        (9, False, False, ""),
        (3, True, False, "more than 1%"),
    ],
)
def test_the_judge_weighs_losses(lost: int, told: bool, all_known: bool, finding: str) -> None:
    """Of 200 orders: an id that nobody was told can't be known, yet where ids are told they are few."""
    borne = [[f"song/{n}", *BOOKED[1:]] for n in range(lost)]
    done = [[f"song/{n}", *DONE[1:]] for n in range(lost, 200)]
    orders = {
        row[0]: {"accepted": 1, "paid": 10, "told": told or row[1] == "done", "gone": False}
        for row in borne + done
    }
    books = {"orders": orders, "price": 10, "seen": {}, "private": 0}
    broken = judge(borne + done, books, ordered=200, all_known=all_known).broken
    assert len(broken) == bool(finding)
    assert all(finding in sentence for sentence in broken)
