"""Passkeys, as far as no browser is needed; tests/browser/test_passkeys.py has a real one."""

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import mfa
from accounts.models import User
from tests.accounts.test_second_factors import (
    CODES,
    SECURITY,
    SIGN_IN,
    confirm,
    is_signed_in,
    kinds,
    sign_in,
    trail,
)

RUBBISH = [
    "",
    "x",
    "[]",
    "null",
    "{}",
    '{"id": 1}',
    '{"id": "x", "rawId": "%", "type": "public-key", "response": {}}',
    '{"id": "eA", "rawId": "eA", "type": "public-key", "response": {"clientDataJSON": "eA", '
    '"authenticatorData": "eA", "signature": "eA", "userHandle": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5"}}',
    '{"id": "eA", "rawId": "eA", "type": "public-key", "response": {"clientDataJSON": "e30", '
    '"attestationObject": "eA", "userHandle": null}}',
]


@pytest.mark.parametrize("credential", RUBBISH)
def test_rubbish_is_no_passkey(credential: str, member: User, client: Client) -> None:
    options = client.get("/account/sign-in/passkey/", headers={"Accept": "application/json"}).json()
    assert options["request_options"]["publicKey"]["userVerification"] == "required"
    answer = client.post("/account/sign-in/passkey/", {"credential": credential})
    assert (answer.status_code, answer.headers["Location"]) == (302, SIGN_IN)
    assert not is_signed_in(client)


def test_a_wrong_passkey_after_the_password_stands_in_the_trail(member: User, client: Client) -> None:
    client.post("/account/sign-in/passkey/", {"credential": RUBBISH[-2]})
    assert trail("sign_in_failed") == []  # nobody knows whose it was
    passkey = Authenticator.objects.create(user=member, type="webauthn", data={"credential": {}})
    sign_in(client)
    Authenticator.objects.filter(pk=passkey.pk).update(type="totp")  # its page needs no real one then
    assert client.post(f"{SIGN_IN}code/", {"credential": RUBBISH[-2]}).status_code == 422
    assert trail("sign_in_failed") == [{"method": "passkey"}]
    assert not is_signed_in(client)


@pytest.mark.parametrize("credential", RUBBISH)
def test_rubbish_makes_no_passkey(credential: str, member: User, client: Client, settings: Any) -> None:
    settings.PUBLIC_URL = "https://studio.example"
    sign_in(client)
    form = confirm(client, f"{SECURITY}passkeys/add/")
    assert json.loads(form.context["options"])["publicKey"]["rp"]["id"] == "studio.example"
    answer = client.post(f"{SECURITY}passkeys/add/", {"name": "Phone", "credential": credential})
    assert (answer.status_code, kinds(member)) == (422, set())
    assert answer.context["form"]["name"].value() == "Phone"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:8000", "http://localhost:8000"),
        ("https://192.0.2.1", "Give it a name, with https"),
        ("https://[2001:db8::1]", "Give it a name, with https"),
        ("http://studio.example", "needs https"),
    ],
)
def test_where_no_passkey_can_be_the_page_says_why(
    url: str, said: str, member: User, client: Client, settings: Any
) -> None:
    settings.PUBLIC_URL = url
    sign_in(client)
    assert said in client.get(SECURITY).content.decode()
    assert client.get(f"{SECURITY}passkeys/add/").status_code == 403


@pytest.mark.parametrize(
    "url", ["https://studio.example", "http://localhost:8000", "http://studio.localhost"]
)
def test_where_passkeys_can_be_the_page_offers_them(url: str, settings: Any) -> None:
    settings.PUBLIC_URL = url
    assert mfa.reason_against_passkeys() == ""


def test_a_passkey_of_somebody_else_is_not_there(member: User, stranger: User, client: Client) -> None:
    theirs = Authenticator.objects.create(
        user=stranger, type="webauthn", data={"name": "Theirs", "credential": {}}
    )
    sign_in(client)
    confirm(client, f"{CODES}new/")
    for deed in ("name", "remove"):
        path = f"{SECURITY}passkeys/{theirs.pk}/{deed}/"
        assert [client.get(path).status_code, client.post(path, {"name": "x"}).status_code] == [404, 404]
    theirs.refresh_from_db()


def test_the_page_takes_as_many_queries_for_many_passkeys_as_for_one(member: User, client: Client) -> None:
    sign_in(client)
    counts = []
    for name in ("One", "Two", "Three"):
        Authenticator.objects.create(user=member, type="webauthn", data={"name": name, "credential": {}})
        with CaptureQueriesContext(connection) as seen:
            assert name in client.get(SECURITY).content.decode()
        counts.append(len(seen))
    assert counts[1] == counts[2]
