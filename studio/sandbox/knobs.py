"""How the sandbox behaves, for tests and demonstrations."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from studio.sandbox.profiles import PROFILES

FIRST_ANSWERS = ("200", "202")
DIALECTS = ("p2", "p1")


@dataclass(frozen=True)
class Knobs:
    """Raises ValueError with a sentence for a value that makes no sense."""

    latency_s: float = 0.0  # least time from accepting a task to its end; 0: as fast as it renders
    failure_rate: float = 0.0  # share of tasks that fail, spread evenly over the count of accepted tasks
    capacity: int = 8  # unfinished tasks at once; one more is answered 429
    credits: int = 10_000  # balance of a new store; an existing store keeps its own
    webhooks: bool = True  # off: nothing is delivered for tasks that end from now on
    first_answer: str = "200"  # "202": the first poll of each task answers not_ready, as the older API did
    profile: str = "all"  # the host it stands in for: "aimusicapi", "musicapi", or "all" they can do
    dialect: str = "p2"  # how polls are answered (upstream.md 1.6); "p1" is the older API
    accounts: int = 1  # useapi.net accounts, named user-1, user-2 ...; with several a call must name one
    needs_attention: bool = False  # useapi.net answers 596: the account waits for a person

    def __post_init__(self) -> None:
        for field in fields(self):
            _check_type(field.name, getattr(self, field.name), field.type)
        _check(0 <= self.latency_s <= 3600, "latency_s", "is a number of seconds from 0 to 3600")
        _check(0 <= self.failure_rate <= 1, "failure_rate", "is a number from 0 to 1")
        _check(self.capacity >= 0, "capacity", "is a whole number, 0 or more")
        _check(0 <= self.credits <= 10**9, "credits", "is a whole number from 0 to 1,000,000,000")
        _check(self.first_answer in FIRST_ANSWERS, "first_answer", 'is "200" or "202"')
        _check(self.profile in PROFILES, "profile", f"is one of {', '.join(PROFILES)}")
        _check(self.dialect in DIALECTS, "dialect", f"is one of {', '.join(DIALECTS)}")
        _check(1 <= self.accounts <= 10, "accounts", "is a whole number from 1 to 10")

    def changed(self, changes: dict[str, Any]) -> "Knobs":
        """These knobs with `changes`. Raises ValueError for an unknown name or a bad value."""
        for name in changes:
            _check(name in asdict(self), ascii(name), "is not a knob")
            _check(name != "credits", name, "is fixed when the store is made")
        return replace(self, **changes)


def _check_type(name: str, value: object, kind: Any) -> None:
    allowed = (int, float) if kind is float else (kind,)
    # type() and not isinstance(): a bool is an int for Python.
    _check(type(value) in allowed, name, f"takes a value of type {kind.__name__}")


def _check(good: bool, name: str, rule: str) -> None:
    if not good:
        raise ValueError(f"{name} {rule}")
