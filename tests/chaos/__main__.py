"""`make chaos`: the run, its table, and 1 when a promise broke, or a control found nothing to break."""

import os
import sys
from argparse import ArgumentParser, Namespace
from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp

from tests.chaos.controls import CONTROLS
from tests.chaos.judge import Verdict
from tests.chaos.postgres import OwnPostgres
from tests.chaos.run import ChaosRun, Options
from tests.running import postgres_url

POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
SHOWN = 20


def main() -> int:
    given = _arguments()
    folder = Path(mkdtemp(prefix="chaos-"))
    options = Options(
        tasks=given.tasks,
        seconds=given.seconds,
        seed=given.seed,
        control=given.control,
        hooks=given.hooks == "1",
        server_kills=given.dbkills,
        desk=given.desk == "1",
        swallows=given.swallows == "1",
        quiet_s=60 if given.control else 420,  # a control may stand still for good
    )
    print(f"{options}; what happened is kept in {folder}", file=sys.stderr)
    with ExitStack() as stack:
        server = stack.enter_context(OwnPostgres()) if given.dbkills else None
        database = postgres_url(server.url) if server else _database(given.db)
        verdict = stack.enter_context(ChaosRun(folder, options, database, server)).run()
    return report(verdict, options)


def report(verdict: Verdict, options: Options) -> int:
    for name, value in verdict.figures.items():
        print(f"{name:<34}{value}")
    for sentence in verdict.broken[:SHOWN]:
        print(f"BROKEN  {sentence}")
    print(f"{len(verdict.broken)} broken promises; seed {options.seed}")
    if not options.control:
        return 1 if verdict.broken else 0
    found = bool(verdict.figures["paid twice"] or verdict.figures["open"])
    print(f"The control {options.control} " + ("shows failures, as it must." if found else "shows NOTHING."))
    if not found:
        print("So the run can't see what it looks for: the proof is worthless.")
    return 0 if found else 1


def _database(kind: str) -> str:
    """A fresh database, or "" for SQLite."""
    if kind == "sqlite":
        return ""
    url = os.environ.get("DATABASE_URL", "")
    return postgres_url(url if url.startswith("postgres") else POSTGRES)


def _arguments() -> Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--db", choices=("postgres", "sqlite"), default="sqlite")
    parser.add_argument("--control", choices=[*CONTROLS], default="")
    parser.add_argument("--dbkills", type=int, default=0, help="how often a PostgreSQL of our own is killed")
    parser.add_argument("--hooks", choices=("0", "1"), default="1")
    parser.add_argument("--desk", choices=("0", "1"), default="0", help="an owner enters lost ids")
    parser.add_argument("--swallows", choices=("0", "1"), default="1", help="0: it answers what it charges")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
