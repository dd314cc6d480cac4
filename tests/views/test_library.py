"""The library's page: what it shows, how it goes on, and what it answers to nonsense."""

import re
import uuid
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from studio.models import Clip, Project, Task
from studio.services import library
from tests.factories import bring_to
from tests.songs import song

LIBRARY = "/library/"


def rows(answer: Any) -> list[int]:
    return [int(number) for number in re.findall(r'<li id="clip-(\d+)"', answer.content.decode())]


def test_load_more_goes_through_all_of_it(mara: Client, project: Project) -> None:
    made = [song(project, f"Song {n}").pk for n in range(2 * library.PAGE + 1)]
    seen, path = [], f"{LIBRARY}?sort=title"
    for _ in range(3):
        answer = mara.get(path)
        seen += rows(answer)
        assert "after=song " not in answer.content.decode()
        more = re.search(r'href="([^"]+after=[^"]+)"', answer.content.decode())
        path = unescape(more[1]) if more else ""
    assert path == ""
    assert sorted(seen) == made


@pytest.mark.parametrize("path", [LIBRARY, "/library/?q=song&panel=1", "/library/?tag=late&sort=rating"])
def test_ten_rows_cost_as_many_queries_as_a_thousand(owner: User, client: Client, path: str) -> None:
    client.force_login(owner)
    project = Project.objects.get(owner=owner)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert rows(client.get(path))
        return len(captured)

    for n in range(10):
        song(project, f"Song {n}", tags=("late", f"tag {n}"))
    client.get(path)
    few = queries()
    first = Clip.objects.order_by("pk").first()
    assert first
    heard = {"duration": 1.0, "loudness": -14.0, "true_peak": -1.0, "peaks": b"\0"}
    Clip.objects.bulk_create(
        Clip(project=project, created_by=owner, title="Song", upstream_id=uuid.uuid4().hex, **heard)
        for n in range(990)
    )
    for n in range(30):
        song(project, f"Song {n}", tags=("late", f"more {n}"))
    assert queries() == few


def test_filters_stand_above_the_list_and_can_be_taken_away(mara: Client, project: Project) -> None:
    song(project, "Loud", rating=5)
    song(project, "Quiet", rating=1)
    text = mara.get(f"{LIBRARY}?q=loud&rating=4&project={project.pk}").content.decode()
    links = re.findall(r'<a class="chip" href="([^"]+)" aria-label="([^"]+)"', text)
    assert [(unescape(link), unescape(label)) for link, label in links] == [
        (f"/library/?project={project.pk}&rating=4", "Take away Search: loud"),
        ("/library/?q=loud&rating=4", f"Take away Project: {project.name}"),
        (f"/library/?q=loud&project={project.pk}", "Take away Rating: 4 or better"),
    ]
    assert "1 song<" in text


def test_a_closed_panel_keeps_the_filters_for_the_next_search(mara: Client, project: Project) -> None:
    text = mara.get(f"{LIBRARY}?rating=4&picked=1").content.decode()
    assert '<input type="hidden" name="rating" value="4">' in text
    assert '<input type="hidden" name="picked" value="1">' in text
    panel = mara.get(f"{LIBRARY}?rating=4&picked=1&panel=1").content.decode()
    assert '<option value="4" selected>' in panel
    assert 'name="picked" value="1" checked' in panel


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?q=%00", "Search: this can’t be read"),
        ("?rating=9&since=x", "Rating, From: this can’t be read"),
        ("?q=nothing+like+it", "Nothing found"),
        ("", "No songs here yet"),
        ("?after=1", "Nothing more"),
    ],
)
def test_it_says_why_there_is_nothing(mara: Client, query: str, words: str) -> None:
    answer = mara.get(LIBRARY + query)
    assert answer.status_code == 200
    assert words in answer.content.decode()


@pytest.mark.parametrize("query", ["after=x", "sort=rating&after=5", "after=%00", "sort=length&after=nan~1"])
def test_a_place_that_is_none_is_refused_in_words(mara: Client, query: str) -> None:
    answer = mara.get(f"{LIBRARY}?{query}")
    assert answer.status_code == 400
    assert "can’t go on from there" in answer.content.decode().replace("&#x27;", "’")


def test_an_open_panel_holds_what_no_list_knows(mara: Client, project: Project) -> None:
    text = mara.get(f"{LIBRARY}?panel=1&tag=zebra&model=Old-1").content.decode()
    assert '<option value="zebra" selected>' in text
    assert '<option value="Old-1" selected>' in text


def test_what_is_being_made_stands_on_top(mara: Client, project: Project, order: Any) -> None:
    [task] = order()
    for path in (LIBRARY, reverse("project", args=[project.pk])):
        text = mara.get(path).content.decode()
        assert f'id="task-{task.pk}"' in text
        assert "data-project=" in text
    assert f'id="task-{task.pk}"' not in mara.get(f"{LIBRARY}?sort=title").content.decode()
    bring_to(task, Task.Status.FAILED)
    assert f'id="task-{task.pk}"' in mara.get(LIBRARY).content.decode()


def test_a_colleagues_order_comes_into_an_open_library(
    client: Client, owner: User, stranger: User, order: Any
) -> None:
    [task] = order()
    for who, seen in ((owner, True), (stranger, False)):
        client.force_login(who)
        text = client.get("/live/?project=all").content.decode()
        assert (f'id="task-{task.pk}"' in text) is seen


def test_takes_of_one_order_lie_in_one_row(mara: Client, project: Project) -> None:
    stack = uuid.uuid4()
    front = song(project, "Front", stack=stack)
    other = song(project, "Front", stack=stack, is_front=False)
    answer = mara.get(LIBRARY)
    assert rows(answer) == [front.pk]
    assert f"/compare/?stack={stack}" in answer.content.decode()
    assert "2 takes" in answer.content.decode()
    assert rows(mara.get(f"{LIBRARY}?takes=1")) == [other.pk, front.pk]


def test_a_take_behind_the_front_is_found_by_words_of_its_own(mara: Client, project: Project) -> None:
    stack = uuid.uuid4()
    song(project, "Front", stack=stack)
    behind = song(project, "Another ending", stack=stack, is_front=False)
    answer = mara.get(f"{LIBRARY}?q=ending")
    assert rows(answer) == [behind.pk]
    assert "Take away Every take" in answer.content.decode()


def test_words_of_people_stay_text(mara: Client, project: Project) -> None:
    song(project, "<b>bold</b>", sound='"><script>x</script>', tags=("<i>tag</i>",))
    text = mara.get(f"{LIBRARY}?q=%3Cb%3E").content.decode()
    for markup in ("<b>bold", "<script>x", "<i>tag"):
        assert markup not in text
    assert "&lt;b&gt;bold" in text
