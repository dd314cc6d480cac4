"""Two texts beside each other: what differs in full, long stretches that are the same folded away."""

from dataclasses import dataclass

from studio.text.diff import Row, diff, folded

MOST_ROWS = 1_500  # of one page; a song has a hundred


@dataclass(frozen=True)
class Stretch:
    """Rows that follow each other; `hidden` ones are the same on both sides, and open on demand.

    `omitted` rows are in no page: those of a hidden stretch for which there is no room, or all that follow.
    """

    hidden: bool
    rows: list[Row]
    omitted: int = 0


def stretches(old: str, new: str) -> list[Stretch]:
    """What `lyrics/_diff.html` shows: at most MOST_ROWS rows, what changed before what is folded away."""
    whole = _whole(diff(old, new))
    room = MOST_ROWS
    spare = room - sum(len(each.rows) for each in whole if not each.hidden)
    found: list[Stretch] = []
    for index, each in enumerate(whole):
        size = len(each.rows)
        if each.hidden:
            fits = size <= spare
            spare -= size if fits else 0
            found.append(each if fits else Stretch(True, [], size))
        elif size <= room:
            room -= size
            found.append(each)
        else:
            rest = sum(len(later.rows) for later in whole[index:]) - room
            return [*found, Stretch(False, each.rows[:room], rest)]
    return found


def _whole(rows: list[Row]) -> list[Stretch]:
    found: list[Stretch] = []
    at = 0
    for each in folded(rows):
        count = each if isinstance(each, int) else 1
        hidden = isinstance(each, int)
        if not found or hidden or found[-1].hidden:
            found.append(Stretch(hidden, []))
        found[-1].rows.extend(rows[at : at + count])
        at += count
    return found


def differs(parts: list[Stretch]) -> bool:
    return any(row.kind != "same" for part in parts for row in part.rows)
