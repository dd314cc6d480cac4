"""What the team spends: the page, the lines behind it, and all of them as CSV."""

import csv
import io
import re
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import TrailEvent, User
from studio.models import CreditEntry, Project, Task
from studio.services import credits, spending, sums
from studio.views.sending import Sending
from tests.factories import bring_to

PAGE, LINES, CSV = "/credits/spending/", "/credits/lines/", "/credits/spending.csv"
SECRET = "Blue secret"


@pytest.fixture
def task(order: Any) -> Task:
    """A song of Mara's that failed, and whose failure tells its words."""
    task = order(params={"sound": "quiet folk", "title": SECRET, "mv": "FUZZ-2.0"})[0]
    bring_to(task, Task.Status.FAILED)
    return task


def many(user: User, project: Project, count: int, at: datetime | None = None) -> None:
    """Orders of one person."""
    known = {"project": project, "created_by": user, "provider": "sandbox", "operation": "cover_music"}
    start = Task.objects.count()
    tasks = Task.objects.bulk_create(
        Task(form_key=f"00000000-0000-0000-0000-{start + n:012}", price=1, params={"mv": "FUZZ-1.0"}, **known)
        for n in range(count)
    )
    account = credits.account_of(user)
    CreditEntry.objects.bulk_create(
        CreditEntry(account=account, kind="charge", amount=-1, task=task, project=project, actor=user, at=at)
        for task in tasks
    )


def text(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


def rows(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text(answer).removeprefix("\ufeff"))))


def test_it_is_for_those_who_watch(as_: Any, member: User, manager: User, owner: User) -> None:
    for path in (PAGE, LINES, CSV):
        refused = as_(member).get(path)
        assert refused.status_code == 403
        assert "owners and managers" in refused.content.decode()
        for user in (manager, owner):
            answer = as_(user).get(path)
            assert answer.status_code == 200
            b"".join(getattr(answer, "streaming_content", ()))
    assert as_(manager).get(reverse("balances")).status_code == 403


def test_the_page_tells_who_spent_what(
    as_: Any, owner: User, member: User, editor: User, project: Project
) -> None:
    many(member, project, 30)
    many(editor, project, 20)
    page = as_(owner).get(PAGE)
    html = page.content.decode()
    assert page.context["summary"].total.spent == 50
    assert [row.total.text for row in page.context["stack"].rows] == ["30", "20"]
    month = f"{timezone.now():%Y-%m}"
    link = f"{LINES}?since={month}&amp;until={month}&amp;person={member.pk}"
    assert f'<a href="{link}">30</a>' in html
    assert html.count("Mara Member, ") == 1  # the chart says the same as the table
    lines = as_(owner).get(link.replace("&amp;", "&"))
    assert {entry.account.user_id for entry in lines.context["entries"]} == {member.pk}


def test_failures_losses_and_what_came_back(as_: Any, owner: User, task: Task, order: Any) -> None:
    bring_to(order()[0], Task.Status.CANCELLED)
    total = as_(owner).get(PAGE).context["summary"].total
    assert (total.spent, total.returned, total.orders, total.failed) == (
        0,
        20,
        2,
        1,
    )  # cancelling is no failure
    assert total.failed_share == 0.5


def test_a_month_that_makes_no_sense_is_named_and_kept(as_: Any, owner: User) -> None:
    for query, error in (
        ("since=2026-13", "Write the month"),
        ("since=2026-05&until=2026-04", "before the first month"),
        ("since=2001-01&until=2026-04", "At most 36 months"),
        ("by=colour", "Choose one of these"),
    ):
        answer = as_(owner).get(f"{PAGE}?{query}")
        assert answer.status_code == 422
        assert error in answer.content.decode()
    assert 'value="2026-13"' in as_(owner).get(f"{PAGE}?since=2026-13").content.decode()
    assert as_(owner).get(f"{LINES}?person=99999").status_code == 422
    assert as_(owner).get(f"{CSV}?since=soon").status_code == 422
    assert as_(owner).get(f"{PAGE}?until=2021-03").context["summary"].period.months[-1].year == 2021


