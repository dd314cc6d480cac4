"""The download of useapi.net's riffusion service (upstream.md 6), for the clips of this account. Free."""

import json
import threading
from pathlib import Path
from urllib.parse import parse_qsl

from studio.sandbox.contract import check_key
from studio.sandbox.knobs import Knobs
from studio.sandbox.store import Store
from studio.sandbox.types import Answer, Clip, File, Refusal, Request
from studio.sandbox.workshop import Stopped, WorkFailed, Workshop, file_name, stem_listing

PREFIX = "/v1/riffusion/"
DOWNLOAD = "/v1/riffusion/music/download"
FORMATS = ("mp3", "wav", "stems")
NEEDS_ATTENTION = (
    "Your Riffusion account has pending error. Please address this issue at "
    "https://useapi.net/docs/api-riffusion-v1/post-riffusion-accounts before making any new API calls."
)


class BadRequest(Exception):
    """A call that is answered 400; the text says why."""


class Useapi:
    """Finds and makes the files in `folder`; each one is made once, at the first call for it."""

    def __init__(self, store: Store, key: str, folder: Path, workshop: Workshop) -> None:
        self._store = store
        self._key = key
        self._folder = folder
        self._workshop = workshop
        self._making = threading.Lock()

    def answer(self, request: Request, knobs: Knobs) -> Answer | File:
        """Answer one request; whatever is wrong with it is an answer too (upstream.md 6)."""
        try:
            check_key(request.authorization, self._key)
        except Refusal:
            return _error(401, "Unauthorized")
        if (request.method, request.path.rstrip("/")) != ("GET", DOWNLOAD):
            return _error(404, "Not found")
        try:
            return self._download(request, knobs)
        except BadRequest as fault:
            return _error(400, str(fault))
        except (WorkFailed, Stopped) as fault:
            return _error(500, f"The file could not be made: {fault}")

    def _download(self, request: Request, knobs: Knobs) -> Answer | File:
        query = dict(parse_qsl(request.query))
        form = _required(query, "download_format")
        if form not in FORMATS:
            raise BadRequest(f"Parameter download_format must be one of {', '.join(FORMATS)}")
        song_id = _required(query, "id")
        _check_account(query, knobs.accounts)
        if knobs.needs_attention:
            return Answer(596, {"error": NEEDS_ATTENTION})  # without a code: seed page of the download
        clip = self._store.clip(song_id) or self._store.clip_of_task(song_id)
        if clip is None:
            raise BadRequest(f"Song {song_id} not found")
        return self._stems(clip, request.origin) if form == "stems" else self._file(clip, form)

    def _file(self, clip: Clip, form: str) -> File:
        name = file_name(clip, form)
        with self._making:
            if not (self._folder / "media" / name).exists():
                self._workshop.convert(clip, form)
        return File(name)

    def _stems(self, clip: Clip, origin: str) -> Answer:
        """No source shows this body (upstream.md 6), so the shape is ours."""
        if not clip.recipe:
            raise BadRequest("Stems exist only for songs that were made here")
        listing = stem_listing(self._folder, clip)
        with self._making:
            if not listing.exists():
                self._workshop.make_stems(clip)
        files = json.loads(listing.read_text())
        return Answer(
            200, {"stems": [{"name": name, "url": f"{origin}/media/{file}"} for name, file in files.items()]}
        )


def _error(status: int, error: str) -> Answer:
    return Answer(status, {"error": error, "code": status})


def _required(query: dict[str, str], name: str) -> str:
    if name not in query:
        raise BadRequest(f"Parameter {name} is required")
    return query[name]


def _check_account(query: dict[str, str], accounts: int) -> None:
    names = [f"user-{number}" for number in range(1, accounts + 1)]
    if accounts > 1:
        _required(query, "user_id")
    if query.get("user_id", names[0]) not in names:
        raise BadRequest(f"Account {query['user_id']} is not configured")
