"""`manage.py topup`: what moved a provider's balance without an order of ours."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.errors import Refusal
from studio.music_api.providers import PROVIDERS
from studio.services import audit, providers


class Command(BaseCommand):
    help = (
        "Book credits that were bought at a provider, or that its monthly reset added or took away, so that "
        "`audit --upstream` agrees again, e.g.: manage.py topup aimusicapi 5000 --reason 'Bought in May'. "
        "A reset downward is negative: manage.py topup aimusicapi --reason 'Monthly reset' -- -300"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("provider", help=f"one of {', '.join(PROVIDERS)}")
        parser.add_argument("amount", type=int, help="credits; below zero for a reset downward")
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, provider: str, amount: int, reason: str, **options: Any) -> None:
        if amount == 0 or abs(amount) >= 10**9:
            raise CommandError("An amount is a whole number of credits, and not 0.")
        if not reason.strip():
            raise CommandError("Say the reason: it stands in the books.")
        try:
            explained = audit.book(provider, amount, reason=reason.strip())
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        label = providers.named(provider).label
        self.stdout.write(f"Booked. By our books {label} has {explained} credits now.")
