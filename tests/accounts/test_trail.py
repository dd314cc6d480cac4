"""The audit trail: what is written, that it stays as it was, and how owners read it."""

import csv
import io
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, TrailEvent, User
from accounts.services import owner_links, trail
from studio.services import providers
from tests.canaries import PASSWORD

What = TrailEvent.What
write = TrailEvent.objects.write
TRAIL, EXPORT, SIGN_IN = "/team/trail/", "/team/trail/export/", "/account/sign-in/"
HOME = "203.0.113.7"


def whats(events: Iterable[TrailEvent] | None = None) -> list[str]:
    """The kinds of lines but those of the cast's credits."""
    found = TrailEvent.objects.all() if events is None else events
    return [event.what for event in found if event.what != What.GRANT]


@pytest.fixture
def as_owner(owner: User, client: Client) -> Client:
    client.force_login(owner)
    return client


def shown(client: Client, query: str = "", status: int = 200) -> list[str]:
    answer = client.get(f"{TRAIL}{query}")
    assert answer.status_code == status
    return [words for _, words in answer.context["events"]]


# -- What is written ------------------------------------------------------------------------------


def test_coming_in_and_going_out(member: User, client: Client) -> None:
    client.post(SIGN_IN, {"login": member.email, "password": PASSWORD}, REMOTE_ADDR=HOME)
    client.post("/account/sign-out/", REMOTE_ADDR=HOME)
    out, came_in = TrailEvent.objects.filter(actor=member)
    assert (out.what, came_in.what, came_in.facts) == (
        What.SIGNED_OUT,
        What.SIGNED_IN,
        {"method": "password"},
    )
    assert (out.address, came_in.address) == (HOME, HOME)


def test_who_is_out_already_signs_out_without_a_trace(client: Client, db: None) -> None:
    client.post("/account/sign-out/")
    assert whats() == []


def test_a_closed_account_is_refused_and_written_down(member: User, client: Client) -> None:
    User.objects.update(is_active=False)
    client.post(SIGN_IN, {"login": member.email, "password": PASSWORD})
    event = TrailEvent.objects.get(what=What.SIGN_IN_FAILED)
    assert (event.subject, event.facts) == (member, {"reason": "closed"})


def test_a_failed_sign_in_tells_no_address_that_was_written(client: Client, db: None) -> None:
    client.post(SIGN_IN, {"login": "secret@example.org", "password": "wrong"})
    event = TrailEvent.objects.get()
    assert (event.actor, event.subject, event.facts) == (None, None, {"method": "password"})


def test_a_new_password_is_written_down_once(member: User, client: Client) -> None:
    client.force_login(member)
    form = {"oldpassword": PASSWORD, "password1": "staple horse 17", "password2": "staple horse 17"}
    assert client.post("/account/password/change/", form).status_code == 302
    assert whats().count(What.PASSWORD) == 1


def test_the_first_owner_joins(db: None) -> None:
    token = owner_links.new_owner_token() or ""
    owner = owner_links.create_owner(token, email="olga@example.org", name="Olga", password=PASSWORD)
    event = TrailEvent.objects.get(what=What.JOINED)
    assert (event.actor, event.facts) == (owner, {"role": "owner"})


def test_a_key_is_refused_once_for_each_hold(db: None) -> None:
    def refused() -> int:
        providers.hold_for_key("sandbox", "No entry.")
        return TrailEvent.objects.filter(what=What.KEY_REFUSED, facts__provider="sandbox").count()

    assert (refused(), refused()) == (1, 1)
    state = providers.state_of("sandbox")
    state.hold = ""
    state.save()
    assert refused() == 2
    providers.hold("sandbox", "Out of credits.", 10)
    assert TrailEvent.objects.count() == 2
    assert refused() == 3


