"""Many rows at a time, but never all of them: others must be able to write in between."""

from collections.abc import Iterator, Sequence

SIZE = 500


def batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """The ids in parts of at most 500, which is what one statement takes on either database."""
    return (ids[start : start + SIZE] for start in range(0, len(ids), SIZE))
