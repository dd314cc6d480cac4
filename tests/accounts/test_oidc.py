"""The team's own OpenID Connect server: a second door, for people who were let in before."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from accounts.models import TrailEvent, User
from accounts.services import invitations, people
from studio import env
from tests.accounts import oidc_server
from tests.accounts.oidc_server import CLIENT, SECRET, OidcServer
from tests.test_settings import home as home
from tests.test_settings import values

SIGN_IN, LEAVE, BACK = "/account/sign-in/", "/account/oidc/", "/account/oidc/back/"
MARA = {"sub": "7", "email": "Mara@example.org", "email_verified": True}


@pytest.fixture(scope="module")
def _server() -> Iterator[OidcServer]:
    with oidc_server.running() as server:
        yield server


@pytest.fixture
def server(_server: OidcServer, settings: Any, db: None) -> OidcServer:
    """Set as OIDC_* would set it, and well."""
    _server.claims, _server.userinfo, _server.token = MARA, None, {}
    _server.key, _server.alg, _server.is_broken = oidc_server.key_pair(), "RS256", False
    settings.OIDC = {
        "provider_id": "team",
        "name": "Our cloud",
        "client_id": CLIENT,
        "secret": SECRET,
        "settings": {"server_url": _server.url, "oauth_pkce_enabled": True},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [settings.OIDC]}}
    return _server


@pytest.fixture
def member(member: User) -> User:
    """Came by an invitation that was made for the address."""
    people.vouch_for(member, member.email)
    return member


def go(server: OidcServer, client: Client, leave: str = LEAVE) -> Any:
    """Press the button, agree over there, and come back."""
    there = client.get(leave).headers["Location"]
    assert there.startswith(f"{server.url}/authorize?")
    back = urlsplit(server.consent(dict(parse_qsl(urlsplit(there).query))))
    assert back.path == BACK
    return client.get(f"{back.path}?{back.query}")


def who(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_a_person_comes_in_by_the_address_that_the_server_vouches_for(
    server: OidcServer, member: User, client: Client
) -> None:
    answer = go(server, client, f"{LEAVE}?next=/credits/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/credits/")
    assert who(client) == str(member.pk)
    member.refresh_from_db()
    assert member.has_usable_password()  # allauth's own way by the address would have taken it away


def test_the_button_is_there_and_leads_back(server: OidcServer, client: Client) -> None:
    html = client.get(f"{SIGN_IN}?next=/credits/").content.decode()
    assert "Sign in with Our cloud" in html
    assert f'href="{LEAVE}?next=%2Fcredits%2F"' in html


def test_a_link_adds_nothing_to_what_the_server_is_asked(server: OidcServer, client: Client) -> None:
    def asked(link: str) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(client.get(link).headers["Location"]).query))

    more = urlencode({"auth_params": "redirect_uri=https://evil.example/&prompt=none", "scope": "admin"})
    usual, forged = asked(LEAVE), asked(f"{LEAVE}?{more}")
    assert forged["redirect_uri"] == usual["redirect_uri"]
    assert (set(forged), set(forged["scope"].split())) == (set(usual), set(usual["scope"].split()))


def test_without_a_server_there_is_no_button_and_no_door(client: Client, db: None) -> None:
    assert "Sign in with Our" not in client.get(SIGN_IN).content.decode()
    assert [client.get(path).status_code for path in (LEAVE, BACK)] == [404, 404]


CLOSED = [
    {**MARA, "email": "eve@example.org"},
    {**MARA, "email_verified": False},
    {**MARA, "email_verified": "false"},
    {**MARA, "email_verified": 1.5},
    {"sub": "7", "email": "mara@example.org"},
    {"sub": "7", "email_verified": True},
    {**MARA, "email": ["mara@example.org"]},
]


@pytest.mark.parametrize("claims", CLOSED)
def test_whom_the_team_has_not_let_in_stays_outside(
    claims: dict[str, Any], server: OidcServer, member: User, client: Client
) -> None:
    server.claims = claims
    answer = go(server, client)
    assert answer.status_code in (302, 403)
    assert answer.status_code == 302 or "By invitation" in answer.content.decode()
    assert who(client) is None
    assert User.objects.count() == 1


def test_a_person_without_an_account_reads_that_the_studio_is_closed(
    server: OidcServer, member: User, client: Client
) -> None:
    server.claims = CLOSED[0]
    answer = go(server, client)
    assert (answer.status_code, "By invitation" in answer.content.decode()) == (403, True)


# -- An address that somebody only typed ----------------------------------------------------------


def joined(owner: User, email: str = "") -> User:
    """By a link that anybody may have used, or one that was mailed to the address."""
    invitation, token = invitations.invite(role="member", days=7, by=owner, email=email)
    token = token or invitations.reissue(invitation, by=owner)
    return invitations.accept(token, name="Mara", email="mara@example.org", password="correct horse battery")


def is_let_in(server: OidcServer) -> bool:
    client = Client()
    go(server, client)
    return who(client) is not None


def test_who_joined_by_an_open_link_proves_the_address_first(
    server: OidcServer, owner: User, client: Client
) -> None:
    person = joined(owner)
    answer = go(server, client)
    html = answer.content.decode()
    assert (answer.status_code, who(client)) == (403, None)
    assert "once the studio knows that mara@example.org is yours" in html
    assert 'href="/account/password/reset/">Forgot your password?' in html
    event = TrailEvent.objects.get(what="sign_in_failed")
    assert (event.subject, event.facts) == (person, {"method": "oidc", "reason": "unproved"})


def test_who_was_invited_at_the_address_has_proved_it(server: OidcServer, owner: User) -> None:
    joined(owner, "mara@example.org")
    assert is_let_in(server)


def test_an_address_that_an_owner_wrote_is_proved(server: OidcServer, owner: User, stranger: User) -> None:
    people.change_email(stranger, "mara@example.org", by=owner)
    assert is_let_in(server)


def test_a_link_for_a_new_password_proves_the_address(
    server: OidcServer, owner: User, client: Client, run_jobs: Any
) -> None:
    joined(owner)
    client.post("/account/password/reset/", {"email": "mara@example.org"})
    run_jobs()
    link = next(line for line in mail.outbox[0].body.splitlines() if "/reset/key/" in line)
    form = client.get(urlsplit(link).path, follow=True).request["PATH_INFO"]
    assert not is_let_in(server)  # to open it is not enough: so do programs that look through mails
    client.post(form, {"password1": "staple horse 17", "password2": "staple horse 17"})
    assert is_let_in(server)


def test_a_link_proves_no_address_that_has_changed_since(server: OidcServer, stranger: User) -> None:
    User.objects.filter(pk=stranger.pk).update(email="mara@example.org")
    people.prove_address(stranger)
    assert not EmailAddress.objects.filter(user=stranger).exists()  # else the old one signs in again
    assert not is_let_in(server)


def test_a_proof_of_an_older_address_is_none(server: OidcServer, stranger: User) -> None:
    people.vouch_for(stranger, stranger.email)
    User.objects.filter(pk=stranger.pk).update(email="mara@example.org")
    assert not is_let_in(server)


def test_who_was_put_out_stays_out(server: OidcServer, member: User, client: Client) -> None:
    User.objects.update(is_active=False)
    EmailAddress.objects.all().delete()  # no proof would help
    assert go(server, client).headers["Location"] == "/account/inactive/"
    assert who(client) is None


def test_the_second_factor_is_asked_for_all_the_same(
    server: OidcServer, member: User, client: Client
) -> None:
    Authenticator.objects.create(user=member, type="totp", data={"secret": "x"})
    assert go(server, client).headers["Location"] == "/account/sign-in/code/"
    assert who(client) is None


WRONG: list[dict[str, Any]] = [
    {"key": 1},
    {"alg": "HS256"},
    {"token": {"aud": "another"}},
    {"token": {"iss": "https://another.example"}},
    {"token": {"exp": 1}},
    {"token": {"sub": "8"}},
    {"userinfo": {**MARA, "sub": "8"}},
    {"userinfo": {"email": "mara@example.org", "email_verified": True}},
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: str(*wrong))
def test_what_the_server_did_not_sign_for_us_lets_nobody_in(
    wrong: dict[str, Any], server: OidcServer, member: User, client: Client
) -> None:
    for name, value in wrong.items():
        setattr(server, name, oidc_server.key_pair(value) if name == "key" else value)
    assert go(server, client).status_code in (302, 403)
    assert who(client) is None


def test_a_code_of_another_window_lets_nobody_in(server: OidcServer, member: User, client: Client) -> None:
    there = client.get(LEAVE).headers["Location"]
    back = server.consent(dict(parse_qsl(urlsplit(there).query)))
    other = Client()
    answer = other.get(f"{BACK}?{urlsplit(back).query}")
    assert (answer.headers["Location"], who(other)) == (SIGN_IN, None)


def test_nobody_adds_another_s_identity_to_an_account(
    server: OidcServer, stranger: User, member: User, client: Client
) -> None:
    client.force_login(stranger)
    assert go(server, client, f"{LEAVE}?process=connect").status_code in (302, 403)
    assert who(client) == str(stranger.pk)


@pytest.mark.parametrize("query", ["?error=access_denied", "?error=server_error", "", "?code=1&state=2"])
def test_an_error_over_there_leads_back_with_a_word(query: str, server: OidcServer, client: Client) -> None:
    there = dict(parse_qsl(urlsplit(client.get(LEAVE).headers["Location"]).query))
    joined = f"{query}&state={there['state']}" if "error" in query else query
    answer = client.get(f"{BACK}{joined}", follow=True)
    assert "Signing in with Our cloud did not work." in answer.content.decode()


def test_a_server_that_is_away_leads_back_with_a_word(server: OidcServer, client: Client) -> None:
    server.is_broken = True
    answer = client.get(LEAVE, follow=True)
    assert "Signing in with Our cloud did not work." in answer.content.decode()


# -- The environment ------------------------------------------------------------------------------

GOOD = {
    "OIDC_URL": "https://sign-in.example",
    "OIDC_CLIENT_ID": "studio",
    "OIDC_CLIENT_SECRET": "canary-secret",
    "OIDC_NAME": "Our cloud",
}
BAD = [
    ({"OIDC_NAME": ""}, "OIDC_NAME is missing"),
    ({"OIDC_URL": ""}, "OIDC_URL is missing"),
    ({"OIDC_URL": "http://sign-in.example"}, "OIDC_URL is no https address"),
    ({"OIDC_URL": "https://ada:canary@sign-in.example"}, "OIDC_URL takes scheme"),
    ({"OIDC_CLIENT_SECRET": "canary two"}, "OIDC_CLIENT_SECRET has spaces"),
    ({"OIDC_NAME": "x" * 41}, "OIDC_NAME takes at most 40"),
]


@pytest.mark.parametrize(("wrong", "said"), BAD)
def test_a_bad_value_stops_the_start_with_one_clear_line(
    wrong: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**GOOD, **wrong}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as stopped:
        env.oidc()
    assert str(stopped.value).startswith(f"Studio can't start: {said}")
    assert "canary" not in str(stopped.value)


def test_good_values_are_what_allauth_gets(home: dict[str, str]) -> None:
    [found] = values("SOCIALACCOUNT_PROVIDERS", **GOOD, **home)
    assert "'client_id': 'studio', 'secret': 'canary-secret'" in found
    assert "'server_url': 'https://sign-in.example', 'oauth_pkce_enabled': True" in found
