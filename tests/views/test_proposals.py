"""Write with AI on a sheet: the order, the text beside one's own, and what is taken of it."""

import uuid
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import LyricProposal, LyricSheet, Project, ProviderState, Task
from studio.services import credits, lyrics, proposals
from tests.factories import bring_to
from tests.views.conftest import HTMX
from tests.views.test_pages import queries

THEIRS = "[Verse]\nHarbour lights\n[Chorus]\nBlue, blue sea <script>alert(1)</script>\n[Bridge]\nHold on"


def page_of(answer: Any) -> str:
    return unescape(answer.content.decode())


@pytest.fixture
def write(mara: Client, sheet: LyricSheet) -> Any:
    """Order a text for the sheet as Mara."""

    def send(htmx: bool = False, **fields: Any) -> Any:
        data = {"form_key": str(uuid.uuid4()), "prompt": "the sea", **fields}
        path = reverse("lyric_write", args=[sheet.pk])
        return mara.post(path, data, headers=HTMX if htmx else {})

    return send


@pytest.fixture
def lie(order: Any, sheet: LyricSheet) -> Any:
    """A text that has come for the sheet."""

    def place(text: str = THEIRS, title: str = "Harbour </p><b>") -> LyricProposal:
        words = sheet.revisions.first()
        task = order(operation="make_lyrics", params={"prompt": "the sea"}, lyric_revision=words)[0]
        facts = {"sheet": sheet, "beside": words, "title": title, "text": text}
        Task.objects.filter(pk=task.pk).update(status="done", ended_at=task.created_at)
        return LyricProposal.objects.create(task=task, **facts)

    return place


def texts(sheet: LyricSheet) -> list[str]:
    return list(sheet.revisions.order_by("number").values_list("text", flat=True))


# -- The order --------------------------------------------------------------------------------------


def test_from_the_sheet_to_the_text_beside_it(
    mara: Client, write: Any, settle: Any, sheet: LyricSheet, member: User
) -> None:
    path = reverse("lyric_sheet", args=[sheet.pk])
    assert "Write · 1 credit" in page_of(mara.get(path))
    answer = write()
    assert (answer.status_code, answer["Location"]) == (302, path)
    task = Task.objects.get()
    assert (task.operation, task.lyric_revision) == ("make_lyrics", sheet.revisions.get())
    assert credits.balance(member) == 99
    assert f'id="task-{task.pk}"' in page_of(mara.get(path))
    settle()
    there = reverse("lyric_proposal", args=[sheet.pk, LyricProposal.objects.get().pk])
    for page in (path, reverse("task", args=[task.pk]), reverse("lyric_write", args=[sheet.pk])):
        assert there in page_of(mara.get(page))
    assert f'id="task-{task.pk}"' not in page_of(mara.get(path))
    assert LyricSheet.objects.count() == 1


def test_htmx_gets_an_empty_form_the_card_and_the_balance(write: Any) -> None:
    key = str(uuid.uuid4())
    text = page_of(write(htmx=True, form_key=key))
    assert "<html" not in text
    assert key not in text
    assert 'id="write"' in text
    assert '<div id="proposals" hx-swap-oob="true">' in text
    assert f'id="task-{Task.objects.get().pk}"' in text
    assert 'data-balance="99"' in text
    write(form_key=key)  # the same form once more
    assert Task.objects.count() == 1


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "fragment"])
def test_a_refusal_costs_nothing_and_keeps_the_words(write: Any, member: User, htmx: bool) -> None:
    for words in ("la " * 1_001, "the\0sea"):
        answer = write(htmx=htmx, prompt=words)
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == ["prompt"]
        assert answer.context["form"]["prompt"].value() == words
    credits.adjust(member, -100, reason="test")
    assert "This costs 1 credit and you have 0" in page_of(write(htmx=htmx))
    assert not Task.objects.exists()


def test_what_is_off_says_why(mara: Client, write: Any, sheet: LyricSheet, as_: Any, viewer: User) -> None:
    path = reverse("lyric_sheet", args=[sheet.pk])
    ProviderState.objects.create(name="sandbox", in_flight_limit=4, retired=["make_lyrics"])
    assert "no longer offers" in page_of(mara.get(path))
    assert "no longer offers" in page_of(write())
    assert "You may look at this project" in page_of(as_(viewer).get(reverse("lyric_write", args=[sheet.pk])))


def test_earlier_prompts_can_be_used_again(
    mara: Client, write: Any, sheet: LyricSheet, project: Project
) -> None:
    write(prompt="a harbour")
    task = bring_to(Task.objects.get(), "failed")
    there = f"{reverse('lyric_write', args=[sheet.pk])}?again={task.pk}"
    # "Try again" on its card leads back to the sheet that it was ordered for.
    for name, args in (("tasks", []), ("lyric_write", [sheet.pk]), ("lyric_sheet", [sheet.pk])):
        assert there in page_of(mara.get(reverse(name, args=args)))
    assert mara.get(there).context["form"]["prompt"].value() == "a harbour"


def test_prompts_of_others_are_not_to_be_had(
    client: Client, stranger: User, order: Any, sheet: LyricSheet
) -> None:
    client.force_login(stranger)
    theirs = order(operation="make_lyrics", params={"prompt": "secret"})[0]
    own = lyrics.create_sheet(project=Project.objects.get(owner=stranger), by=stranger, title="Mine")
    assert client.get(reverse("lyric_write", args=[own.pk]), {"again": theirs.pk}).status_code == 404


