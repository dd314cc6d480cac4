"""`accounts` knows nothing of the studio, so the studio listens for new people."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts.models import User
from studio.services import people


@receiver(post_save, sender=User)
def on_new_person(instance: User, created: bool, raw: bool, **_: Any) -> None:
    if created and not raw:
        with transaction.atomic():
            people.welcome(instance)
