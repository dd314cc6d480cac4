"""The list of what one was told, the mark that something is new, and how one wants to be told."""

from datetime import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from studio.models import Notice, NoticeChoice
from studio.views import notices as views

pytestmark = pytest.mark.django_db
Kind = Notice.Kind


def tell(user: User, count: int, kind: str = Kind.LOW_PERSON) -> None:
    start = Notice.objects.count()
    facts = {"balance": 3, "user": user.pk, "credits": 4, "reason": "<i>", "task": 1, "project": 1}
    Notice.objects.bulk_create(
        Notice(user=user, kind=kind, key=f"{kind}-{n}", facts=facts) for n in range(start, start + count)
    )


def page(client: Client, query: str = "") -> str:
    return client.get(reverse("notices") + query).content.decode()


def test_nothing_to_tell(mara: Client) -> None:
    assert "Nothing to tell" in page(mara)
    assert 'class="unread"' not in page(mara)


def test_new_ones_are_marked_until_they_are_seen(mara: Client, member: User, owner: User) -> None:
    tell(member, 2)
    tell(owner, 1)
    assert '<b class="unread">2' in mara.get(reverse("library")).content.decode()
    first = page(mara)
    assert first.count("You have 3 credits left.") == 2
    assert first.count("<strong>New</strong>") == 2
    assert 'class="unread"' not in first
    assert "<strong>New</strong>" not in page(mara)
    assert Notice.objects.filter(user=owner, read_at=None).count() == 1


def test_the_list_goes_on(mara: Client, member: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PAGE", 2)
    tell(member, 5)
    seen, query = [], ""
    while True:
        answer = mara.get(reverse("notices") + query)
        seen += [each.notice.pk for each in answer.context["told"]]
        if not answer.context["older"]:
            break
        query = f"?before={answer.context['older']}"
    assert seen == sorted(Notice.objects.values_list("pk", flat=True), reverse=True)
    assert page(mara, "?before=nonsense")


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_words_and_a_place(mara: Client, member: User, kind: str) -> None:
    tell(member, 1, kind)
    shown = page(mara)
    assert "<i>" not in shown
    assert 'class="line"' in shown
    Notice.objects.update(facts={})
    assert 'class="line"' in page(mara)


def test_fifty_cost_as_many_queries_as_five(mara: Client, member: User) -> None:
    counts = []
    for more in (1, 7):
        for kind in Kind:
            tell(member, more, kind)
        page(mara)
        with CaptureQueriesContext(connection) as captured:
            page(mara)
        counts.append(len(captured))
    assert counts[0] == counts[1]


# -- How ------------------------------------------------------------------------------------------

FULL = {
    "mail_finished": "on",
    "browser_finished": "on",
    "quiet_from": "22:00",
    "quiet_until": "07:00",
}


def test_choices_are_kept(mara: Client, member: User) -> None:
    shown = mara.get(reverse("notice_settings"))
    assert "data-tell" not in shown.content.decode()
    assert shown.context["form"]["mail_credits"].value() is True
    assert mara.post(reverse("notice_settings"), FULL).status_code == 302
    choice = NoticeChoice.objects.get(user=member)
    assert (choice.mail_finished, choice.mail_credits, choice.browser_finished) == (True, False, True)
    assert (choice.quiet_from, choice.quiet_until) == (time(22), time(7))
    shown = mara.get(reverse("notice_settings"))
    assert 'value="22:00"' in shown.content.decode()
    assert "data-tell" in shown.content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quiet_until": ""}, "quiet_until"),
        ({"quiet_from": ""}, "quiet_from"),
        ({"quiet_until": "22:00"}, "quiet_until"),
        ({"quiet_from": "late"}, "quiet_from"),
    ],
)
def test_a_wrong_time_is_told_beside_its_field(mara: Client, change: dict[str, str], field: str) -> None:
    answer = mara.post(reverse("notice_settings"), {**FULL, **change})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not NoticeChoice.objects.exists()
