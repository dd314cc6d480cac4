"""The Range header of RFC 9110 §14: which bytes of a file are asked for."""

import re

ONE_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,99})-([0-9]{0,99})[ \t]*", re.IGNORECASE)


class Unsatisfiable(Exception):
    """The range begins behind the end of the file (416)."""


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """Return the first and last byte that a Range header asks of a file of `size` bytes.

    None means the whole file: for several ranges, which we do not serve, and for what is no range at
    all, which the RFC says to ignore. Raises Unsatisfiable.
    """
    found = ONE_RANGE.fullmatch(header.strip())
    if not found or found[0].endswith("=-"):
        return None
    first, last = found.groups()
    if not first:
        return _suffix(int(last), size) if last else None
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise Unsatisfiable
    return int(first), min(int(last), size - 1) if last else size - 1


def _suffix(length: int, size: int) -> tuple[int, int] | None:
    """The last `length` bytes."""
    if length == 0:
        raise Unsatisfiable
    return (max(0, size - length), size - 1) if size else None
