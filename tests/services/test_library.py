"""Finding, sorting and paging a library."""

import random
import uuid
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from studio.models import Clip, Project
from studio.models.clock import db_now
from studio.models.search import POSTGRESQL
from studio.services import library
from studio.services.library import SORTS, BadPlace, Filters
from tests.songs import song

EVERYTHING = Filters()


def titles(user: User, **asked: Any) -> list[str]:
    filters = Filters.read({name: str(value) for name, value in asked.items()})
    assert not filters.unread
    return [clip.title for clip in library.page(library.found(user, filters), filters.sort).clips]


# -- What is found ---------------------------------------------------------------------------------


def test_each_filter_lets_through_what_it_says(project: Project, member: User, owner: User) -> None:
    elsewhere = Project.objects.get(owner=owner)
    now = db_now()
    song(project, "A", model="FUZZ-2.0", provider="musicapi", rating=4, tags=("Späti",), age=3)
    song(project, "B", operation="cover_music", picked=True, has_video=True, by=owner, approved_at=now, age=2)
    song(elsewhere, "C", lyrics="an ocean of static", rating=5, age=1)
    today = db_now()
    expected: list[tuple[dict[str, Any], str]] = [
        ({}, "CBA"),
        ({"project": project.pk}, "BA"),
        ({"person": owner.pk}, "CB"),
        ({"tag": "spati"}, "A"),
        ({"model": "FUZZ-2.0"}, "A"),
        ({"provider": "musicapi"}, "A"),
        ({"operation": "cover_music"}, "B"),
        ({"rating": 4}, "CA"),
        ({"rating": 5}, "C"),
        ({"picked": 1}, "B"),
        ({"approved": 1}, "B"),
        ({"video": 1}, "B"),
        ({"since": f"{today.date()}", "until": f"{today.date()}"}, ""),
        ({"q": "ocean stat"}, "C"),
        ({"q": "ocean", "project": project.pk}, ""),
        ({"rating": 4, "sort": "rating"}, "CA"),
    ]
    for asked, found in expected:
        assert "".join(titles(owner, **asked)) == found, asked


def test_strangers_find_nothing(project: Project, stranger: User, viewer: User) -> None:
    song(project, "A")
    assert titles(stranger) == titles(stranger, q="a") == titles(stranger, project=project.pk) == []
    assert titles(viewer) == ["A"]


def test_what_is_in_the_bin_is_not_in_the_library(project: Project, member: User) -> None:
    song(project, "A", binned_at=db_now())
    assert titles(member) == titles(member, q="a") == []


def test_one_take_stands_for_all_of_its_order(project: Project, member: User) -> None:
    stack = uuid.uuid4()
    song(project, "first", stack=stack)
    song(project, "second", stack=stack, is_front=False, rating=5)
    assert titles(member) == ["first"]
    assert titles(member, takes=1) == ["second", "first"]
    # What differs between takes is looked for in each of them.
    assert titles(member, rating=5) == ["second"]


@pytest.mark.parametrize(
    ("asked", "unread"),
    [
        ({"q": "\0"}, ("q",)),
        ({"q": "!?"}, ("q",)),
        ({"project": "x"}, ("project",)),
        ({"project": "9" * 40}, ("project",)),
        ({"person": "٣"}, ("person",)),
        ({"rating": "6"}, ("rating",)),
        ({"since": "yesterday"}, ("since",)),
        ({"since": "2026-02-31", "until": "99999"}, ("since", "until")),
        ({"until": "2026-W07-2"}, ("until",)),
        ({"sort": "price"}, ("sort",)),
        ({"model": "a\0b"}, ("model",)),
        ({"picked": "maybe"}, ("picked",)),
    ],
)
def test_nonsense_is_left_out_and_named(
    project: Project, member: User, asked: dict[str, str], unread: tuple[str, ...]
) -> None:
    song(project, "A")
    filters = Filters.read(asked)
    assert filters.unread == unread
    assert library.found(member, filters).count() == 1


def test_filters_survive_the_address(member: User) -> None:
    asked = {"q": "two words", "rating": "3", "picked": "1", "since": "2026-01-31", "sort": "title"}
    filters = Filters.read(asked)
    assert filters.query == "q=two+words&rating=3&picked=1&since=2026-01-31&sort=title"
    assert filters.without("q").query == "rating=3&picked=1&since=2026-01-31&sort=title"