def test_a_manager_sees_no_words_of_projects_that_are_not_theirs(
    as_: Any, owner: User, manager: User, project: Project, task: Task
) -> None:
    entry = CreditEntry.objects.get(task=task, kind="refund")
    assert entry.reason
    Project.objects.filter(pk=project.pk).update(name="Hush hush")
    for path in (PAGE, LINES):
        seen = as_(manager).get(path).content.decode()
        assert "Hush" not in seen
        assert SECRET not in seen
        assert f"Closed project {project.pk}" in seen
        assert "Hush" in as_(owner).get(path).content.decode()
    assert entry.reason not in as_(manager).get(LINES).content.decode()
    assert "Mara Member: charged, new song" in " ".join(as_(manager).get(LINES).content.decode().split())
    assert SECRET in as_(owner).get(LINES).content.decode()
    told = {row["kind"]: row for row in rows(as_(manager).get(f"{CSV}?operation=create_music"))}
    assert told["refund"]["project"] == f"Closed project {project.pk}"
    assert told["refund"]["reason"] == ""
    told = {row["kind"]: row for row in rows(as_(owner).get(f"{CSV}?operation=create_music"))}
    assert told["refund"]["reason"] == entry.reason


def test_lines_are_found_by_what_they_are(as_: Any, owner: User, member: User, task: Task) -> None:
    def found(query: str) -> list[str]:
        return [entry.kind for entry in as_(owner).get(f"{LINES}?{query}").context["entries"]]

    everything = found("")
    assert set(everything) >= {"grant", "charge", "refund"}
    assert found("kind=charge") == ["charge"]
    assert found(f"person={member.pk}&model=FUZZ-2.0") == ["refund", "charge"]
    assert found(f"project={task.project_id}&operation=create_music") == ["refund", "charge"]
    assert found("operation=cover_music") == []
    month = timezone.now()
    assert found(f"since={month:%Y-%m}&until={month:%Y-%m}") == everything
    assert found(f"until={month - timedelta(days=32):%Y-%m}") == []


def test_lines_go_on_by_key(as_: Any, owner: User, member: User, project: Project) -> None:
    many(member, project, 70)
    first = as_(owner).get(f"{LINES}?kind=charge")
    more = re.search(r'href="([^"]+before=\d+)"', first.content.decode())
    assert more
    second = as_(owner).get(more[1].replace("&amp;", "&"))
    keys = [entry.pk for page in (first, second) for entry in page.context["entries"]]
    assert keys == sorted(set(keys), reverse=True)
    assert len(keys) == 70
    assert "before=" not in second.content.decode()


def test_a_thousand_lines_take_no_more_queries_than_ten(
    as_: Any, owner: User, member: User, project: Project, monkeypatch: Any
) -> None:
    def queries(path: str) -> int:
        client = as_(owner)
        b"".join(getattr(client.get(path), "streaming_content", ()))
        with CaptureQueriesContext(
            connection,
        ) as caught:
            b"".join(getattr(client.get(path), "streaming_content", ()))
        return len(caught)

    many(member, project, 10)
    before = {path: queries(path) for path in (PAGE, LINES, CSV)}
    many(member, project, 490)
    monkeypatch.setattr(sums, "SETTLED_AFTER", timedelta(0))
    sums.add_up()
    many(member, project, 500)
    assert {path: queries(path) for path in (PAGE, LINES, CSV)} == before


