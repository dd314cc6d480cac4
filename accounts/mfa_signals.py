"""Each second factor that comes or goes leaves a line in the trail, in the same transaction."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from accounts.models import TrailEvent, User


@receiver(post_save, sender=Authenticator)
def on_saved(instance: Authenticator, created: bool, **_: Any) -> None:
    if created:
        _write(instance, on=True, by=instance.user)


@receiver(post_delete, sender=Authenticator)
def on_deleted(instance: Authenticator, **_: Any) -> None:
    _write(instance, on=False, by=getattr(instance, "removed_by", instance.user))


def _write(instance: Authenticator, on: bool, by: User | None) -> None:
    kind = str(instance.type)
    TrailEvent.objects.write(TrailEvent.What.MFA, by=by, about=instance.user, kind=kind, on=on)