# -- It stays as it was -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda: TrailEvent.objects.update(address=None),
        lambda: TrailEvent.objects.all().delete(),
        lambda: TrailEvent.objects.all()[0].delete(),
    ],
)
def test_no_line_is_changed_or_taken_away(change: Callable[[], Any], owner: User) -> None:
    write(What.SIGNED_OUT, by=owner)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change()
    assert TrailEvent.objects.get(what=What.SIGNED_OUT).actor == owner


def test_names_are_those_of_today(owner: User, member: User, as_owner: Client) -> None:
    write(What.ROLE, by=owner, about=member, old="member", new="guest")
    User.objects.filter(pk=member.pk).update(name="Mara Married")
    assert shown(as_owner, "?what=role") == ["Olga Owner changed Mara Married's role from member to guest."]
    User.objects.filter(pk=member.pk).update(name="", erased_at=timezone.now())
    assert shown(as_owner, "?what=role") == [
        "Olga Owner changed a former member's role from member to guest."
    ]
    assert b"mara@" not in as_owner.get(f"{TRAIL}?what=role").content.partition(b"<table")[2]


# -- The page ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.MANAGER, Role.MEMBER, Role.GUEST])
def test_only_owners_read_it(role: str, member: User, client: Client) -> None:
    User.objects.filter(pk=member.pk).update(role=role)
    client.force_login(member)
    write(What.PAUSED, by=member, paused=True)
    for answer in (client.get(TRAIL), client.post(EXPORT)):
        assert answer.status_code == 403
        assert "Only the team&#x27;s owners read the trail." in answer.content.decode()
    assert What.EXPORT not in whats()


def fill(count: int, by: User) -> None:
    TrailEvent.objects.bulk_create(
        TrailEvent(what=What.GRANT, actor=by, subject=by, facts={"number": number}) for number in range(count)
    )


def test_a_thousand_lines_take_as_many_queries_as_ten(owner: User, as_owner: Client) -> None:
    counts = []
    for more in (10, 990):
        fill(more, owner)
        with CaptureQueriesContext(connection) as queries:
            shown(as_owner)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_older_lines_follow_without_a_gap(owner: User, as_owner: Client) -> None:
    write(What.PAUSED, by=owner, paused=True)
    fill(250, owner)
    write(What.PAUSED, by=owner, paused=False)
    found, query = [], "?what=grant&q=number"
    while query:
        answer = as_owner.get(f"{TRAIL}{query}")
        found += [event.facts["number"] for event, _ in answer.context["events"]]
        older = answer.context["older"]
        query = f"?what=grant&q=number&before={older}" if older else ""
        assert not older or f"{TRAIL}?q=number&amp;what=grant&amp;before={older}" in answer.content.decode()
    assert found == list(range(249, -1, -1))


