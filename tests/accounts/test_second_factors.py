"""Second factors: switched on with care, asked for at each sign-in, each code worth one try."""

import json
import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import mfa
from accounts.models import TrailEvent, User
from tests import totp

# About forms and codes; passkeys keep the same rows, on every database.
pytestmark = pytest.mark.same_anywhere

PASSWORD = "correct horse battery"
SIGN_IN, CODE, SECURITY = "/account/sign-in/", "/account/sign-in/code/", "/account/security/"
APP, CODES = f"{SECURITY}app/", f"{SECURITY}codes/"


def test_the_apps_of_the_tests_count_as_the_rfc_does() -> None:
    key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890", RFC 6238 appendix B
    assert [totp.code(key, at) for at in (59, 1111111109, 20000000000)] == ["287082", "081804", "353130"]


def sign_in(client: Client, email: str = "mara@example.org", **more: str) -> Any:
    return client.post(SIGN_IN, {"login": email, "password": PASSWORD, **more})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def confirm(client: Client, then: str) -> Any:
    """Open a page that asks for the password first."""
    asked = client.get(then)
    assert asked.headers["Location"].startswith("/account/confirm/")
    return client.post(asked.headers["Location"], {"password": PASSWORD}, follow=True)


@pytest.fixture
def page(member: User, client: Client) -> Any:
    """Where Mara sets up an app, after she has said that it is her."""
    sign_in(client)
    return confirm(client, APP)


@pytest.fixture
def key(page: Any, client: Client) -> str:
    """Of an app that is on; Mara has signed out."""
    client.post(APP, {"code": totp.code(page.context["secret"])})
    client.logout()
    return str(page.context["secret"])


@pytest.fixture
def codes(page: Any, client: Client) -> list[str]:
    shown = client.post(APP, {"code": totp.code(page.context["secret"])}, follow=True)
    client.logout()
    return list(shown.context["unused_codes"])


def kinds(user: User) -> set[str]:
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))


def trail(what: str = "mfa") -> list[dict[str, Any]]:
    return [event.facts for event in TrailEvent.objects.filter(what=what).order_by("pk")]


# -- An app ---------------------------------------------------------------------------------------


def test_nobody_sets_up_an_app_in_a_window_that_was_left_open(member: User, client: Client) -> None:
    sign_in(client)
    assert client.get(APP).headers["Location"].startswith("/account/confirm/")
    assert client.post(APP, {"code": "123456"}).status_code == 302
    assert kinds(member) == set()


def test_the_page_shows_the_key_as_a_picture_and_as_text(page: Any, member: User) -> None:
    html = page.content.decode()
    key = page.context["secret"].replace(" ", "")
    address = f"otpauth://totp/{member.email.replace('@', '%40')}?secret={key}&issuer=Studio"
    drawn = mfa.drawn(address)
    assert f'<code id="app-key">{page.context["secret"]}</code>' in html
    assert f'viewBox="0 0 {drawn["side"]} {drawn["side"]}"' in html
    assert f'<path d="{drawn["path"]}" fill="#000"/>' in html
    assert "data:image" not in html


def test_a_qr_code_has_its_three_corners_and_its_margin() -> None:
    drawn = mfa.drawn("otpauth://totp/x?secret=ABC")
    dark = {tuple(map(int, each)) for each in re.findall(r"M(\d+) (\d+)h1v1h-1z", str(drawn["path"]))}
    last = int(drawn["side"]) - 5
    assert {(4, 4), (last, 4), (4, last)} <= dark
    assert min(x for x, _ in dark) == min(y for _, y in dark) == 4


def test_the_app_is_on_once_it_has_shown_a_right_code(page: Any, member: User, client: Client) -> None:
    wrong = client.post(APP, {"code": "000000"})
    assert (wrong.status_code, "code" in wrong.context["form"].errors) == (422, True)
    assert wrong.context["secret"] == page.context["secret"]  # or scanning it was for nothing
    assert kinds(member) == set()
    client.post(APP, {"code": totp.code(page.context["secret"])})
    assert kinds(member) == {"totp", "recovery_codes"}
    assert trail() == [{"kind": "totp", "on": True}, {"kind": "recovery_codes", "on": True}]


def test_the_database_holds_no_key(key: str) -> None:
    rows = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert key.replace(" ", "") not in rows


def test_with_another_key_of_the_studio_no_code_is_right(key: str, client: Client, settings: Any) -> None:
    settings.SECRET_KEY = "another " * 8
    sign_in(client)
    assert client.post(CODE, {"code": totp.code(key)}).status_code == 422
    assert mfa.SecondFactors().decrypt("x") != mfa.SecondFactors().decrypt("x")