def test_who_only_looks_compares_and_is_not_asked_to_take(
    as_: Any, lie: Any, sheet: LyricSheet, viewer: User
) -> None:
    client, there = as_(viewer), reverse("lyric_proposal", args=[sheet.pk, lie().pk])
    page = page_of(client.get(there))
    assert page.index(">Version 1</b>") < page.index(">AI’s text</b>")
    assert ("Differs from the newest" in page, "yours" in page) == (True, False)
    beside = page_of(client.get(reverse("lyric_sheet", args=[sheet.pk])))
    assert (">Compare<" in beside, "Compare and take" in beside) == (True, False)
    mark = f'<a href="{reverse("lyrics")}" aria-current="true">'
    for path in (there, reverse("lyric_write", args=[sheet.pk]), reverse("lyric_history", args=[sheet.pk])):
        assert mark in page_of(client.get(path))


# -- Taken or not -----------------------------------------------------------------------------------


def test_a_section_is_taken_into_what_somebody_saved_meanwhile(
    mara: Client, lie: Any, sheet: LyricSheet, editor: User
) -> None:
    proposal = lie()
    path = reverse("lyric_proposal", args=[sheet.pk, proposal.pk])
    page = mara.get(path)
    assert "<script>alert" not in page.content.decode()
    assert [pair.name for pair, _ in page.context["parts"]] == ["Verse", "Chorus", "Bridge"]
    lyrics.save(sheet, by=editor, title="", text="[Verse]\nHeadlights\n[Chorus]\nBlue", base=1)
    take = reverse("lyric_proposal_take", args=[sheet.pk, proposal.pk])
    for _ in range(2):
        answer = mara.post(take, {"section": "2", "base": "1"}, follow=True)
    assert answer.redirect_chain[-1][0] == path
    assert "Bridge is in version 3 now." in page_of(answer)
    assert texts(sheet)[1:] == [
        "[Verse]\nHeadlights\n[Chorus]\nBlue",
        "[Verse]\nHeadlights\n[Chorus]\nBlue\n\n[Bridge]\nHold on",
    ]
    answer = mara.post(take, {"base": "3"}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("lyric_sheet", args=[sheet.pk])
    assert texts(sheet)[3] == THEIRS
    assert "has taken as a whole this text already" in page_of(mara.post(take, {"section": "0"}, follow=True))


@pytest.mark.parametrize("section", ["3", "-1", "x", "", "9" * 18, "٣"])
def test_a_section_that_is_none_is_not_found(mara: Client, lie: Any, sheet: LyricSheet, section: str) -> None:
    take = reverse("lyric_proposal_take", args=[sheet.pk, lie().pk])
    assert mara.post(take, {"section": section, "base": "1"}).status_code == 404
    assert mara.post(take, {"section": "0", "base": "x"}).status_code == 302  # nobody typed the base
    assert len(texts(sheet)) == 2


def test_a_text_of_another_sheet_is_not_found(mara: Client, lie: Any, project: Project, member: User) -> None:
    other = lyrics.create_sheet(project=project, by=member, title="Other", text="x")
    proposal = lie()
    for name in ("lyric_proposal_take", "lyric_proposal_discard"):
        assert mara.post(reverse(name, args=[other.pk, proposal.pk])).status_code == 404
    assert mara.get(reverse("lyric_proposal", args=[other.pk, proposal.pk])).status_code == 404
    assert texts(other) == ["x"]


def test_a_discarded_text_is_out_of_the_way_and_comes_back(mara: Client, lie: Any, sheet: LyricSheet) -> None:
    proposal = lie()
    there = reverse("lyric_proposal", args=[sheet.pk, proposal.pk])
    discard = reverse("lyric_proposal_discard", args=[sheet.pk, proposal.pk])
    assert there not in page_of(mara.post(discard, follow=True))
    assert "discarded by Mara Member" in page_of(mara.get(reverse("lyric_write", args=[sheet.pk])))
    assert "Bring it back" in page_of(mara.get(there))
    mara.post(discard, {"back": "1"})
    assert there in page_of(mara.get(reverse("lyric_sheet", args=[sheet.pk])))


# -- Many -------------------------------------------------------------------------------------------


def test_two_texts_cost_as_many_queries_as_thirty(
    mara: Client, lie: Any, write: Any, sheet: LyricSheet, member: User
) -> None:
    paths = [reverse(name, args=[sheet.pk]) for name in ("lyric_sheet", "lyric_write")]
    paths.append(reverse("tasks"))
    credits.grant(member, 100, reason="test")

    def more(count: int) -> list[int]:
        for _ in range(count):
            proposals.discard(lie(), by=member)
            proposals.take_all(lie(), by=member)
            lie()
            write()
        return [queries(mara, path) for path in paths]

    mara.get(paths[0])  # the provider's row is made on first use
    assert more(2) == more(8)
    page = mara.get(reverse("lyric_write", args=[sheet.pk]))
    assert (len(page.context["orders"]), len(page.context["proposals"])) == (20, 5)
    older = mara.get(reverse("lyric_write", args=[sheet.pk]), {"before": page.context["older"]})
    assert [len(older.context["orders"]), older.context["older"]] == [20, None]
