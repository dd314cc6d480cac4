"""What every address answers to every kind of person: read by test_access.py.

Each module holds the rows of one part of the house: GET, POST (what an empty form gets: refused by its
fields, or done, for who may at all) and addresses(world), the arguments of the addresses.
"""

from tests.views.matrix import (
    credits,
    door,
    handover,
    limits,
    people,
    projects,
    public,
    queue,
    review,
    sharing,
    songs,
    spending,
    throttle,
)
from tests.views.matrix.codes import Rows
from tests.views.matrix.world import World as World

PARTS = (
    *(credits, songs, throttle, projects, people, door, limits, queue, spending),
    *(sharing, review, public, handover),
)


def rows(method: str) -> Rows:
    """Of all parts, with one answer for each of nine kinds of person; deactivated comes second."""
    found: Rows = {}
    for part in PARTS:
        assert not found.keys() & getattr(part, method).keys()
        found |= {name: whole(row) for name, row in getattr(part, method).items()}
    return found


def whole(row: tuple[int, ...]) -> tuple[int, ...]:
    """Rows are written without who was deactivated, and most without the manager."""
    anonymous, member, viewer, guest, editor, holder, *rest = row
    manager, owner = rest if len(rest) == 2 else (member, *rest)
    return anonymous, anonymous, member, viewer, guest, editor, holder, manager, owner


GET, POST = rows("GET"), rows("POST")
