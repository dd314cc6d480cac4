"""Media in a bucket of S3-compatible storage."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, RawIOBase
from mimetypes import guess_type
from pathlib import Path
from typing import Any, BinaryIO

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage
from urllib3.exceptions import HTTPError

from studio.stores import Away

BLOCK_BYTES = 1 << 20
BAD_BYTES = "The bucket has another number of bytes than were sent."


class Bucket:
    """`options` are S3Storage's: bucket_name, endpoint_url, region_name, access_key, secret_key, location and
    addressing_style."""

    def __init__(self, **options: str) -> None:
        style = options.pop("addressing_style")
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": style},
            connect_timeout=5,
            read_timeout=30,
            retries={"mode": "standard", "total_max_attempts": 3},
            # Content-MD5 is known everywhere, the checksums that boto3 adds by itself are not.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        # None: what other programs on this machine may have in their environment is not ours.
        of_others: dict[str, Any] = {"security_token": None, "session_profile": None, "custom_domain": None}
        self._storage = S3Storage(client_config=config, **options, **of_others)

    def keep(self, path: Path, name: str) -> None:
        """Put the file there and remove it here. The bucket refuses bytes that changed on the way."""
        size = path.stat().st_size
        with path.open("rb") as file, _answering(name):
            digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).digest()
            file.seek(0)
            self._client.put_object(
                **self._at(name),
                Body=file,
                ContentLength=size,
                ContentMD5=base64.b64encode(digest).decode(),
                ContentType=guess_type(name)[0] or "application/octet-stream",
            )
        if self.size(name) != size:
            raise Away(BAD_BYTES)
        path.unlink()

    @contextmanager
    def local(self, name: str, scratch: Path) -> Iterator[Path]:
        """A copy at `scratch`, which is removed afterwards."""
        try:
            with _answering(name), scratch.open("xb") as file:
                body = self._client.get_object(**self._at(name))["Body"]
                for block in body.iter_chunks(BLOCK_BYTES):
                    file.write(block)
            yield scratch
        finally:
            scratch.unlink(missing_ok=True)

    def open(self, name: str, first: int, length: int) -> BinaryIO:
        """From byte `first` on, `length` bytes, as they arrive. Also what is read raises Away."""
        asked = {"Range": f"bytes={first}-{first + length - 1}"} if length else {}
        with _answering(name):
            body = self._client.get_object(**self._at(name), **asked)["Body"]
        return BufferedReader(_Body(body, name))

    def size(self, name: str) -> int | None:
        """In bytes; None when there is no such file."""
        try:
            with _answering(name):
                return int(self._client.head_object(**self._at(name))["ContentLength"])
        except FileNotFoundError:
            return None

    def remove(self, name: str) -> None:
        """A file that is gone already is no error."""
        with _answering(name):
            self._client.delete_object(**self._at(name))

    def names(self) -> Iterator[tuple[str, int]]:
        """Every file of the bucket below our prefix, with its size."""
        start = f"{self._storage.location}/" if self._storage.location else ""
        pages = self._client.get_paginator("list_objects_v2")
        with _answering(start):
            for page in pages.paginate(Bucket=self._storage.bucket_name, Prefix=start):
                for entry in page.get("Contents", ()):
                    yield entry["Key"].removeprefix(start), entry["Size"]

    def signed(self, name: str, *, seconds: int, content_type: str, disposition: str) -> str:
        """An address that gives the file to anybody for so many seconds, with these two headers."""
        headers = {"ResponseContentType": content_type, "ResponseContentDisposition": disposition}
        address: str = self._storage.url(name, parameters=headers, expire=seconds)
        return address

    @property
    def _client(self) -> Any:
        """One for each thread: making it is not safe in several, and that is done by django-storages."""
        return self._storage.connection.meta.client

    def _at(self, name: str) -> dict[str, str]:
        key = f"{self._storage.location}/{name}" if self._storage.location else name
        return {"Bucket": self._storage.bucket_name, "Key": key}


class _Body(RawIOBase):
    """What arrives of a file. A connection can break long after the bucket began to answer."""

    def __init__(self, body: Any, name: str) -> None:
        self._body = body
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with _answering(self._name):
            block = self._body.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        if not self.closed:
            self._body.close()
        super().close()


@contextmanager
def _answering(name: str) -> Iterator[None]:
    """Tell in the words of a file system what the bucket says."""
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in ("404", "NoSuchKey", "NotFound"):
            raise FileNotFoundError(name) from error
        raise Away(f"The bucket refuses {error.operation_name}: {error}") from error
    except (BotoCoreError, HTTPError) as error:
        raise Away(f"The bucket does not answer: {error}") from error
