"""How a file from the browser gets in: straight to the disk, at one address only, up to the limit."""

import tempfile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from studio.services import media

FIELD = "file"


class Incoming(TemporaryUploadedFile):
    """Lies where it is moved from when it is kept, and is removed with the request when it is not."""

    def __init__(self, name: str, content_type: str) -> None:
        file = tempfile.NamedTemporaryFile(dir=media.incoming("x").parent, suffix=".upload")  # noqa: SIM115
        UploadedFile.__init__(self, file, name, content_type, 0)


class ToDisk(FileUploadHandler):
    """Takes one file from somebody who is signed in. What is too long is counted on but not written, so that
    the form can say how long it was."""

    # Not called "file": Django closes every handler's `file` when it skips another one.
    taken: Incoming | None = None
    writing = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.writing = self.taken is None and self._is_wanted()
        if self.writing:
            self.taken = Incoming(self.file_name or "", self.content_type or "")

    def _is_wanted(self) -> bool:
        request: Any = self.request
        match = request.resolver_match
        is_upload = match is not None and match.url_name == "upload" and self.field_name == FIELD
        return is_upload and request.user.is_authenticated and not media.storage_is_full()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.writing and self.taken and start + len(raw_data) <= settings.UPLOAD_MAX_BYTES:
            self.taken.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if not self.writing or self.taken is None:
            return None
        self.taken.seek(0)
        self.taken.size = file_size
        return self.taken

    def upload_interrupted(self) -> None:
        if self.taken is not None:
            self.taken.close()
