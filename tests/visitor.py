"""A person without a browser: cookies, forms and plain HTTP on one kept-alive connection."""

import http.client
import re
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit


class Visitor:
    def __init__(self, url: str) -> None:
        self.host = urlsplit(url).netloc
        self.origin = url
        self.cookies: dict[str, str] = {}
        self.connection = http.client.HTTPConnection(self.host, timeout=30)

    def request(self, method: str, path: str, form: dict[str, str] | None = None, **headers: str) -> "Answer":
        body = urlencode(form) if form is not None else None
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **headers}
        if body is not None:
            sent |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.origin}
        self.connection.request(method, path, body, sent)
        response = self.connection.getresponse()
        for line in response.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return Answer(response.status, response.headers, response.read())

    def get(self, path: str, **headers: str) -> "Answer":
        return self.request("GET", path, None, **headers)

    def submit(self, path: str, **fields: str) -> "Answer":
        """Fill in the page's form and send it, as its hidden fields say."""
        page = self.get(path).text
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        return self.request("POST", path, hidden | fields)

    def close(self) -> None:
        self.connection.close()


class Answer:
    def __init__(self, status: int, headers: http.client.HTTPMessage, body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self) -> str:
        return self.body.decode()


def owner_of(url: str, link: str) -> Visitor:
    """Use the one-time link of a new studio."""
    visitor = Visitor(url)
    owner = {"name": "Olga", "email": "olga@example.org", "password": "horse battery 17"}
    answer = visitor.submit(urlsplit(link).path, **owner)
    assert answer.status == 302, answer.text
    return visitor
