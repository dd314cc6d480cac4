"""Which faults befall which order. Pure, so that a seed gives the same faults again.

The faults of an order are drawn from the seed, its title and how often it was sent before.
"""

from dataclasses import dataclass, replace
from random import Random

# Ways to answer a paid POST, and how many in a thousand get each; the others are answered well.
CHARGED = {  # accepted, and the studio does not learn it from the answer
    "drop_after": 6,
    "answer_late": 5,
    "accept_late": 4,
    "charged_500": 4,
    "charged_502_html": 4,
    "charged_empty": 2,
    "charged_truncated": 3,
    "charged_redirect": 3,
    "charged_odd_id": 2,
    "drip": 3,
}
UNCHARGED = {  # not accepted, and the studio can't be sure of it
    "drop_before": 12,
    "hang": 4,
    "error_500": 8,
    "error_502_html": 8,
    "redirect": 5,
}
REFUSED = {  # certainly not accepted
    "busy_429": 30,
    "invalid_400": 8,
    "gone_404": 4,
    "invalid_422": 4,
    "retired_410": 2,
    "poor_402": 5,
    "key_401": 3,
    "forbidden_403": 3,
}
SUBMIT = {**CHARGED, **UNCHARGED, **REFUSED}
CALM_AFTER = 4  # an order that was sent so often is answered well

POLL = {
    "error_502_html": 40,
    "busy_429": 20,
    "error_500": 20,
    "truncated": 20,
    "drop": 20,
    "not_found": 20,
    "odd_status": 20,
    "timeout_504": 10,
    "hang": 10,
}
HOLLOW = 50  # SUCCESS without media, at first
MEDIA = {
    "missing_404": 12,
    "forbidden_403": 8,
    "error_503": 8,
    "short": 12,
    "short_unannounced": 10,
    "endless": 5,
    "huge": 6,
    "page": 10,
    "to_private": 12,
    "drip": 4,
}
GONE = 1  # audio that never comes, though it is paid for
FAILED = 80  # songs that fail, with their credits back
HOOK = {"lost": 150, "twice": 200, "reordered": 100, "forged": 100, "replayed": 100, "very_late": 10}
EARLY_HOOK = 100  # rings before the POST is answered
BALANCE = {"error_502_html": 15, "drop": 10, "hang": 5}


@dataclass(frozen=True)
class Plan:
    """What befalls one POST of an order and, if it is accepted, its song. An empty word means no fault."""

    submit: str
    seconds: float  # from acceptance to the end
    fails: bool
    polls: tuple[str, ...]  # the first polls; the others are answered well
    hollow: int  # polls after the end that show no media
    media: tuple[str, ...]  # the first fetches of the audio
    gone: bool  # no fetch of the audio is ever answered well
    hook: str
    early_hook: bool
    wav: bool


def draw(random: Random, faults: dict[str, int]) -> str:
    """One of the faults, or "" for none; the figures are shares of a thousand."""
    rest = 1000 - sum(faults.values())
    return random.choices([*faults, ""], [*faults.values(), rest])[0]


def plan(seed: int, title: str, sent_before: int) -> Plan:
    random = Random(f"{seed}/{title}/{sent_before}")
    submit = draw(random, SUBMIT)
    return Plan(
        submit=submit if sent_before < CALM_AFTER else "",
        seconds=random.uniform(0.2, 2.5),
        fails=random.randrange(1000) < FAILED,
        polls=tuple(draw(random, POLL) for _ in range(3)),
        hollow=random.choice((1, 2)) if random.randrange(1000) < HOLLOW else 0,
        media=tuple(draw(random, MEDIA) for _ in range(2)),
        gone=random.randrange(1000) < GONE,
        hook=draw(random, HOOK),
        early_hook=random.randrange(1000) < EARLY_HOOK,
        wav=random.randrange(4) == 0,
    )


def charges_aloud(seed: int, title: str, sent_before: int) -> Plan:
    """The same plan, but what is charged is always answered: an id is lost only where the studio dies."""
    drawn = plan(seed, title, sent_before)
    return replace(drawn, submit="") if drawn.submit in CHARGED else drawn
