"""Signing in and out, the password, and what happens when a session is lost."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ

from accounts.models import User
from accounts.services import throttles
from tests.accounts.hashers import Counting


@pytest.fixture(autouse=True)
def _nothing_is_tidied(monkeypatch: pytest.MonkeyPatch) -> None:
    """Now and then a try also forgets old counts, which two answers that are compared would differ by."""
    monkeypatch.setattr(throttles, "FORGET_ONE_IN", 10**9)


PASSWORD, BETTER = "correct horse battery", "staple horse battery"
SIGN_IN, RESET = "/account/sign-in/", "/account/password/reset/"


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


DRAWN_ANEW = ("X-Request-Id", "Expires")


def told(answer: Any) -> tuple[int, dict[str, str], str]:
    """All that a stranger sees of an answer, but for what is drawn anew for each."""
    headers = {name: value for name, value in answer.headers.items() if name not in DRAWN_ANEW}
    body = re.sub(r'(csrfmiddlewaretoken" value)="\w+"', r"\1", answer.content.decode())
    return answer.status_code, headers, body.replace(str(answer.wsgi_request.POST.get("login", "-")), "")


def shapes(queries: CaptureQueriesContext) -> list[str]:
    return [re.sub(r"\d+", "", each["sql"])[:40] for each in queries]


def test_an_address_that_nobody_has_is_answered_alike_and_takes_as_much(member: User, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["tests.accounts.hashers.Counting"]
    User.objects.create_user("nina@example.org", PASSWORD, name="Nina")
    answers, encodings, asked = [], [], []
    sign_in(Client(), "first@example.org", "wrong")  # who comes first has the templates to compile
    for email in ("nina@example.org", "nobo@example.org"):
        Counting.encoded = 0
        with CaptureQueriesContext(connection) as queries:
            answers.append(told(sign_in(Client(), email, "wrong")))
        encodings.append(Counting.encoded)
        asked.append(shapes(queries))
    assert answers[0] == answers[1]
    assert encodings == [1, 1]
    assert asked[0] == asked[1]


def test_whoever_was_put_out_does_not_get_in(member: User, client: Client) -> None:
    User.objects.update(is_active=False)
    sign_in(client, member.email)
    assert not is_signed_in(client)


def test_whoever_is_put_out_is_out_at_once(member: User, client: Client) -> None:
    client.force_login(member)
    assert client.get("/credits/").status_code == 200
    User.objects.update(is_active=False)
    assert client.get("/credits/").status_code == 302


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


RunJobs = Callable[[], int]


@pytest.fixture
def reset_link(client: Client, run_jobs: RunJobs, member: User) -> str:
    assert client.post(RESET, {"email": member.email}).status_code == 302
    run_jobs()
    [letter] = mail.outbox
    assert letter.to == [member.email]
    found = re.search(rf"{settings.PUBLIC_URL}(/account/password/reset/key/\S+)", letter.body)
    assert found
    return found[1]


def test_a_forgotten_password_is_replaced_by_mail(member: User, client: Client, reset_link: str) -> None:
    form = client.get(reset_link, follow=True)
    where = form.request["PATH_INFO"]
    assert client.post(where, {"password1": BETTER, "password2": BETTER}).status_code == 302
    member.refresh_from_db()
    assert member.check_password(BETTER)


def test_a_reset_link_works_once(member: User, client: Client, reset_link: str) -> None:
    where = client.get(reset_link, follow=True).request["PATH_INFO"]
    client.post(where, {"password1": BETTER, "password2": BETTER})
    other = Client()
    where = other.get(reset_link, follow=True).request["PATH_INFO"]
    other.post(where, {"password1": "third horse battery", "password2": "third horse battery"})
    member.refresh_from_db()
    assert member.check_password(BETTER)


def test_a_weak_password_does_not_replace_it(member: User, client: Client, reset_link: str) -> None:
    where = client.get(reset_link, follow=True).request["PATH_INFO"]
    assert client.post(where, {"password1": "short", "password2": "short"}).context["form"].errors
    member.refresh_from_db()
    assert member.check_password(PASSWORD)


def test_asking_for_an_address_that_nobody_has_is_the_same(member: User, run_jobs: RunJobs) -> None:
    answers, asked = [], []
    Client().post(RESET, {"email": "first@example.org"})
    for email in (member.email, "nob@example.org"):
        with CaptureQueriesContext(connection) as queries:
            answers.append(told(Client().post(RESET, {"email": email})))
        asked.append(shapes(queries))
    assert answers[0] == answers[1]
    assert asked[0] == asked[1]
    assert not [sql for sql in asked[0] if "accounts_user" in sql]
    run_jobs()
    assert [letter.to for letter in mail.outbox] == [[member.email]]


@pytest.mark.parametrize("gone", [{"is_active": False}, {"erased_at": timezone.now()}])
def test_who_is_gone_gets_no_link(
    gone: dict[str, Any], member: User, client: Client, run_jobs: RunJobs
) -> None:
    User.objects.filter(pk=member.pk).update(**gone)
    client.post(RESET, {"email": member.email})
    assert run_jobs() == 1
    assert mail.outbox == []


def test_what_waits_in_the_queue_opens_nothing(member: User, client: Client) -> None:
    client.post(RESET, {"email": member.email})
    [row] = OrmQ.objects.all()
    assert (row.task["func"], row.task["args"]) == ("accounts.jobs.mail_reset", (member.email,))


def test_the_link_goes_to_the_person_s_own_address(member: User, client: Client, run_jobs: RunJobs) -> None:
    client.post(RESET, {"email": "MARA@example.org"})
    client.post(RESET, {"email": "mara@examp\u0131e.org"})  # a letter that is an I where it is made large
    run_jobs()
    assert [letter.to for letter in mail.outbox] == [[member.email]]


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
