import re
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.music_api.webhooks import BadSignature, Stale, signature, verify
from tests.music_api.conftest import golden

# The vector of upstream.md 2.2.
SECRET = "whsec_test_123"
TIMESTAMP = "1767225600"
BODY = golden("webhook_completed")
SIGNATURE = "sha256=b84952b3af1eee8f620035ac543a2c5a239b59f41659be03d97c1d62360a46b7"
NOW = 1767225600.0


def headers(signed: str = SIGNATURE, timestamp: str = TIMESTAMP) -> dict[str, str]:
    return {"X-Webhook-Timestamp": timestamp, "X-Webhook-Signature": signed}


def test_the_vector() -> None:
    assert signature(SECRET, TIMESTAMP, BODY) == SIGNATURE
    verify(SECRET, headers(), BODY, NOW)


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
def test_openssl_agrees() -> None:
    body = bytes(range(256))
    command = ["openssl", "dgst", "-sha256", "-hmac", SECRET]
    output = subprocess.run(command, input=b"1767225600." + body, capture_output=True, check=True).stdout
    assert signature(SECRET, TIMESTAMP, body) == "sha256=" + output.decode().split()[-1]


def test_the_names_and_the_prefix_may_be_in_any_case() -> None:
    named = {"x-webhook-TIMESTAMP": TIMESTAMP, "X-WEBHOOK-signature": SIGNATURE.replace("sha", "SHA")}
    verify(SECRET, named, BODY, NOW)


def test_every_changed_byte_of_the_body_is_noticed() -> None:
    for place in range(len(BODY)):
        changed = BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :]
        with pytest.raises(BadSignature):
            verify(SECRET, headers(), changed, NOW)


def test_every_changed_character_of_the_signature_is_noticed() -> None:
    for place in range(len(SIGNATURE)):
        changed = SIGNATURE[:place] + chr(ord(SIGNATURE[place]) ^ 1) + SIGNATURE[place + 1 :]
        with pytest.raises(BadSignature):
            verify(SECRET, headers(changed), BODY, NOW)


def test_every_changed_digit_of_the_time_is_noticed() -> None:
    for place in range(len(TIMESTAMP)):
        changed = TIMESTAMP[:place] + chr(ord(TIMESTAMP[place]) ^ 1) + TIMESTAMP[place + 1 :]
        with pytest.raises(BadSignature):
            verify(SECRET, headers(timestamp=changed), BODY, NOW)


@pytest.mark.parametrize(
    "signed",
    [
        "",
        "sha256=",
        SIGNATURE[:-1],
        SIGNATURE + "0",
        SIGNATURE[7:],
        SIGNATURE[7:].upper(),
        "sha256=" + SIGNATURE[7:].upper(),
        "sha256=\ud800",
        "sha256=é",
        "sha1=" + SIGNATURE[7:],
        # The older scheme signs the body alone; upstream.md 2.2 leaves it out.
        "sha256=155d0d6922461a166e507875f02f8b63c6a34248b130a4912d16c8d5023e1a30",
    ],
)
def test_another_signature_is_refused(signed: str) -> None:
    with pytest.raises(BadSignature):
        verify(SECRET, headers(signed), BODY, NOW)


def test_another_secret_is_refused() -> None:
    with pytest.raises(BadSignature):
        verify("whsec_test_124", headers(), BODY, NOW)


def test_no_secret_verifies_nothing() -> None:
    with pytest.raises(BadSignature):
        verify("", headers(signature("", TIMESTAMP, BODY)), BODY, NOW)


@pytest.mark.parametrize("missing", ["X-Webhook-Timestamp", "X-Webhook-Signature"])
def test_a_missing_header_is_refused(missing: str) -> None:
    with pytest.raises(BadSignature):
        verify(SECRET, {name: value for name, value in headers().items() if name != missing}, BODY, NOW)


@pytest.mark.parametrize("drift", [-300, 0, 300])
def test_five_minutes_either_way_are_fresh(drift: int) -> None:
    verify(SECRET, headers(), BODY, NOW + drift)


@pytest.mark.parametrize("drift", [-301, 301, 10**9])
def test_more_is_stale(drift: int) -> None:
    with pytest.raises(Stale):
        verify(SECRET, headers(), BODY, NOW + drift)


def test_the_tolerance_can_be_chosen() -> None:
    with pytest.raises(Stale):
        verify(SECRET, headers(), BODY, NOW + 11, tolerance=10)


def test_a_stranger_learns_nothing_of_our_clock() -> None:
    with pytest.raises(BadSignature):
        verify("another", headers(), BODY, NOW + 10**6)


@pytest.mark.parametrize(
    "timestamp",
    [
        "",
        "9" * 400,
        "١٧٦٧٢٢٥٦٠٠",
        "1767225600\n",
        " 1767225600",
        "-767225600",
        "1.7672e+9",
        "0x6955b900",
        "é",
    ],
)
def test_a_time_that_is_not_ten_digits_is_refused_even_when_signed(timestamp: str) -> None:
    with pytest.raises(BadSignature):
        verify(SECRET, headers(signature(SECRET, timestamp, BODY), timestamp), BODY, NOW)


texts = st.text(st.characters(exclude_categories=()), max_size=80)  # lone surrogates, too
hostile = st.one_of(
    texts, texts.map(lambda text: "sha256=" + text), st.from_regex(re.compile("[0-9]{1,400}"))
)


@settings(max_examples=500, deadline=None)
@given(signed=hostile, timestamp=st.one_of(st.just(TIMESTAMP), hostile), body=st.binary(max_size=50))
def test_nothing_forged_gets_in_and_nothing_crashes(signed: str, timestamp: str, body: bytes) -> None:
    with pytest.raises(BadSignature):
        verify(SECRET, headers(signed, timestamp), body, NOW)
