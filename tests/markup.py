"""HTML as a browser takes it, and texts that would like to be some."""

from html.parser import HTMLParser

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "\"><img src=x onerror=alert(1)> ' onload='x",
    "&lt;b&gt; &amp; {{ 7|add:7 }} {% now %} ${x}",
    "one\u2028two\u2029three",
    "\u202eevil\u202c \u05e9\u05dc\u05d5\u05dd",
    "long " * 2048,
)


class Reader(HTMLParser):
    """The tags of a page with their attributes, and the text inside of scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "script" and data.strip():
            self.scripts.append(data)

    @property
    def meta(self) -> dict[str | None, str | None]:
        found = [facts for tag, facts in self.tags if tag == "meta"]
        return {facts.get("property") or facts.get("name"): facts.get("content") for facts in found}

    def links(self, rel: str) -> list[str | None]:
        return [facts["href"] for tag, facts in self.tags if tag == "link" and facts["rel"] == rel]
