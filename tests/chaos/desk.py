"""An owner at the desk: looks up orders in doubt at the provider's own pages, and enters their ids."""

import re
import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from tests.chaos.people import BROKEN, PASSWORD
from tests.visitor import Visitor

EVERY_S = 3
ORDER = re.compile(
    r"<dt>Title</dt><dd>(?P<title>[^<]*)</dd>.*?<code>(?P<seed>\d+)</code>.*?action=\"(?P<form>[^\"]*/upstream-id/)\"",
    re.DOTALL,
)


class Desk:
    """A context manager. `books` gives what the provider's pages show: its orders by title and seed."""

    def __init__(self, url: str, email: str, books: Callable[[], dict[str, Any]]) -> None:
        self._url, self._email, self._books = url, email, books
        self._stop = Event()
        self._entered: set[str] = set()
        self._thread = Thread(target=self._work)

    def __enter__(self) -> "Desk":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def entered(self) -> int:
        return len(self._entered)

    def _work(self) -> None:
        while not self._stop.wait(EVERY_S):
            visitor = Visitor(self._url)
            try:
                self._look(visitor)
            except BROKEN:  # the studio is just being killed
                time.sleep(1)
            finally:
                visitor.close()

    def _look(self, visitor: Visitor) -> None:
        visitor.submit("/account/sign-in/", login=self._email, password=PASSWORD)
        page = visitor.get("/queue/").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]*)"', page)
        orders = self._books()["orders"]
        for found in ORDER.finditer(page):
            known = orders.get(f"{found['title']}/{found['seed']}")
            if known and token:
                form = {"csrfmiddlewaretoken": token[1], "upstream_id": known["id"]}
                if visitor.request("POST", found["form"], form).status == 302:
                    self._entered.add(known["id"])