def test_the_password_alone_is_not_enough(key: str, client: Client) -> None:
    assert sign_in(client, next="/credits/").headers["Location"] == CODE
    assert not is_signed_in(client)
    assert client.get("/credits/").status_code == 302
    wrong = client.post(CODE, {"code": "123"})
    assert (wrong.status_code, is_signed_in(client)) == (422, False)
    assert "The app shows a new one every half minute" in wrong.content.decode()
    assert client.post(CODE, {"code": totp.code(key)}).headers["Location"] == "/credits/"
    assert is_signed_in(client)


def test_the_code_s_page_is_nobody_s_who_has_not_said_the_password(key: str, client: Client) -> None:
    assert client.get(CODE).headers["Location"] == SIGN_IN
    client.post(CODE, {"code": totp.code(key)})
    assert not is_signed_in(client)


def test_a_code_works_once_in_all_processes_together(key: str, client: Client) -> None:
    code, other = totp.code(key), Client()
    for each in (client, other):
        sign_in(each)
    client.post(CODE, {"code": f"{code[:3]} {code[3:]}"})
    cache.clear()  # which each process has for itself
    assert other.post(CODE, {"code": code}).status_code == 422
    assert (is_signed_in(client), is_signed_in(other)) == (True, False)


def test_a_phone_s_clock_may_be_half_a_minute_wrong_and_no_more(key: str, client: Client) -> None:
    now = time.time()
    sign_in(client)
    assert client.post(CODE, {"code": totp.code(key, now - 95)}).status_code == 422
    assert client.post(CODE, {"code": totp.code(key, now - 30)}).status_code == 302


def test_who_was_put_out_between_password_and_code_stays_out(key: str, member: User, client: Client) -> None:
    sign_in(client)
    User.objects.update(is_active=False)
    client.post(CODE, {"code": totp.code(key)})
    assert not is_signed_in(client)


def test_the_app_is_removed_after_one_has_said_who_one_is(key: str, member: User, client: Client) -> None:
    sign_in(client)
    client.post(CODE, {"code": totp.code(key)})
    client.post(f"{APP}remove/")
    assert kinds(member) == {"totp", "recovery_codes"}
    confirm(client, f"{APP}remove/")
    client.post(f"{APP}remove/")
    assert kinds(member) == set()  # codes stand in for something, and there is nothing any more
    assert {"kind": "totp", "on": False} in trail()


# -- Recovery codes -------------------------------------------------------------------------------


def test_recovery_codes_are_shown_once_with_a_file_of_them(page: Any, client: Client) -> None:
    shown = client.post(APP, {"code": totp.code(page.context["secret"])}, follow=True)
    codes = shown.context["unused_codes"]
    [file] = re.findall(r'href="data:text/plain;charset=utf-8,([^"]*)"', shown.content.decode())
    assert len(set(codes)) == 10
    assert all(f"%0A{code}" in file for code in codes)
    again = client.get(CODES).content.decode()
    assert not [code for code in codes if code in again]
    assert "data:text" not in again


def test_a_recovery_code_works_once(codes: list[str], client: Client) -> None:
    other = Client()
    for each in (client, other):
        sign_in(each)
        each.post(CODE, {"code": codes[0]})
    assert (is_signed_in(client), is_signed_in(other)) == (True, False)
    assert "9 left" in client.get(SECURITY).content.decode()


def test_new_recovery_codes_replace_the_old_ones(codes: list[str], client: Client) -> None:
    sign_in(client)
    client.post(CODE, {"code": codes[0]})
    confirm(client, f"{CODES}new/")
    shown = client.post(f"{CODES}new/", follow=True)
    assert not set(shown.context["unused_codes"]) & set(codes)
    assert trail()[-1] == {"kind": "recovery_codes", "on": True}


# -- When all is lost -----------------------------------------------------------------------------


def test_whoever_runs_the_studio_takes_them_off(key: str, member: User, client: Client, capsys: Any) -> None:
    call_command("forget_second_factors", "Mara@example.org")
    assert capsys.readouterr().out == "Mara Member had 2. Now the password is enough.\n"
    off = TrailEvent.objects.filter(what="mfa", facts__on=False)
    assert {(each.actor, each.subject) for each in off} == {(None, member)}
    sign_in(client)
    assert is_signed_in(client)
    with pytest.raises(CommandError, match="Nobody here has the address"):
        call_command("forget_second_factors", "nobody@example.org")
