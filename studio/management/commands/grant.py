"""`manage.py grant`: credits by hand."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from studio.services import credits


class Command(BaseCommand):
    help = "Give a person credits, e.g.: manage.py grant ada@example.org 200 --reason 'For the new album'"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("amount", type=int)
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, email: str, amount: int, reason: str, **options: Any) -> None:
        user = User.objects.filter(email=email.lower()).first()
        if user is None:
            raise CommandError(f"Nobody in the team has the address {email}.")
        if amount <= 0:
            raise CommandError("A grant is more than 0 credits.")
        credits.grant(user, amount, reason=reason)
        self.stdout.write(f"{user} has {credits.balance(user)} credits now.")
