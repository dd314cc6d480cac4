"""The things that the addresses of the matrix point to."""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import User
from studio.models import Clip, Project, Task


@dataclass(frozen=True)
class World:
    """A song in Mara's project, and how to order more there."""

    clip: Clip
    order: Callable[..., list[Task]]
    member: User  # Mara, who holds the project
    owner: User

    @property
    def project(self) -> Project:
        return self.clip.project
