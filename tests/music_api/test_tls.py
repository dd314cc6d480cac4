"""The same promises on an encrypted connection, which breaks in ways of its own."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from studio.music_api.errors import Ambiguous, NotSent
from studio.music_api.types import Accepted, Balance
from tests.music_api.conftest import golden
from tests.music_api.test_submit import TASK_ID, UNCLEAR
from tests.music_api.upstream import Upstream, says

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
SOUND = {"sound": "warm synths"}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the key and the certificate of 127.0.0.1."""
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=test -addext subjectAltName=IP:127.0.0.1"
    )
    done = subprocess.run([*command.split(), "-keyout", "-", "-out", "-"], capture_output=True, check=True)
    file.write_bytes(done.stdout)
    return file


@pytest.fixture
def secure(upstream: Upstream, certificate: Path) -> str:
    """The address of `upstream`, which speaks TLS now."""
    upstream.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    upstream.tls.load_cert_chain(certificate)
    return f"https://127.0.0.1:{upstream.port}"


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch, certificate: Path, secure: str) -> str:
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(certificate))
    return secure


def test_an_order_and_a_query_over_tls(upstream: Upstream, make_client, trusted: str) -> None:
    client = make_client(base_url=trusted)
    upstream.script = says(200, golden("create_accepted"))
    assert client.submit("create_music", SOUND) == Accepted(TASK_ID)
    upstream.script = says(200, golden("balance"))
    assert client.balance() == client.balance() == Balance(50, 0)
    assert upstream.connections == 2


def test_a_certificate_that_nobody_vouches_for_gets_no_order(
    upstream: Upstream, make_client, secure: str
) -> None:
    with pytest.raises(NotSent, match="no secure connection"):
        make_client(base_url=secure).submit("create_music", SOUND)
    upstream.close()
    assert upstream.exchanges == []


@pytest.mark.parametrize(
    "name", ["reset after reading", "silence", "head in drops", "body in drops", "chunks in drops"]
)
@pytest.mark.usefixtures("impatient")
def test_an_unclear_end_over_tls_is_ambiguous(
    upstream: Upstream, make_client, trusted: str, name: str
) -> None:
    upstream.script = UNCLEAR[name]
    with pytest.raises(Ambiguous):
        make_client(base_url=trusted, connect_timeout=0.5, post_timeout=0.3).submit("create_music", SOUND)
    upstream.close()
    assert len(upstream.exchanges) == 1
