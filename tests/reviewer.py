"""A browser with a link open, whose person may say something."""

from typing import Any

from django.test import Client
from django.urls import reverse

from studio.models import Clip, Comment, Share


class Visitor:
    """Nothing of them is known but what this browser was told."""

    def __init__(self, share: Share, token: str, clip: Clip) -> None:
        self.client, self.share, self.token, self.clip = Client(), share, token, clip

    def path(self, name: str, *rest: object) -> str:
        return reverse(name, args=[self.token, *(rest or [self.share.handle(self.clip.pk)])])

    def page(self) -> str:
        answer = self.client.get(reverse("public", args=[self.token]))
        assert answer.status_code == 200
        return answer.content.decode()

    def say(self, text: str = "Less reverb", **fields: str) -> Any:
        return self.client.post(self.path("public_comment"), {"text": text, **fields})

    def answer(self, comment: Comment, text: str = "Yes", **fields: str) -> Any:
        return self.client.post(self.path("public_answer", comment.key), {"text": text, **fields})

    def edit(self, comment: Comment, text: str) -> Any:
        return self.client.post(self.path("public_edit", comment.key), {"text": text})

    def approve(self, **fields: str) -> Any:
        return self.client.post(self.path("public_approve"), fields)

    @property
    def cookie(self) -> Any:
        """What tells who they are, once they said it."""
        return self.client.cookies.get("studio_guest")

    def named(self, name: str) -> "Visitor":
        """The same, who has said their name with a comment."""
        assert self.say(f"I am {name}", name=name).status_code == 302
        return self
