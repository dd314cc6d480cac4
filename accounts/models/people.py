"""Who a person is: an e-mail address, a name and a role in the team."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models


class Role(models.TextChoices):
    OWNER = "owner", "Owner"  # answers for the bill and the people
    MANAGER = "manager", "Manager"
    MEMBER = "member", "Member"
    GUEST = "guest", "Guest"  # listens, spends nothing


class Theme(models.TextChoices):
    AUTO = "", "As the device"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """What `manage.py createsuperuser` calls: an owner."""
        return self.create_user(email, password, **{**fields, "role": Role.OWNER})


class User(AbstractUser):
    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    time_zone = models.CharField(max_length=40, blank=True)  # as in "Europe/Berlin"; empty: the team's
    theme = models.CharField(max_length=5, choices=Theme.choices, blank=True)
    deactivated_at = models.DateTimeField(null=True)  # who may not come in any more; their work stays
    erased_at = models.DateTimeField(null=True)  # they took their name with them

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    @property
    def is_owner(self) -> bool:
        return self.role == Role.OWNER

    @property
    def is_manager(self) -> bool:
        """Looks after people and watches what is spent; an owner does so too."""
        return self.role in (Role.OWNER, Role.MANAGER)


def link_hash(token: str) -> str:
    """Tokens have 256 random bits, so a plain hash is enough to make a stolen database useless."""
    return hashlib.sha256(token.encode()).hexdigest()


class OwnerLink(models.Model):
    """The one-time link that makes the first owner. Only its hash is stored; using it deletes the row."""

    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"owner link of {self.created_at:%Y-%m-%d %H:%M}"