def test_the_csv_holds_every_line(as_: Any, owner: User, member: User, task: Task) -> None:
    answer = as_(owner).get(CSV)
    assert answer["Content-Type"].startswith("text/csv")
    assert "attachment" in answer["Content-Disposition"]
    found = rows(answer)
    assert [int(row["id"]) for row in found] == list(
        CreditEntry.objects.order_by("pk").values_list("pk", flat=True)
    )
    [charge] = [row for row in found if row["kind"] == "charge"]
    entry = CreditEntry.objects.get(kind="charge")
    assert charge == {
        "id": str(entry.pk),
        "at": entry.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "person": "Mara Member",
        "project": str(task.project),
        "kind": "charge",
        "amount": "-10",
        "provider": "sandbox",
        "operation": "create_music",
        "model": "FUZZ-2.0",
        "task": str(task.pk),
        "reason": "",
        "actor": "Mara Member",
    }
    event = TrailEvent.objects.get(what="export")
    assert (event.actor, event.facts) == (owner, {"of": "ledger"})


def test_the_csv_stays_text_whatever_people_are_called(as_: Any, owner: User, member: User) -> None:
    User.objects.filter(pk=member.pk).update(name='=cmd|" /C calc"!A0')
    credits.adjust(member, 5, reason='@SUM(1)\n"two", lines', by=owner)
    whole = text(as_(owner).get(f"{CSV}?kind=adjust"))
    assert whole.startswith("\ufeffid,at,person,")
    assert whole.count("\r\n") == 2
    [row] = csv.DictReader(io.StringIO(whole.removeprefix("\ufeff"), newline=""))
    assert row["person"] == '\'=cmd|" /C calc"!A0'
    assert row["reason"] == '\'@SUM(1)\n"two", lines'
    assert row["amount"] == "5"


def test_the_csv_is_read_in_pieces(
    as_: Any, owner: User, member: User, project: Project, monkeypatch: Any
) -> None:
    """No query stays open, and none of it is held at once."""
    monkeypatch.setattr("studio.services.entries.AT_ONCE", 40)
    monkeypatch.setattr("studio.services.entries.BLOCK", 15)
    many(member, project, 100)
    answer = as_(owner).get(f"{CSV}?kind=charge")
    blocks = list(answer.streaming_content)
    assert [block.count(b"\r\n") for block in blocks] == [1, 15, 15, 10, 15, 15, 10, 15, 5]
    keys = [int(line.split(b",")[0]) for line in b"".join(blocks).split(b"\r\n")[1:-1]]
    assert keys == list(CreditEntry.objects.filter(kind="charge").order_by("pk").values_list("pk", flat=True))


def test_a_download_gives_its_place_back(as_: Any, owner: User) -> None:
    client = as_(owner)
    under_way = [client.get(CSV), client.get(CSV)]
    assert client.get(CSV).status_code == 302
    assert client.head(CSV).status_code == 200
    for answer in under_way:
        text(answer)
    assert text(client.get(CSV))


def test_one_that_breaks_off_gives_its_place_back() -> None:
    places = BoundedSemaphore(1)
    assert places.acquire(blocking=False)
    sending = Sending(iter([b"never sent"]), places)
    sending.close()
    sending.close()
    assert places.acquire(blocking=False)


def test_long_months_that_are_over_are_read_once(
    as_: Any, owner: User, member: User, project: Project, monkeypatch: Any
) -> None:
    """What is remembered of them goes when the sums are made anew."""
    monkeypatch.setattr(spending, "LONG", 5)
    monkeypatch.setattr(spending, "_known", {})
    monkeypatch.setattr(sums, "SETTLED_AFTER", timedelta(0))
    monkeypatch.setattr(CreditEntry._meta.get_field("at"), "auto_now_add", False)
    long_ago = timezone.now() - timedelta(days=70)
    many(member, project, 10, long_ago)
    assert as_(owner).get(PAGE).context["summary"].total.spent == 10
    assert not spending._known  # beyond the mark still
    sums.add_up()
    for _ in range(2):
        assert as_(owner).get(PAGE).context["summary"].total.spent == 10
    assert len(spending._known) == 1
    many(member, project, 10, long_ago)  # which nothing really is: it would be a line of today
    assert as_(owner).get(PAGE).context["summary"].total.spent == 20
    sums.rebuild()
    assert as_(owner).get(PAGE).context["summary"].total.spent == 20
