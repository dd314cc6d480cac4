"""`python -m tests.hostile`: the hostile upstream as a process of its own, until it is told to stop."""

import signal
from argparse import ArgumentParser
from pathlib import Path
from threading import Event

from tests.hostile.schedule import charges_aloud, plan
from tests.hostile.server import Hostile

OUTAGE_S = 2.0


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--journal", type=Path, required=True, help="a file that gets one line per event")
    parser.add_argument("--no-hooks", action="store_true", help="deliver no webhooks at all")
    parser.add_argument("--aloud", action="store_true", help="answer whatever is charged")
    parser.add_argument("--outages", type=float, default=0, help="seconds between two; each lasts two")
    given = parser.parse_args()
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    options = {"hooks": not given.no_hooks, "faults": charges_aloud if given.aloud else plan}
    with Hostile(given.journal, key=given.key, port=given.port, seed=given.seed, **options) as server:
        print(server.url, flush=True)
        while not stop.wait(given.outages or None):
            if server.ledger.orders:  # a studio that starts would take it for an address without a sandbox
                server.outage(OUTAGE_S)


if __name__ == "__main__":
    main()
