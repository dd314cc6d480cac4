"""The media of the hostile upstream: two real seconds with cover and wav, and bad ways to hand them out."""

import socket
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from studio.sandbox.music import SongRequest
from tests.hostile.handler import PAGE, Handler
from tests.hostile.ledger import Ledger, Order
from tests.sandbox import quick

ENDLESS_S = 10


class Media:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.canary = Canary()
        with tempfile.TemporaryDirectory() as name:
            request = SongRequest(sound="", lyrics="", title="", seed=1)
            made = quick.compose(request, Path(name), "tone")
            self._files = {path.suffix[1:]: path.read_bytes() for path in (made.audio, made.wav, made.cover)}

    def item(self, order: Order, origin: str) -> dict[str, Any]:
        """The item of a finished song; addresses start with `origin`."""
        return {
            "clip_id": f"clip-{order.id}",
            "title": order.fields.get("title"),
            "sound": order.fields.get("sound"),
            "lyrics": "",
            "audio_url": f"{origin}/media/{order.id}.m4a",
            "wav_url": f"{origin}/media/{order.id}.wav" if order.plan.wav else None,
            "image_url": f"{origin}/media/{order.id}.jpg",
            "duration": quick.SECONDS,
            "mv": order.fields.get("mv"),
            "seed": order.fields.get("seed"),
            "state": "succeeded",
        }

    def serve(self, handler: Handler, name: str) -> None:
        task_id, _, kind = name.partition(".")
        order, content = self._ledger.orders.get(task_id), self._files.get(kind)
        if order is None or content is None:
            handler.json(404, {"error": "no such file"})
            return
        number = self._ledger.count(order, "fetches") if kind == "m4a" else len(order.plan.media)
        fault = order.plan.media[number] if number < len(order.plan.media) else ""
        fault = "missing_404" if order.plan.gone and kind == "m4a" else fault
        if fault:
            self._ledger.note(f"media {fault}")
        handler.close_connection = True
        WAYS[fault](handler, content, self.canary)


class Canary:
    """Listens on a private address that no media file may be fetched from, and counts who comes."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/song.m4a"
        self.connections = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        with suppress(OSError):
            while True:
                self._socket.accept()[0].close()
                self.connections += 1

    def close(self) -> None:
        self._socket.close()


Way = Callable[[Handler, bytes, Canary], None]


def _whole(handler: Handler, content: bytes, canary: Canary) -> None:
    handler.bytes(200, content, Content_Type="application/octet-stream")


def _status(status: int) -> Way:
    return lambda handler, content, canary: handler.bytes(status, PAGE, Content_Type="text/html")


def _short(handler: Handler, content: bytes, canary: Canary) -> None:
    handler.head(200, Content_Length=str(len(content)))
    handler.wfile.write(content[: len(content) // 2])


def _short_unannounced(handler: Handler, content: bytes, canary: Canary) -> None:
    handler.head(200, Connection="close")
    handler.wfile.write(content[: len(content) // 2])


def _endless(handler: Handler, content: bytes, canary: Canary) -> None:
    handler.head(200, Connection="close")
    handler.wfile.write(content[:64])
    end = time.monotonic() + ENDLESS_S
    while time.monotonic() < end:
        handler.wfile.write(bytes(100_000))
        time.sleep(0.01)


def _huge(handler: Handler, content: bytes, canary: Canary) -> None:
    handler.head(200, Content_Length=str(10**12))
    handler.wfile.write(content)


def _page(handler: Handler, content: bytes, canary: Canary) -> None:
    handler.bytes(200, PAGE, Content_Type="audio/mp4")


def _to_private(handler: Handler, content: bytes, canary: Canary) -> None:
    handler.bytes(302, b"", Location=canary.url)


def _drip(handler: Handler, content: bytes, canary: Canary) -> None:
    handler.drip(content, ENDLESS_S)


WAYS: dict[str, Way] = {
    "": _whole,
    "missing_404": _status(404),
    "forbidden_403": _status(403),
    "error_503": _status(503),
    "short": _short,
    "short_unannounced": _short_unannounced,
    "endless": _endless,
    "huge": _huge,
    "page": _page,
    "to_private": _to_private,
    "drip": _drip,
}
