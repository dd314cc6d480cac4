"""How a link looks elsewhere: in a chat, in a search engine, in a frame on another site. Titles, durations
and addresses, and nothing of the team."""

import json
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve, reverse
from django.utils.safestring import SafeString, mark_safe

from studio.services.share_pages import WHOLE, Page, Song

WIDTH, HEIGHT = 480, 240  # of the frame, in CSS pixels; the page in it fits any
FRAME = '<iframe src="{}" width="{}" height="{}" title="{}" frameborder="0" loading="lazy"></iframe>'
# What could end a <script> element or begin a comment in it.
_ESCAPES = {ord(each): f"\\u{ord(each):04x}" for each in "<>&"}


def address(name: str, token: str, *rest: str) -> str:
    """The whole address of a public view, as others need it."""
    return f"{settings.PUBLIC_URL}{reverse(name, args=[token, *rest])}"


def oembed_address(token: str) -> str:
    """Where other sites ask how to show the player."""
    asked = urlencode({"url": address("public", token), "format": "json"})
    return f"{settings.PUBLIC_URL}{reverse('oembed')}?{asked}"


def token_in(url: str) -> str | None:
    """The token in the address of a link's page, or of its embed. None for any other text."""
    try:
        parts = urlsplit(url)
        found = resolve(parts.path)
    except (ValueError, Resolver404):
        return None
    ours = f"{parts.scheme}://{parts.netloc}".lower() == settings.PUBLIC_URL.lower()
    return found.kwargs["token"] if ours and found.url_name in ("public", "public_embed") else None


def embed_code(token: str, title: str = "", *, width: int = WIDTH, height: int = HEIGHT) -> str:
    """The HTML that shows the player on another site, as text."""
    values = address("public_embed", token), width, height, title or "Player"
    return FRAME.format(*(escape(str(value)) for value in values))


# -- Linked data -----------------------------------------------------------------------------------


def linked_data(page: Page, token: str) -> SafeString:
    """What the page is in the words of schema.org, as text for a <script> of JSON that nothing can end."""
    songs = [_recording(song, token) for song in page.songs[:WHOLE]]
    found = songs[0] if len(page.songs) == 1 else _playlist(page, songs)
    found = {"@context": "https://schema.org", **found, "name": page.title, "url": address("public", token)}
    return as_data(found)


def as_data(found: dict[str, Any]) -> SafeString:
    """JSON in plain ASCII, in which no character means anything to HTML."""
    return mark_safe(json.dumps(found).translate(_ESCAPES))  # noqa: S308 - what could is escaped


def _playlist(page: Page, songs: list[dict[str, Any]]) -> dict[str, Any]:
    return {"@type": "MusicPlaylist", "numTracks": len(page.songs), "track": songs}


def _recording(song: Song, token: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@type": "MusicRecording",
        "name": song.title,
        "duration": iso_duration(song.duration),
        "image": address("public_cover", token, song.handle),
    }
    if song.has_audio:
        audio = {"@type": "AudioObject", "contentUrl": address("public_audio", token, song.handle)}
        found["audio"] = audio
    return found


def iso_duration(seconds: float) -> str:
    """PT2M5S, as ISO 8601 writes it; whole seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"PT{minutes}M{rest}S"
