"""`manage.py sandbox`: the embedded upstream as a process of its own."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from studio.sandbox.knobs import DIALECTS, Knobs
from studio.sandbox.profiles import PROFILES
from studio.sandbox.server import Sandbox
from studio.sandbox.store import StoreInUse

HELP = """Run the sandbox: a stand-in for the hosted music API on this machine, without network or key.

It speaks the same HTTP contracts and composes real songs. Tasks, credits and songs are kept in one folder and
survive a restart. Ctrl-C ends it; a song in the making is made again after the next start.
"""
DEFAULT = "(default: %(default)s)"


class Command(BaseCommand):
    help = HELP
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        address = urlsplit(settings.SANDBOX_URL)
        knobs = Knobs()
        add = parser.add_argument
        add("--host", default=address.hostname, help=f"address to listen on {DEFAULT}")
        add("--port", type=int, default=address.port or 80, help=f"port, 0 for any free one {DEFAULT}")
        add("--dir", type=Path, default=settings.SANDBOX_DIR, help=f"where it keeps everything {DEFAULT}")
        add("--key", default=settings.SANDBOX_KEY, help="key that clients must send (default: SANDBOX_KEY)")
        add("--credits", type=int, default=knobs.credits, help=f"balance of a new folder {DEFAULT}")
        add("--latency", type=float, default=knobs.latency_s, help=f"least seconds for a task {DEFAULT}")
        add("--failure-rate", type=float, default=0.0, help=f"share of tasks that fail, 0-1 {DEFAULT}")
        add("--capacity", type=int, default=knobs.capacity, help=f"unfinished tasks at once {DEFAULT}")
        add("--profile", choices=PROFILES, default=knobs.profile, help=f"whose operations it has {DEFAULT}")
        add("--dialect", choices=DIALECTS, default=knobs.dialect, help=f"p1 polls as the older API {DEFAULT}")

    def handle(self, *args: Any, **options: Any) -> None:
        sandbox = self._sandbox(options)
        self.stderr.write(f"Sandbox on {sandbox.url}, {sandbox.balance} credits, songs in {options['dir']}")
        sandbox.serve_forever()

    def _sandbox(self, options: dict[str, Any]) -> Sandbox:
        try:
            knobs = Knobs(
                latency_s=options["latency"],
                failure_rate=options["failure_rate"],
                capacity=options["capacity"],
                credits=options["credits"],
                profile=options["profile"],
                dialect=options["dialect"],
            )
            return Sandbox(options["dir"], options["key"], options["host"], options["port"], knobs)
        except (ValueError, OverflowError, StoreInUse) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            place = error.filename or f"{options['host']}:{options['port']}"
            raise CommandError(f"Can't use {place}: {error.strerror}") from error
