"""The team: who sees what of whom, who may do what to whom, and that an owner is always there."""

from functools import partial
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from accounts.models import Role, TrailEvent, User
from accounts.services import erasure, invitations, people
from tests.canaries import PASSWORD
from tests.conftest import person
from tests.factories import again
from tests.threads import at_once
from tests.views.test_pages import queries

TEAM = "/team/"
OWNER, MANAGER, MEMBER, GUEST = Role.values
REACH = {OWNER: {OWNER, MANAGER, MEMBER, GUEST}, MANAGER: {MEMBER, GUEST}, MEMBER: set(), GUEST: set()}

PAIRS = [(role, whose) for role in Role.values for whose in Role.values]


def somebody(role: str, name: str = "some") -> User:
    return person(f"{name}-{role}@example.org", role, f"{name.title()} {role.title()}")


def may(deed: Any, *args: Any, by: User) -> bool:
    try:
        deed(*args, by=by)
    except people.Refused:
        return False
    return True


# -- Who may do what to whom ----------------------------------------------------------------------


@pytest.mark.parametrize(("role", "whose"), PAIRS)
def test_who_gives_which_role_to_whom(owner: User, role: str, whose: str) -> None:
    by, given = somebody(role, "by"), set()
    for new in Role.values:
        other = somebody(whose, f"to-{new}")
        if may(people.set_role, other, new, by=by):
            given.add(new)
            assert again(other).role == new
        else:
            assert again(other).role == whose
    assert given == (REACH[role] if whose in REACH[role] else set())


@pytest.mark.parametrize(("role", "whose"), PAIRS)
def test_who_puts_whom_out_and_lets_them_in_again(owner: User, role: str, whose: str) -> None:
    by, other = somebody(role, "by"), somebody(whose, "other")
    assert may(people.deactivate, other, by=by) == (whose in REACH[role])
    assert again(other).is_active == (whose not in REACH[role])
    people.deactivate(other, by=owner)
    assert may(people.reactivate, other, by=by) == (whose in REACH[role])
    assert again(other).is_active == (whose in REACH[role])


def test_all_of_it_is_in_the_trail_once(owner: User, member: User) -> None:
    for _ in "twice":
        people.set_role(member, MANAGER, by=owner)
        people.deactivate(member, by=owner)
    for _ in "twice":
        people.reactivate(member, by=owner)
    told = [
        (e.what, e.actor, e.subject, e.facts) for e in TrailEvent.objects.exclude(what="grant").order_by("pk")
    ]
    assert told == [
        ("role", owner, member, {"old": "member", "new": "manager"}),
        ("deactivated", owner, member, {}),
        ("reactivated", owner, member, {}),
    ]


# -- The last owner -------------------------------------------------------------------------------


