"""`manage.py audit`: check the books."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from studio.clients import client_for
from studio.music_api.errors import MusicApiError
from studio.services import audit, balances


class Command(BaseCommand):
    help = (
        "Check every rule of the books: balances, charges, refunds, attempts, clips. Prints the rows that "
        "break one and ends with 1, or with 0 when all is well."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--files", action="store_true", help="also compare the media files with their rows"
        )
        parser.add_argument(
            "--deep", action="store_true", help="with --files: also read every file and compare its SHA-256"
        )
        parser.add_argument(
            "--upstream", action="store_true", help="also compare each provider's own balance with our books"
        )
        parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        found = audit.audit()
        if options["files"] or options["deep"]:
            found |= _files(deep=options["deep"])
        if options["upstream"]:
            found |= _upstream()
        if options["json"]:
            self.stdout.write(json.dumps({"clean": not found, "broken": found}))
        else:
            self._tell(found)
        if found:
            raise SystemExit(1)

    def _tell(self, found: dict[str, list[str]]) -> None:
        for rule, rows in found.items():
            self.stdout.write(f"Broken: {rule}")
            for row in rows:
                self.stdout.write(f"    {row}")
        if not found:
            self.stdout.write("All is well.")


def _files(*, deep: bool) -> dict[str, list[str]]:
    try:
        return audit.audit_files(deep=deep)
    except OSError as error:
        return {"the files can be looked at": [str(error)]}


def _upstream() -> dict[str, list[str]]:
    broken = []
    for name in balances.with_balance():
        try:
            total = client_for(name).balance().total
        except MusicApiError as error:
            broken.append(f"{name}: the balance can't be read: {error}")
            continue
        difference = audit.unexplained(name, total)
        if difference:
            broken.append(f"{name}: has {total}, which is {difference:+d} from what our books explain")
    return {"a provider's balance is explained by our books": broken} if broken else {}
