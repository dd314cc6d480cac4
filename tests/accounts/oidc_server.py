"""A small OpenID Connect server: discovery, codes bound to a challenge, signed tokens, userinfo."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "studio", "oidc-secret-of-the-tests"


@cache
def key_pair(number: int = 0) -> rsa.RSAPrivateKey:
    """The server's own, or one of somebody else's."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class OidcServer(ThreadingHTTPServer):
    """Its knobs: `claims` of who signs in, and what it does wrong."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.claims: dict[str, Any] = {}
        self.userinfo: dict[str, Any] | None = None
        self.token: dict[str, Any] = {}
        self.key, self.alg = key_pair(), "RS256"
        self.codes: dict[str, dict[str, str]] = {}
        self.is_broken = False

    def consent(self, query: dict[str, str]) -> str:
        """The person agrees; where they are sent back to."""
        code = secrets.token_hex(8)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def tokens(self, form: dict[str, str]) -> dict[str, Any] | None:
        asked = self.codes.pop(form.get("code", ""), None)
        if not asked or (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked.get("code_challenge"):
            return None
        now = int(time.time())
        body = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 60, **self.claims, **self.token}
        key: Any = self.key if self.alg == "RS256" else "x" * 32
        token = jwt.encode(body, key, algorithm=self.alg, headers={"kid": "one"})
        return {"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": token}


class Handler(BaseHTTPRequestHandler):
    server: OidcServer

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        url, server = self.server.url, self.server
        if server.is_broken:
            return self._answer(500, {})
        path = urlsplit(self.path).path
        if path == "/.well-known/openid-configuration":
            found = {
                "issuer": url,
                "authorization_endpoint": f"{url}/authorize",
                "token_endpoint": f"{url}/token",
                "userinfo_endpoint": f"{url}/userinfo",
                "jwks_uri": f"{url}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
        elif path == "/keys":
            jwk = jwt.algorithms.RSAAlgorithm.to_jwk(key_pair().public_key(), as_dict=True)
            found = {"keys": [{**jwk, "kid": "one", "alg": "RS256", "use": "sig"}]}
        else:
            found = server.claims if server.userinfo is None else server.userinfo
        return self._answer(200, found)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        tokens = self.server.tokens({name: values[0] for name, values in parse_qs(body).items()})
        self._answer(*((200, tokens) if tokens else (400, {"error": "invalid_grant"})))

    def _answer(self, status: int, found: dict[str, Any]) -> None:
        body = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def running() -> Iterator[OidcServer]:
    server = OidcServer()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