def test_the_last_owner_stays_one(owner: User) -> None:
    gone = somebody(OWNER)
    people.deactivate(gone, by=owner)
    assert not may(people.set_role, owner, MEMBER, by=owner)
    assert not may(people.deactivate, owner, by=owner)
    people.reactivate(gone, by=owner)
    assert may(people.deactivate, owner, by=owner)


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_demote_each_other_one_stays(owner: User) -> None:
    other = somebody(OWNER)
    pairs = iter([(owner, other), (other, owner)])

    def demote() -> None:
        one, by = next(pairs)
        people.set_role(one, MEMBER, by=by)

    answers = at_once(demote, 2)
    assert sorted(type(answer).__name__ for answer in answers) == ["NoneType", "Refused"]
    assert User.objects.filter(role=OWNER, is_active=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_leave_at_once_one_stays(owner: User) -> None:
    both = iter([owner, somebody(OWNER)])

    def leave() -> None:
        me = next(both)
        people.deactivate(me, by=me)

    answers = at_once(leave, 2)
    assert sorted(type(answer).__name__ for answer in answers) == ["NoneType", "Refused"]


def test_who_was_put_out_in_another_tab_does_nothing_more(owner: User, member: User) -> None:
    other = somebody(OWNER)
    people.deactivate(other, by=owner)
    with pytest.raises(people.Refused, match="not in the team any more"):
        people.deactivate(member, by=other)


# -- Out ------------------------------------------------------------------------------------------


def test_who_is_put_out_is_out_with_the_next_request_and_for_good(owner: User, member: User) -> None:
    desk, phone, office = Client(), Client(), Client()
    for client in (desk, phone):
        client.post("/account/sign-in/", {"login": member.email, "password": PASSWORD})
        assert client.get("/credits/").status_code == 200
    office.force_login(owner)
    assert office.post(reverse("person_deactivate", args=[member.pk])).status_code == 302
    assert again(member).deactivated_at
    assert [client.get("/credits/").status_code for client in (desk, phone)] == [302, 302]
    office.post(reverse("person_reactivate", args=[member.pk]))
    assert [client.get("/credits/").status_code for client in (desk, phone)] == [302, 302]
    assert office.get("/credits/").status_code == 200
    answer = desk.post("/account/sign-in/", {"login": member.email, "password": PASSWORD})
    assert answer.status_code == 302
    assert desk.get("/credits/").status_code == 200


def test_who_is_put_out_does_not_come_back_by_a_link_of_their_own(owner: User, manager: User) -> None:
    _, token = invitations.invite(role=MEMBER, days=7, by=manager)
    mailed, _ = invitations.invite(role=MEMBER, days=7, by=manager, email="other-me@example.org")
    theirs, _ = invitations.invite(role=MEMBER, days=7, by=owner)
    seen = invitations.reissue(theirs, by=manager)
    _, kept = invitations.invite(role=MEMBER, days=7, by=owner)
    people.deactivate(manager, by=owner)
    assert [invitations.find(each) for each in (token, seen)] == [None, None]
    assert again(mailed).revoked_at
    assert invitations.find(kept)
    assert TrailEvent.objects.filter(what="invitation_revoked", actor=owner).count() == 3


def test_who_deletes_their_account_leaves_no_link_behind(owner: User) -> None:
    other = somebody(OWNER, "other")
    _, token = invitations.invite(role=OWNER, days=7, by=other)
    erasure.erase(other)
    assert invitations.find(token) is None


def test_who_may_do_less_leaves_no_link_that_does_more(owner: User) -> None:
    other = somebody(OWNER, "other")
    _, as_owner = invitations.invite(role=OWNER, days=7, by=other)
    _, as_guest = invitations.invite(role=GUEST, days=7, by=other)
    people.set_role(other, MANAGER, by=owner)
    assert (invitations.find(as_owner), bool(invitations.find(as_guest))) == (None, True)
    people.set_role(again(other), MEMBER, by=owner)
    assert invitations.find(as_guest) is None


def test_who_was_put_out_in_another_tab_invites_nobody(owner: User, manager: User) -> None:
    waiting, _ = invitations.invite(role=MEMBER, days=7, by=owner)
    people.deactivate(manager, by=owner)
    for deed in (
        lambda: invitations.invite(role=MEMBER, days=7, by=manager),
        lambda: invitations.reissue(waiting, by=manager),
    ):
        with pytest.raises(people.Refused, match="not in the team any more"):
            deed()


@pytest.mark.django_db(transaction=True)
def test_who_invites_while_they_are_put_out_lets_nobody_in(owner: User, manager: User) -> None:
    invite = partial(invitations.invite, role=MEMBER, days=7, by=manager)
    deeds = iter([*(invite,) * 3, partial(people.deactivate, manager, by=owner), *(invite,) * 4])
    at_once(lambda: next(deeds)(), 8)
    assert not invitations.open_ones().exists()


# -- What is seen ---------------------------------------------------------------------------------


def page_of(client: Client, user: User, path: str) -> str:
    client.force_login(user)
    return client.get(path).text


def test_addresses_and_sessions_are_for_who_looks_after_people(
    client: Client, owner: User, manager: User, member: User, guest: User
) -> None:
    path = reverse("person", args=[owner.pk])
    for user in (member, guest):
        for page in (page_of(client, user, TEAM), page_of(client, user, path)):
            assert "Olga Owner" in page
            assert owner.email not in page
            assert "econd factor" not in page
            assert "invite" not in page.lower()
    for page in (page_of(client, manager, TEAM), page_of(client, manager, path)):
        assert owner.email in page
        assert "econd factor" in page


def test_what_is_off_says_why(client: Client, owner: User, manager: User, member: User) -> None:
    here = reverse("person", args=[owner.pk])
    assert "no other one" in page_of(client, owner, here)
    assert people.OF_OWNERS in page_of(client, manager, here)
    client.force_login(member)
    refused = client.post(reverse("person_role", args=[owner.pk]), {"role": GUEST})
    assert (refused.status_code, people.NOT_YOURS in refused.text) == (403, True)


def test_who_was_put_out_is_listed_for_who_looks_after_people(
    client: Client, owner: User, member: User, guest: User
) -> None:
    people.deactivate(member, by=owner)
    assert "Mara Member" in page_of(client, owner, TEAM)
    assert "Mara Member" not in page_of(client, guest, TEAM)


def test_a_role_is_chosen_from_those_within_reach(client: Client, manager: User, member: User) -> None:
    client.force_login(manager)
    there = reverse("person_role", args=[member.pk])
    assert client.post(there, {"role": OWNER}).status_code == 422
    assert client.post(there, {"role": GUEST}).status_code == 302
    assert again(member).role == GUEST


def test_ten_people_cost_as_many_queries_as_fifty(client: Client, owner: User) -> None:
    def more(count: int) -> None:
        number = User.objects.count()
        rows = [User(email=f"{number + n}@example.org", name=f"P {n}") for n in range(count)]
        User.objects.bulk_create(rows)
        for _ in range(count // 5):
            invitations.invite(role=MEMBER, days=7, by=owner)

    client.force_login(owner)
    more(10)
    few = queries(client, TEAM)
    more(40)
    assert queries(client, TEAM) == few


# -- The address ----------------------------------------------------------------------------------


def test_only_an_owner_changes_an_address(client: Client, owner: User, manager: User, member: User) -> None:
    there = reverse("person_email", args=[member.pk])
    EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
    for user, code in ((manager, 403), (member, 403), (owner, 302)):
        client.force_login(user)
        assert client.post(there, {"email": "Neu@example.org"}).status_code == code
    assert again(member).email == "neu@example.org"
    assert again(member).emailaddress_set.get().email == "neu@example.org"
    assert "example.org" not in str(list(TrailEvent.objects.values()))


def test_an_address_that_somebody_has_is_refused_beside_its_field(
    client: Client, owner: User, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(owner)
    there = reverse("person_email", args=[member.pk])
    answers = [client.post(there, {"email": "OLGA@example.org"})]
    monkeypatch.setattr("accounts.forms.people.EmailForm.clean_email", lambda form: owner.email)
    answers.append(client.post(there, {"email": "olga@example.org"}))  # somebody was quicker
    for answer in answers:
        assert (answer.status_code, list(answer.context["email_form"].errors)) == (422, ["email"])
    assert again(member).email == "mara@example.org"


def test_who_took_their_name_along_gets_no_new_address(owner: User, member: User) -> None:
    erasure.erase(somebody(MEMBER, "gone"))
    gone = User.objects.get(erased_at__isnull=False)
    people.change_email(gone, "gone@example.org", by=owner)  # from a page that was open meanwhile
    assert again(gone).email == gone.email
    assert not EmailAddress.objects.filter(user=gone).exists()


def test_who_took_their_name_along_has_no_page(client: Client, owner: User, member: User) -> None:
    User.objects.filter(pk=member.pk).update(erased_at="2026-01-01T00:00Z", is_active=False)
    client.force_login(owner)
    assert client.get(reverse("person", args=[member.pk])).status_code == 404
    assert "Mara" not in client.get(TEAM).text
