"""`manage.py operations`: who offers what, and at what price."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from studio.music_api.operations import KNOWN
from studio.music_api.providers import PROVIDERS, Provider

NOT_OFFERED = "–"


class Command(BaseCommand):
    help = "Print what each provider offers, with its price in credits, as a Markdown table."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print it as one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["json"]:
            self.stdout.write(json.dumps({name: _prices(each) for name, each in PROVIDERS.items()}))
        else:
            self.stdout.write(table(PROVIDERS))


def _prices(provider: Provider) -> dict[str, int]:
    return {operation.name: operation.price for operation in provider.operations}


def table(providers: dict[str, Provider]) -> str:
    """One row for each operation, one column for each provider, as Markdown."""
    head = ["operation", *(provider.label for provider in providers.values())]
    rows = [_row(name, providers) for name in KNOWN]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *rows])


def _row(name: str, providers: dict[str, Provider]) -> list[str]:
    return [f"{KNOWN[name].label} (`{name}`)", *(_cell(name, provider) for provider in providers.values())]


def _cell(name: str, provider: Provider) -> str:
    if not provider.offers(name):
        return NOT_OFFERED
    return str(provider.operation(name).price or "free")
