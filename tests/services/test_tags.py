"""Tags: one list for the team, at most twenty on a clip, found by the search."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from studio.models import Clip, Project, Tag
from studio.models.search import matching
from studio.services import tags
from studio.services.tags import TooManyTags
from tests.songs import song


@pytest.fixture
def clip(project: Project) -> Clip:
    return song(project)


def names(clip: Clip) -> list[str]:
    return [tag.name for tag in clip.tags.all()]


def test_a_tag_is_the_same_in_any_spelling(clip: Clip, project: Project) -> None:
    tags.add(clip, ["Chörus", "for Ada"])
    other = song(project, "Other")
    tags.add(other, ["CHORUS", "chorus"])
    assert names(clip) == ["Chörus", "for Ada"]
    assert names(other) == ["Chörus"]
    assert Tag.objects.count() == 2


def test_tags_are_found_and_removed_tags_are_not(clip: Clip) -> None:
    tags.add(clip, ["zither"])
    assert list(matching("zither")) == [clip]
    tags.remove(clip, clip.tags.get().pk)
    assert not matching("zither").exists()
    assert names(clip) == []


def test_more_than_twenty_are_refused_as_a_whole(clip: Clip) -> None:
    tags.add(clip, [f"tag {n}" for n in range(19)])
    with pytest.raises(TooManyTags, match="at most 20 tags; with these it would have 21"):
        tags.add(clip, ["tag 3", "one more", "and another"])
    assert len(names(clip)) == 19
    tags.add(clip, ["tag 3", "one more"])
    assert len(names(clip)) == 20


def test_tags_of_the_same_project_are_suggested(clip: Clip, stranger: User) -> None:
    elsewhere = Project.objects.get(owner=stranger)
    tags.add(clip, ["for Ada"])
    tags.add(song(elsewhere), ["secret"])
    assert [str(tag) for tag in tags.known_in(clip.project)] == ["for Ada"]
    assert [str(tag) for tag in tags.known_in(elsewhere)] == ["secret"]


def test_new_tags_are_made_in_one_order_whoever_types_them(clip: Clip) -> None:
    """Two people who type the same new tags the other way round must not wait for each other in a circle."""
    tags.named(["zither", "alto", "Mono"])
    assert [tag.key for tag in Tag.objects.order_by("pk")] == ["alto", "mono", "zither"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
def test_who_takes_a_tag_off_locks_the_clip_first(clip: Clip) -> None:
    tags.add(clip, ["zither"])
    with CaptureQueriesContext(connection) as captured:
        tags.remove(clip, clip.tags.get().pk)
    statements = [query["sql"] for query in captured if "studio_clip" in query["sql"]]
    locks = [number for number, sql in enumerate(statements) if "FOR UPDATE" in sql]
    deletes = [number for number, sql in enumerate(statements) if sql.startswith("DELETE")]
    assert locks
    assert locks[0] < deletes[0]
