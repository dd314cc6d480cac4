"""People who order songs through the web forms, and repeat a form that brought no answer."""

import http.client
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from threading import Thread

from tests.visitor import Answer, Visitor

PASSWORD = "horse battery 17"
NEW_SONG = "/projects/{}/new-song/"
PATIENCE_S = 120
BROKEN = (OSError, http.client.HTTPException)


@dataclass
class Person:
    """Orders `count` songs, one every `pause` seconds. `seen` counts what they met."""

    url: str
    email: str
    project: int
    count: int
    pause: float
    seen: Counter[str] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)

    def start(self) -> Thread:
        thread = Thread(target=self._order_all)
        thread.start()
        return thread

    def _order_all(self) -> None:
        began = time.monotonic()
        self.visitor = Visitor(self.url)
        self._again_and_again("/account/sign-in/", login=self.email, password=PASSWORD)
        for number in range(1, self.count + 1):
            time.sleep(max(0, began + number * self.pause - time.monotonic()))
            title = f"{self.email.partition('@')[0]} {number}"
            self._again_and_again(NEW_SONG.format(self.project), sound="quiet folk", title=title)
        self.visitor.close()

    def _again_and_again(self, path: str, **fields: str) -> None:
        """Fill in the form once and send it until it is taken: its key makes that one order."""
        end = time.monotonic() + PATIENCE_S
        form: dict[str, str] = {}
        while time.monotonic() < end:
            try:
                form = form or self._hidden(path)
                if not form:  # an error page has no form
                    time.sleep(0.5)
                    continue
                answer = self.visitor.request("POST", path, form | fields)
            except BROKEN:
                self._hung_up()
                continue
            self._note(answer)
            if answer.status == 302:
                self.seen["taken"] += 1
                return
            if "no longer offers" in answer.text:
                self._offer_again()
            time.sleep(0.5)
        self.seen["given up"] += 1

    def _hidden(self, path: str) -> dict[str, str]:
        answer = self.visitor.get(path)
        self._note(answer)
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text))

    def _offer_again(self) -> None:
        """The provider has said 410. An owner knows better; everybody here is one."""
        token = self._hidden("/providers/")
        self.visitor.request("POST", "/providers/sandbox/offer/create_music/", token)
        self.seen["offered again"] += 1

    def _note(self, answer: Answer) -> None:
        if answer.status >= 500:
            self.seen[f"HTTP {answer.status}"] += 1
        if answer.status >= 400:
            self.odd.append(f"{answer.status} {answer.text[:2000]}")
        if "database is locked" in answer.text:
            self.seen["database is locked"] += 1

    def _hung_up(self) -> None:
        """The web server was killed: connect anew. The cookies stay."""
        self.seen["no answer"] += 1
        self.visitor.connection.close()
        time.sleep(0.5)
