"""Invitations: made in a role and for a time, used once, made anew, revoked, and sent by mail."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, Role, TrailEvent, User
from accounts.services import invitations, people
from studio.models import CreditAccount, Project
from tests.canaries import PASSWORD
from tests.factories import again
from tests.threads import at_once

ADA = {"name": "Ada Newcomer", "email": "ada@example.org", "password": PASSWORD}
TEAM = "/team/"


def path(token: str) -> str:
    return f"/join/{token}/"


def invite(by: User, role: str = Role.MEMBER, email: str = "") -> tuple[Invitation, str]:
    return invitations.invite(role=role, days=7, by=by, email=email)


@pytest.fixture
def token(owner: User) -> str:
    return invite(owner)[1]


def events(*kinds: str) -> list[str]:
    return [event.what for event in TrailEvent.objects.order_by("pk") if event.what in kinds]


# -- A link and what it opens ---------------------------------------------------------------------


def test_who_has_the_link_joins_in_the_role_of_the_invitation(owner: User, client: Client) -> None:
    invitation, token = invite(owner, Role.MANAGER)
    assert "as a manager" in client.get(path(token)).text
    answer = client.post(path(token), {**ADA, "name": "Ada\n\nNewcomer"})
    ada = User.objects.get(email="ada@example.org")
    assert (answer.status_code, answer["Location"], ada.role) == (302, "/", Role.MANAGER)
    assert ada.name == "Ada Newcomer"  # one line: mails begin with it
    assert client.session["_auth_user_id"] == str(ada.pk)
    assert ada.check_password(PASSWORD)
    assert again(invitation).accepted_by == ada
    joined = TrailEvent.objects.get(what="joined")
    assert (joined.actor, joined.subject, joined.facts) == (
        ada,
        ada,
        {"role": "manager", "invitation": invitation.pk},
    )


def test_a_guest_gets_no_project_and_no_credits(owner: User, client: Client) -> None:
    client.post(path(invite(owner, Role.GUEST)[1]), ADA)
    ada = User.objects.get(email="ada@example.org")
    assert not Project.objects.filter(owner=ada).exists()
    assert CreditAccount.objects.get(user=ada).balance == 0
    client.post(path(invite(owner)[1]), {})  # signed in by now
    assert client.get("/", follow=True).status_code == 200


def test_the_database_holds_no_link(token: str) -> None:
    assert token not in str(list(Invitation.objects.values()) + list(TrailEvent.objects.values()))
    assert len(token) == 43


def used(invitation: Invitation, owner: User) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(accepted_at=timezone.now(), accepted_by=owner)


def expired(invitation: Invitation, owner: User) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


def revoked(invitation: Invitation, owner: User) -> None:
    invitations.revoke(invitation, by=owner)


def made_anew(invitation: Invitation, owner: User) -> None:
    invitations.reissue(invitation, by=owner)


@pytest.mark.parametrize("end", [used, expired, revoked, made_anew])
def test_what_opens_nothing_looks_like_what_never_was(end: Any, owner: User, client: Client) -> None:
    invitation, token = invite(owner)
    assert client.get(path(token)).status_code == 200
    end(invitation, owner)
    unknown = client.get(path("x" * 43))
    for answer in (client.get(path(token)), client.post(path(token), ADA)):
        assert (answer.status_code, answer.text) == (404, unknown.text)
    assert not User.objects.filter(email="ada@example.org").exists()


def test_a_link_is_good_until_its_last_moment(owner: User, client: Client) -> None:
    for days in (1, 7, 30):
        invitation, token = invitations.invite(role=Role.MEMBER, days=days, by=owner)
        assert invitation.expires_at - invitation.created_at == pytest.approx(
            timedelta(days=days), abs=timedelta(seconds=1)
        )
        Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now() + timedelta(seconds=30))
        assert client.get(path(token)).status_code == 200


def test_who_is_in_already_is_told_so(token: str, member: User, client: Client) -> None:
    client.force_login(member)
    answer = client.post(path(token), ADA)
    assert "You are in already" in answer.text
    assert invitations.find(token)


def test_the_address_of_an_invitation_stays_as_it_is(owner: User, client: Client) -> None:
    invitation, _ = invite(owner, email="bea@example.org")
    token = invitations.reissue(invitation, by=owner)
    assert re.search(r'value="bea@example.org"[^>]* disabled', client.get(path(token)).text)
    invitations.accept(token, **ADA)
    bea = User.objects.get(email="bea@example.org")
    assert bea.emailaddress_set.get().verified


def test_who_typed_an_address_has_not_proved_it(token: str, client: Client) -> None:
    client.post(path(token), ADA)
    assert not User.objects.get(email="ada@example.org").emailaddress_set.filter(verified=True).exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("email", "nobody"), ("email", "MARA@example.org"), ("password", "short")],
)
def test_a_bad_field_is_refused_and_the_rest_is_kept(
    field: str, value: str, token: str, member: User, client: Client
) -> None:
    answer = client.post(path(token), {**ADA, field: value})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert 'value="Ada Newcomer"' in answer.text or field == "name"
    assert invitations.find(token)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_a_link_at_once_one_comes_in(owner: User) -> None:
    _, token = invite(owner)
    names = iter(["ada", "bea", "cleo"])

    def use() -> User:
        name = next(names)
        return invitations.accept(token, name=name, email=f"{name}@example.org", password=PASSWORD)

    answers = at_once(use, 3)
    assert sorted(type(answer).__name__ for answer in answers) == ["Closed", "Closed", "User"]
    assert User.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_invitations_for_one_address_one_is_used(owner: User) -> None:
    tokens = iter([invite(owner)[1], invite(owner)[1]])
    answers = at_once(lambda: invitations.accept(next(tokens), **ADA), 2)
    assert sorted(type(answer).__name__ for answer in answers) == ["AddressTaken", "User"]
    assert invitations.open_ones().count() == 1


# -- Who invites whom -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "roles"),
    [
        ("owner", {"owner", "manager", "member", "guest"}),
        ("manager", {"member", "guest"}),
        ("member", set()),
        ("guest", set()),
    ],
)
def test_who_may_invite_whom(who: str, roles: set[str], request: pytest.FixtureRequest) -> None:
    by, allowed = request.getfixturevalue(who), set()
    for role in Role.values:
        try:
            invite(by, role)
        except people.Refused:
            continue
        allowed.add(role)
    assert allowed == roles


def test_a_manager_is_offered_what_a_manager_may_give(client: Client, manager: User) -> None:
    client.force_login(manager)
    answer = client.post(TEAM, {"role": "manager", "days": 7})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["role"])
    assert not Invitation.objects.exists()


def test_a_manager_leaves_the_invitations_of_managers_alone(
    client: Client, manager: User, owner: User
) -> None:
    invitation, token = invite(owner, Role.MANAGER)
    client.force_login(manager)
    for name in ("invitation_reissue", "invitation_revoke"):
        assert client.post(reverse(name, args=[invitation.pk])).status_code == 403
    assert invitations.find(token)
    assert "Only an owner invites" in client.get(TEAM).text


# -- On the team page -----------------------------------------------------------------------------


def shown_link(answer: Any) -> str:
    found = re.search(r'value="http://[^"/]+/join/([\w-]{43})/"', answer.text)
    assert found
    return found[1]


def test_the_link_is_shown_once(client: Client, owner: User) -> None:
    client.force_login(owner)
    token = shown_link(client.post(TEAM, {"email": "", "role": "guest", "days": "30"}))
    assert invitations.find(token)
    assert token not in client.get(TEAM).text
    invitation = Invitation.objects.get()
    newer = shown_link(client.post(reverse("invitation_reissue", args=[invitation.pk])))
    assert not invitations.find(token)
    assert invitations.find(newer)
    client.post(reverse("invitation_revoke", args=[invitation.pk]))
    assert not invitations.find(newer)
    assert events("invited", "invitation_revoked") == ["invited", "invited", "invitation_revoked"]


def test_an_expired_one_is_made_anew_for_as_long(owner: User) -> None:
    invitation, _ = invite(owner)
    long_ago = timezone.now() - timedelta(days=20)
    Invitation.objects.update(created_at=long_ago, expires_at=long_ago + timedelta(days=7))
    invitations.reissue(again(invitation), by=owner)
    assert again(invitation).expires_at - timezone.now() > timedelta(days=6.9)


@pytest.mark.parametrize("end", [used, revoked])
def test_what_is_over_is_not_made_anew(end: Any, owner: User, client: Client) -> None:
    invitation, _ = invite(owner)
    end(invitation, owner)
    client.force_login(owner)
    answer = client.post(reverse("invitation_reissue", args=[invitation.pk]), follow=True)
    assert "used or revoked meanwhile" in answer.text
    assert not invitations.open_ones().exists()


def test_an_address_is_invited_once(client: Client, owner: User, member: User) -> None:
    client.force_login(owner)
    form = {"role": "member", "days": "7"}
    for email, told in ((member.email, "is in the team already"), ("new@example.org", "")):
        answer = client.post(TEAM, {**form, "email": email.upper()}, follow=True)
        assert told in answer.text
    assert "open invitation already" in client.post(TEAM, {**form, "email": "New@example.org"}).text
    assert [row.email for row in Invitation.objects.all()] == ["new@example.org"]