@pytest.fixture
def story(owner: User, member: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line a day from 1 to 4 May."""
    lines = [
        (What.ROLE, owner, member, {"old": "guest", "new": "member"}, HOME),
        (What.SIGNED_IN, member, None, {"method": "password"}, "2001:db8::7"),
        (What.KEY_REFUSED, None, None, {"provider": "sandbox"}, None),
        (What.PAUSED, owner, None, {"paused": True}, "203.0.114.9"),
    ]
    start = datetime(2026, 5, 1, 12, tzinfo=UTC)
    for day, (what, by, about, facts, address) in enumerate(lines):
        monkeypatch.setattr(timezone, "now", lambda day=day: start + timedelta(days=day))
        TrailEvent.objects.create(what=what, actor=by, subject=about, facts=facts, address=address)
    monkeypatch.undo()


ALL = ["paused", "key_refused", "signed_in", "role"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ALL),
        ("what=role", ["role"]),
        ("person={owner}", ["paused", "role"]),
        ("person={member}", ["signed_in", "role"]),
        ("since=2026-05-03", ["paused", "key_refused"]),
        ("until=2026-05-02", ["signed_in", "role"]),
        ("since=2026-05-02&until=2026-05-03", ["key_refused", "signed_in"]),
        ("address=203.0.113.7", ["role"]),
        ("address=203.0.11", ["paused", "role"]),
        ("address=2001:DB8:0::7", ["signed_in"]),
        ("q=Sandbox", ["key_refused"]),
        ("q=guest+member", ["role"]),
        ("q=100%25", []),
        ("person={member}&what=signed_in&q=pass", ["signed_in"]),
        ("before=nonsense", ALL),
    ],
)
def test_lines_are_found_again(
    query: str, expected: list[str], story: None, owner: User, member: User, as_owner: Client
) -> None:
    answer = as_owner.get(f"{TRAIL}?{query.format(owner=owner.pk, member=member.pk)}")
    assert whats(event for event, _ in answer.context["events"]) == expected


def test_days_are_those_of_whoever_reads(story: None) -> None:
    with timezone.override("Pacific/Kiritimati"):  # noon in London is the next day there
        found = trail.lines(since=datetime(2026, 5, 5, tzinfo=UTC).date())
        assert whats(found) == ["paused"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("what=nonsense", "what"),
        ("person=0", "person"),
        ("since=soon", "since"),
        ("since=2026-05-03&until=2026-05-01", "until"),
        ("address=here", "address"),
        (f"q={'x' * 101}", "q"),
    ],
)
def test_nonsense_is_said_beside_its_field_and_kept(query: str, field: str, as_owner: Client) -> None:
    answer = as_owner.get(f"{TRAIL}?{query}&address={'1.2' if field != 'address' else 'here'}")
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert ('value="1.2"' if field != "address" else 'value="here"') in answer.content.decode()
    assert as_owner.post(EXPORT, {field: "nonsense" if field != "q" else "x" * 101}).status_code == 422


def exported(client: Client, **filters: str) -> list[dict[str, str]]:
    answer: Any = client.post(EXPORT, filters)
    assert answer.streaming
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


def test_what_is_found_leaves_as_a_file(story: None, member: User, as_owner: Client) -> None:
    User.objects.filter(pk=member.pk).update(name="=HYPERLINK(1)")
    rows = [row for row in exported(as_owner, person=str(member.pk)) if row["kind"] != "grant"]
    assert [row["kind"] for row in rows] == ["signed_in", "role"]
    assert rows[-1] == {
        "at": "2026-05-01T12:00:00+00:00",
        "kind": "role",
        "what": "Olga Owner changed =HYPERLINK(1)'s role from guest to member.",
        "by": str(TrailEvent.objects.get(what="role").actor_id),
        "by_name": "Olga Owner",
        "about": str(member.pk),
        "about_name": "'=HYPERLINK(1)",
        "address": HOME,
        "facts": '{"new": "member", "old": "guest"}',
    }


@pytest.mark.parametrize("first", [*"=+-@", *"＝＋－＠"])
def test_no_name_is_a_formula(first: str, owner: User, member: User, as_owner: Client) -> None:
    User.objects.filter(pk=member.pk).update(name=f"{first}1+1")
    TrailEvent.objects.write(What.SIGNED_IN, by=member)
    row = exported(as_owner, what="signed_in")[0]
    assert (row["what"][0], row["by_name"]) == ("'", f"'{first}1+1")


def test_an_export_stands_in_the_trail_and_not_in_itself(
    story: None, owner: User, member: User, as_owner: Client
) -> None:
    assert len(exported(as_owner, person=str(member.pk), what="role")) == 1
    event = TrailEvent.objects.get(what=What.EXPORT)
    assert (event.actor, event.facts) == (owner, {"what": "trail", "kind": "role", "person": member.pk})
    assert [row["kind"] for row in exported(as_owner) if row["kind"] != "grant"] == ["export", *ALL]


def test_an_export_is_sent_and_not_got(as_owner: Client) -> None:
    assert as_owner.get(EXPORT).status_code == 405
