"""Signing in and out, the password, and what happens when a session is lost."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User

PASSWORD, BETTER = "correct horse battery", "staple horse battery"
SIGN_IN, RESET = "/account/sign-in/", "/account/password/reset/"


@pytest.fixture(autouse=True)
def _nobody_is_throttled() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post(SIGN_IN, {"login": email, "password": password, **more})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


# -- In and out -----------------------------------------------------------------------------------


@pytest.mark.parametrize("email", ["mara@example.org", "Mara@Example.ORG", " mara@example.org "])
def test_a_person_signs_in_by_e_mail(email: str, member: User, client: Client) -> None:
    answer = sign_in(client, email)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("email", "password"),
    [("mara@example.org", "wrong"), ("nobody@example.org", PASSWORD), ("mara@example.org", ""), ("", "")],
)
def test_a_wrong_password_and_a_wrong_address_look_alike(
    email: str, password: str, member: User, client: Client
) -> None:
    answer = sign_in(client, email, password)
    assert answer.context["form"].errors
    assert not is_signed_in(client)


def test_a_wrong_password_tells_nothing_of_the_address(member: User, client: Client) -> None:
    told = [
        str(sign_in(client, email, "wrong").context["form"].errors) for email in (member.email, "no@x.org")
    ]
    assert told[0] == told[1]


def test_whoever_was_put_out_does_not_get_in(member: User, client: Client) -> None:
    User.objects.update(is_active=False)
    sign_in(client, member.email)
    assert not is_signed_in(client)


def test_whoever_is_put_out_is_out_at_once(member: User, client: Client) -> None:
    client.force_login(member)
    assert client.get("/credits/").status_code == 200
    User.objects.update(is_active=False)
    assert client.get("/credits/").status_code == 302


def test_too_many_tries_are_stopped(member: User, client: Client) -> None:
    for _ in range(20):
        sign_in(client, member.email, "wrong")
    sign_in(client, member.email, PASSWORD)
    assert not is_signed_in(client)


def test_signing_out_takes_a_click_and_ends_the_session(member: User, client: Client) -> None:
    client.force_login(member)
    client.get("/account/sign-out/")
    assert is_signed_in(client)
    assert client.post("/account/sign-out/").status_code == 302
    assert not is_signed_in(client)


def test_the_session_s_key_changes_with_signing_in(member: User, client: Client) -> None:
    client.get(SIGN_IN)
    before = client.session.session_key
    sign_in(client, member.email)
    assert client.session.session_key != before


def test_nobody_signs_up(client: Client, db: None) -> None:
    form = {"email": "eve@example.org", "password1": PASSWORD, "password2": PASSWORD, "name": "Eve"}
    for answer in (client.get("/account/sign-up/"), client.post("/account/sign-up/", form)):
        assert "account/signup_closed.html" in [template.name for template in answer.templates]
    assert not User.objects.exists()


# -- The password ---------------------------------------------------------------------------------


def reset_link(client: Client, mailoutbox: list[Any], email: str) -> str:
    assert client.post(RESET, {"email": email}).status_code == 302
    [mail] = mailoutbox
    assert mail.to == [email]
    found = re.search(r"http://testserver(/account/password/reset/key/\S+)", mail.body)
    assert found
    return found[1]


def test_a_forgotten_password_is_replaced_by_mail(
    member: User, client: Client, mailoutbox: list[Any]
) -> None:
    form = client.get(reset_link(client, mailoutbox, member.email), follow=True)
    where = form.request["PATH_INFO"]
    assert client.post(where, {"password1": BETTER, "password2": BETTER}).status_code == 302
    member.refresh_from_db()
    assert member.check_password(BETTER)


def test_a_reset_link_works_once(member: User, client: Client, mailoutbox: list[Any]) -> None:
    link = reset_link(client, mailoutbox, member.email)
    where = client.get(link, follow=True).request["PATH_INFO"]
    client.post(where, {"password1": BETTER, "password2": BETTER})
    other = Client()
    where = other.get(link, follow=True).request["PATH_INFO"]
    other.post(where, {"password1": "third horse battery", "password2": "third horse battery"})
    member.refresh_from_db()
    assert member.check_password(BETTER)


def test_a_weak_password_does_not_replace_it(member: User, client: Client, mailoutbox: list[Any]) -> None:
    where = client.get(reset_link(client, mailoutbox, member.email), follow=True).request["PATH_INFO"]
    assert client.post(where, {"password1": "short", "password2": "short"}).context["form"].errors
    member.refresh_from_db()
    assert member.check_password(PASSWORD)


def test_asking_for_an_address_that_nobody_has_looks_the_same(
    member: User, client: Client, mailoutbox: list[Any]
) -> None:
    known, unknown = (client.post(RESET, {"email": each}) for each in (member.email, "no@example.org"))
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )
    assert not re.search("/reset/key/", mailoutbox[-1].body)


def test_a_person_changes_the_password_and_stays_signed_in(member: User, client: Client) -> None:
    sign_in(client, member.email)
    form = {"oldpassword": PASSWORD, "password1": BETTER, "password2": BETTER}
    assert client.post("/account/password/change/", form).status_code == 302
    member.refresh_from_db()
    assert member.check_password(BETTER)
    assert client.get("/credits/").status_code == 200


def test_a_changed_password_ends_the_other_sessions(member: User, client: Client) -> None:
    elsewhere = Client()
    for each in (client, elsewhere):
        sign_in(each, member.email)
    form = {"oldpassword": PASSWORD, "password1": BETTER, "password2": BETTER}
    client.post("/account/password/change/", form)
    assert elsewhere.get("/credits/").status_code == 302


def test_the_old_password_is_asked_for(member: User, client: Client) -> None:
    sign_in(client, member.email)
    form = {"oldpassword": "wrong", "password1": BETTER, "password2": BETTER}
    assert client.post("/account/password/change/", form).context["form"].errors
    member.refresh_from_db()
    assert member.check_password(PASSWORD)


# -- A lost session -------------------------------------------------------------------------------


def htmx(client: Client, path: str, page: str = "http://testserver/projects/7/?sort=new", **more: str) -> Any:
    return client.get(path, headers={"HX-Request": "true", "HX-Current-URL": page, **more})


def test_a_page_leads_to_sign_in_and_back(client: Client, db: None) -> None:
    answer = client.get("/credits/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{SIGN_IN}?next=/credits/")


def test_a_fragment_opens_the_sign_in_page_instead_of_swapping_it_in(client: Client, db: None) -> None:
    answer = htmx(client, "/live/")
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer.headers["HX-Redirect"] == f"{SIGN_IN}?next=/projects/7/%3Fsort%3Dnew"


@pytest.mark.parametrize("page", ["https://evil.example/projects/", "not an address", ""])
def test_a_page_elsewhere_is_not_where_signing_in_leads(page: str, client: Client, db: None) -> None:
    assert htmx(client, "/live/", page).headers["HX-Redirect"] == f"{SIGN_IN}?next=/"


def test_a_fragment_of_a_signed_in_person_is_a_fragment(member: User, client: Client) -> None:
    client.force_login(member)
    assert "HX-Redirect" not in htmx(client, "/live/").headers


def test_signing_in_leads_back_to_the_page(member: User, client: Client) -> None:
    assert sign_in(client, member.email, next="/credits/").headers["Location"] == "/credits/"


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "\t//evil.example",
    ],
)
def test_signing_in_never_leads_elsewhere(target: str, member: User, client: Client) -> None:
    assert sign_in(client, member.email, next=target).headers["Location"] == "/"


# -- In two tabs at once --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "there"), [("/tasks/", "/tasks/"), ("", "/"), ("https://evil.example/", "/"), ("//evil", "/")]
)
def test_who_signed_in_in_another_tab_goes_where_they_wanted(wanted: str, there: str, member: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    answer = sign_in(client, "mara@example.org", next=wanted)  # with the first tab's token, by now another
    assert (answer.status_code, answer.headers["Location"]) == (302, there)


def test_who_is_not_signed_in_has_to_send_it_again(member: User) -> None:
    assert sign_in(Client(enforce_csrf_checks=True), "mara@example.org").status_code == 403


def test_a_fragment_of_a_session_that_is_gone_leads_to_sign_in_and_back(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    here = {"HX-Request": "true", "HX-Current-URL": "http://testserver/clips/7/order/cover_music/"}
    answer = client.post("/clips/7/order/cover_music/", {}, headers=here)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == f"{SIGN_IN}?next=/clips/7/order/cover_music/"
