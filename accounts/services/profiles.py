"""What a person says about themselves: name, picture, time zone and colours."""

from django.db import transaction

from accounts.models import Picture, TrailEvent, User
from accounts.services import pictures


def change(person: User, *, name: str, time_zone: str, theme: str, picture: bytes | None = None) -> None:
    """Keep it all, or nothing: raises BadPicture. Without `picture` that of before stays."""
    content = pictures.square(picture) if picture is not None else None
    with transaction.atomic():
        mine = User.objects.filter(pk=person.pk, erased_at=None)  # who has gone meanwhile gets no name again
        if mine.exclude(name=name).update(name=name):
            TrailEvent.objects.write(TrailEvent.What.TEAM, by=person, about=person, field="name")
        if not mine.update(time_zone=time_zone, theme=theme):
            return
        if content is not None:
            row = {"content": content, "sha256": pictures.digest(content)}
            Picture.objects.update_or_create(user=person, defaults=row)


def remove_picture(person: User) -> None:
    """The one that is drawn from the name comes back."""
    Picture.objects.filter(user=person).delete()


def set_theme(person: User, theme: str) -> None:
    """The colours of all pages: light, dark, or "" for those of the device."""
    User.objects.filter(pk=person.pk).update(theme=theme)
