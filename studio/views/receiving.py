"""How a file from the browser gets in: straight to the disk, at few addresses only, up to the limit."""

import tempfile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import UnreadablePostError

from studio.services import media
from studio.views.htmx import StudioRequest

BLOCK_BYTES = 1 << 16
# Where files are taken: the field, how many of them, and the setting that says how long each may be.
TAKEN = {
    "upload": ("file", 1, "UPLOAD_MAX_BYTES"),
    "import_files": ("files", 100, "IMPORT_MAX_BYTES"),
    "new_lyric_sheet": ("file", 1, "LYRICS_MAX_BYTES"),
    "clip_timing": ("file", 1, "LYRICS_MAX_BYTES"),
    "profile": ("picture", 1, "PICTURE_MAX_BYTES"),
}
NOWHERE = ("", 0, "UPLOAD_MAX_BYTES")


class Incoming(TemporaryUploadedFile):
    """Lies where it is moved from when it is kept, and is removed with the request when it is not."""

    def __init__(self, name: str, content_type: str) -> None:
        file = tempfile.NamedTemporaryFile(dir=media.incoming("x").parent, suffix=".upload")  # noqa: SIM115
        UploadedFile.__init__(self, file, name, content_type, 0)


class ToDisk(FileUploadHandler):
    """Takes files from somebody who is signed in. What is too long is counted on but not written, so that
    the form can say how long it was."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        # Not called "file": Django closes every handler's `file` when it skips another one.
        self.taken: list[Incoming] = []
        self.writing = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.writing = self._is_wanted()
        if self.writing:
            self.taken.append(Incoming(self.file_name or "", self.content_type or ""))

    def _is_wanted(self) -> bool:
        request: Any = self.request
        field, most, _ = self._rules()
        wanted = self.field_name == field and len(self.taken) < most
        return wanted and request.user.is_authenticated and not media.storage_is_full()

    def _rules(self) -> tuple[str, int, str]:
        request: Any = self.request
        match = request.resolver_match
        return TAKEN.get(match.url_name or "", NOWHERE) if match else NOWHERE

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.writing and start + len(raw_data) <= getattr(settings, self._rules()[2]):
            self.taken[-1].write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if not self.writing:
            return None
        file = self.taken[-1]
        file.seek(0)
        file.size = file_size
        return file

    def upload_interrupted(self) -> None:
        for file in self.taken:
            file.close()


def body(request: StudioRequest, length: int) -> bytes | None:
    """A raw body of `length` bytes; None when the connection broke before all were here."""
    blocks, left = [], length
    try:
        while left and (block := request.read(min(left, BLOCK_BYTES))):
            blocks.append(block)
            left -= len(block)
    except UnreadablePostError:
        return None
    return None if left else b"".join(blocks)
