"""The first minute of a new studio: one link, used once, makes one owner."""

import pytest
from django.test import Client

from accounts.models import OwnerLink, Role, User
from accounts.services import owner_links
from studio.models import Project
from studio.services import credits
from tests.threads import at_once

OLGA = {"name": "Olga Owner", "email": "Olga@Example.org", "password": "correct horse battery"}
WEAK = ["short", "password123", "olga@example.org", "Olga Owner", ""]


@pytest.fixture
def token(db: None) -> str:
    token = owner_links.new_owner_token()
    assert token is not None
    return token


@pytest.fixture
def browser() -> Client:
    return Client()


def address(token: str) -> str:
    return f"/account/welcome/{token}/"


def test_the_link_makes_the_owner_and_signs_them_in(token: str, browser: Client) -> None:
    assert browser.get(address(token)).status_code == 200
    answer = browser.post(address(token), OLGA)
    olga = User.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert (olga.email, olga.name, olga.role) == ("olga@example.org", "Olga Owner", Role.OWNER)
    assert olga.check_password(OLGA["password"])
    assert browser.session["_auth_user_id"] == str(olga.pk)


def test_the_owner_starts_with_a_project_and_credits(token: str, browser: Client) -> None:
    browser.post(address(token), OLGA)
    olga = User.objects.get()
    assert Project.objects.get(owner=olga).name == "Olga's songs"
    assert credits.balance(olga) == 1000


def test_the_link_works_once(token: str, browser: Client) -> None:
    browser.post(address(token), OLGA)
    assert not OwnerLink.objects.exists()
    stranger = Client()
    assert stranger.get(address(token)).status_code == 404
    assert stranger.post(address(token), {**OLGA, "email": "eve@example.org"}).status_code == 404
    assert User.objects.count() == 1


@pytest.mark.parametrize("wrong", ["x", "x" * 43, "%00"])
def test_a_guessed_link_opens_nothing(wrong: str, token: str, browser: Client) -> None:
    assert browser.get(address(wrong)).status_code == 404
    assert browser.post(address(wrong), OLGA).status_code == 404
    assert not User.objects.exists()


def test_a_link_is_dead_once_there_is_an_owner(token: str, owner: User, browser: Client) -> None:
    assert browser.get(address(token)).status_code == 404
    assert browser.post(address(token), OLGA).status_code == 404
    assert list(User.objects.all()) == [owner]


def test_a_newer_link_replaces_an_older_one(token: str, browser: Client) -> None:
    newer = owner_links.new_owner_token()
    assert newer is not None
    assert browser.get(address(token)).status_code == 404
    assert browser.get(address(newer)).status_code == 200


def test_an_owner_s_studio_gives_out_no_link(owner: User) -> None:
    assert owner_links.new_owner_token() is None
    assert not OwnerLink.objects.exists()


def test_the_database_does_not_hold_the_link(token: str) -> None:
    [row] = OwnerLink.objects.values()
    assert token not in str(row)
    assert len(token) == 43


@pytest.mark.parametrize("password", WEAK)
def test_a_weak_password_is_refused_beside_its_field(password: str, token: str, browser: Client) -> None:
    answer = browser.post(address(token), {**OLGA, "password": password})
    assert answer.status_code == 422
    assert "password" in answer.context["form"].errors
    assert answer.context["form"]["email"].value() == OLGA["email"]
    assert not User.objects.exists()
    assert owner_links.is_open(token)


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "nobody"), ("email", ""), ("name", ""), ("name", "x" * 81), ("name", "a\0b")],
)
def test_a_bad_field_is_refused(field: str, value: str, token: str, browser: Client) -> None:
    answer = browser.post(address(token), {**OLGA, field: value})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not User.objects.exists()


def test_an_address_that_somebody_has_is_refused(token: str, stranger: User, browser: Client) -> None:
    answer = browser.post(address(token), {**OLGA, "email": stranger.email.upper()})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["email"])
    assert owner_links.is_open(token)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_it_at_once_one_becomes_the_owner() -> None:
    token = owner_links.new_owner_token()
    assert token is not None
    names = iter(["olga", "eve", "sven", "ada"])

    def use() -> User:
        name = next(names)
        return owner_links.create_owner(token, email=f"{name}@example.org", name=name, password="long enough")

    answers = at_once(use, 4)
    assert sum(isinstance(answer, User) for answer in answers) == 1
    assert sum(isinstance(answer, owner_links.LinkUsed) for answer in answers) == 3
    assert User.objects.count() == 1
