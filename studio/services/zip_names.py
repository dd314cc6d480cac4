"""Names of files that a person can read and that Windows, macOS and Linux all take."""

import re
import unicodedata
from collections import Counter

FORBIDDEN = str.maketrans(dict.fromkeys('/\\:*?"<>|', "_"))
RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|\Z)", re.IGNORECASE)
LONGEST = 100  # bytes of one part, before a take, a number or an ending is added
UNSEEN = ("Zl", "Zp")  # and every category C: control, direction marks, half characters


def safe(text: str, instead: str = "Untitled") -> str:
    """Text as one part of a path: "AC/DC: live." -> "AC_DC_ live". `instead` when nothing is left of it."""
    shown = (char for char in unicodedata.normalize("NFC", text) if _is_seen(char))
    name = " ".join("".join(shown).translate(FORBIDDEN).split()).strip(". ")
    name = name.encode()[:LONGEST].decode(errors="ignore").rstrip(". ") or instead
    return f"_{name}" if RESERVED.match(name) else name


def _is_seen(char: str) -> bool:
    category = unicodedata.category(char)
    return (char.isspace() and category == "Cc") or (category[0] != "C" and category not in UNSEEN)


class Names:
    """The paths of one archive. None comes twice, also where capital letters make no difference."""

    def __init__(self, *taken: str) -> None:
        self._taken = {_key(path) for path in taken}
        self._folders: dict[int, str] = {}
        self._numbers: Counter[str] = Counter()

    def folder(self, project_id: int, name: str) -> str:
        """Of a project: two may have the same name."""
        if project_id not in self._folders:
            self._folders[project_id] = self.free(safe(name, "Project"))
        return self._folders[project_id]

    def free(self, path: str, ending: str = "") -> str:
        """The path with its ending, with " (2)" and so on between them when that is taken."""
        wanted = _key(path + ending)
        found = path + ending
        while _key(found) in self._taken:
            self._numbers[wanted] += 1  # remembered, since a thousand songs may have one title
            found = f"{path} ({self._numbers[wanted] + 1}){ending}"
        self._taken.add(_key(found))
        return found


def _key(path: str) -> str:
    return unicodedata.normalize("NFC", path.casefold())
