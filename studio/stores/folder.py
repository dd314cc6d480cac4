"""Media in a folder of this machine, or of a file system that machines share."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from studio.audio.files import move


class Folder:
    def __init__(self, root: Path) -> None:
        self.root = root

    def path_of(self, name: str) -> Path:
        return self.root / name

    def keep(self, path: Path, name: str) -> None:
        """Move the file to its name; on the disk when this returns. `path` is on the same file system."""
        move(path, self.path_of(name), below=self.root)

    @contextmanager
    def local(self, name: str, scratch: Path) -> Iterator[Path]:
        """The file itself."""
        path = self.path_of(name)
        if not path.is_file():
            raise FileNotFoundError(name)
        yield path

    def open(self, name: str, first: int, length: int) -> BinaryIO:
        """From byte `first` on, at least `length` bytes."""
        file = self.path_of(name).open("rb")
        file.seek(first)
        return file

    def size(self, name: str) -> int | None:
        """In bytes; None when there is no such file."""
        path = self.path_of(name)
        return path.stat().st_size if path.is_file() else None

    def remove(self, name: str) -> None:
        """A file that is gone already is no error."""
        self.path_of(name).unlink(missing_ok=True)

    def names(self) -> Iterator[tuple[str, int]]:
        """Every file below the folder with its size."""
        for path in self.root.rglob("*"):
            if path.is_file():
                yield path.relative_to(self.root).as_posix(), path.stat().st_size
