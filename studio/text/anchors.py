"""Where the lines of an old text are in a new one: what hangs on a line goes along with it."""

from studio.text.diff import diff
from studio.text.sections import lines_of


def carry(old: str, new: str) -> dict[int, int]:
    """Index of a line in `old` -> its index in `new`, from 0; lines that are gone are absent.

    A line survives where it stands among its neighbours, also when some of its words have changed. One that
    was moved is found again when it was, and is, the only one of its kind among the lines that moved.
    """
    found: dict[int, int] = {}
    gone: dict[str, list[int]] = {}
    come: dict[str, list[int]] = {}
    before, after = lines_of(old), lines_of(new)
    for row in diff(old, new):
        if row.old_number is not None and row.new_number is not None:
            found[row.old_number - 1] = row.new_number - 1
        elif row.old_number is not None:
            gone.setdefault(before[row.old_number - 1].strip(), []).append(row.old_number - 1)
        elif row.new_number is not None:
            come.setdefault(after[row.new_number - 1].strip(), []).append(row.new_number - 1)
    for line, places in gone.items():
        if line and len(places) == len(come.get(line, [])) == 1:
            found[places[0]] = come[line][0]
    return found
