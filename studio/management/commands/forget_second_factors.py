"""`manage.py forget_second_factors`: for who has lost the phone, the passkeys and the recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.services import second_factors


class Command(BaseCommand):
    help = "Take all second factors off somebody's account: the password is enough then. It is in the trail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="e-mail address of the person")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(email=options["email"].lower()).first()
        if person is None:
            raise CommandError(f"Nobody here has the address {options['email']}.")
        count = second_factors.forget(person)
        self.stdout.write(f"{person} had {count}. Now the password is enough.")