# -- Pages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sort", SORTS)
def test_pages_hold_every_song_once_in_order(project: Project, member: User, sort: str) -> None:
    dice = random.Random(7)
    for _ in range(2 * library.PAGE + 5):
        facts = {"duration": dice.choice((60.0, 61.123, 90.5)), "rating": dice.randrange(4)}
        song(project, dice.choice(("Ärger", "ocean", "Zoo", "")), plays=dice.randrange(3), **facts)
    clips, after, seen = library.found(member, EVERYTHING), "", []
    for _ in range(3):
        page = library.page(clips, sort, after)
        seen += page.clips
        after = page.after
    assert after == ""
    assert len(seen) == len({clip.pk for clip in seen}) == 2 * library.PAGE + 5
    by = SORTS[sort]
    keys = [(getattr(clip, by.column), clip.pk) for clip in seen]
    assert keys == sorted(keys, reverse=by.downwards)


def test_a_long_title_is_a_place_too(project: Project, member: User) -> None:
    """Cut within its words it may end in a space, which no folded text does."""
    for n in range(library.PAGE + 1):
        song(project, "a" * 99 + f" b{n}")
    clips = library.found(member, EVERYTHING)
    first = library.page(clips, "title")
    assert len(library.page(clips, "title", first.after).clips) == 1


def test_a_song_that_comes_meanwhile_shifts_nothing(project: Project, member: User) -> None:
    clips = library.found(member, EVERYTHING)
    old = [song(project, str(n)).pk for n in range(library.PAGE + 3)]
    first = library.page(clips, "new")
    song(project, "brand new")
    second = library.page(clips, "new", first.after)
    assert [clip.pk for clip in [*first.clips, *second.clips]] == old[::-1]


@pytest.mark.parametrize(
    ("sort", "after"),
    [
        ("new", "x"),
        ("new", "1~2"),
        ("new", "9" * 30),
        ("rating", "5"),
        ("rating", "nan~1"),
        ("rating", "1e999~1"),
        ("rating", "~1"),
        ("length", "1e300~5"),
        ("plays", "x~1"),
        ("title", "A\0~1"),
        ("title", "Ä~1"),
    ],
)
def test_a_place_that_is_none(project: Project, member: User, sort: str, after: str) -> None:
    with pytest.raises(BadPlace):
        library.page(library.found(member, EVERYTHING), sort, after)


def test_it_counts_to_a_thousand(project: Project, member: User) -> None:
    heard = {"duration": 1.0, "loudness": -14.0, "true_peak": -1.0, "peaks": b"\0"}
    for batch in (1000, 5):
        new = [Clip(project=project, created_by=member, title="x", **heard) for _ in range(batch)]
        Clip.objects.bulk_create(new)
        assert library.page(library.found(member, EVERYTHING), "new").count == (
            1000 if batch == 1000 else 1001
        )


# -- Indexes ---------------------------------------------------------------------------------------


def plan(clips: Any) -> str:
    if connection.vendor == "postgresql":
        with (
            connection.cursor() as cursor
        ):  # a dozen rows are quicker without an index, which is beside the point
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    return str(clips.explain())


@pytest.mark.parametrize(
    ("sort", "index"),
    [
        ("title", "clip_by_title"),
        ("length", "clip_by_length"),
        ("rating", "clip_by_rating"),
        ("plays", "clip_by_plays"),
    ],
)
def test_each_sort_walks_its_index_from_the_place_on(owner: User, sort: str, index: str) -> None:
    by = SORTS[sort]
    value = "a" if sort == "title" else 1
    minus = "-" if by.downwards else ""
    clips = library.beyond(library.found(owner, EVERYTHING), sort, f"{value}~5").order_by(
        f"{minus}{by.column}", f"{minus}id"
    )
    text = plan(clips[:19])
    assert index in text
    assert "TEMP B-TREE" not in text
    assert "Sort" not in text


def test_a_search_goes_through_its_index(owner: User, project: Project) -> None:
    song(project, "Ocean")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {POSTGRESQL}", ["ocean:*"])
            assert "studio_searchtext_search" in str(cursor.fetchall())
    else:
        found = library.found(owner, Filters.read({"q": "ocean"}))
        assert "VIRTUAL TABLE INDEX" in plan(found.order_by("-id")[:19])
