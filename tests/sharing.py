"""Links as people make them, for tests of what they open."""

from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import Asset, Clip, Share
from studio.services import media, shares


def shared(clip: Clip, by: User, **fields: Any) -> tuple[Share, str]:
    """A link to this song, and its token; `fields` as `shares.create` takes them."""
    given = {"label": "For the client", "expires_at": None, **fields}
    return shares.create(project=clip.project, kind=Share.Kind.CLIP, by=by, thing={"clip": clip}, **given)


def with_file(clip: Clip, kind: str, content_type: str, data: bytes) -> None:
    """Keep these bytes as a file of the song."""
    path = media.incoming(uuid4().hex)
    path.write_bytes(data)
    name = f"clips/{clip.pk}-{kind}"
    media.keep(path, name)
    facts: dict[str, Any] = {"content_type": content_type, "size": len(data), "sha256": "0" * 64}
    Asset.objects.create(clip=clip, kind=kind, name=name, **facts)


def same_as_nothing(client: Client, answer: HttpResponse) -> bool:
    """Whether this is what an address gets that never was: status, bytes and headers."""
    nothing = client.get(reverse("public", args=[43 * "t"]))
    assert nothing.status_code == 404

    def facts(each: HttpResponse) -> Any:
        rest = {name: value for name, value in each.headers.items() if name != "X-Request-Id"}
        return each.status_code, each.content, rest

    return bool(facts(nothing) == facts(answer))
