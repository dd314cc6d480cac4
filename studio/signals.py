"""`accounts` knows nothing of the studio, so the studio listens for people who come and go."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.urls import reverse

from accounts.models import User
from accounts.signals import Obstacle, asked_to_erase, person_erased
from studio.services import leaving, people


@receiver(post_save, sender=User)
def on_new_person(instance: User, created: bool, raw: bool, **_: Any) -> None:
    if created and not raw:
        with transaction.atomic():
            people.welcome(instance)


@receiver(asked_to_erase)
def on_asked_to_erase(user: User, **_: Any) -> list[Obstacle]:
    return [
        Obstacle(
            f"You still hold the project “{project}”.",
            f"{reverse('project_settings', args=[project.pk])}#hand-over",
            "Hand it over",
        )
        for project in leaving.held_by(user)
    ]


@receiver(person_erased)
def on_person_erased(user: User, name: str, email: str, **_: Any) -> None:
    leaving.forget(user, name=name, email=email)
