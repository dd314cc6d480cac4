"""What a search finds: the same on both databases."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.models import Clip, Project, SearchText
from studio.models.search import fold, matching, terms_of
from studio.services import search
from tests.songs import song

LYRICS = "[Verse]\nDon't you hear the Déjà-vu of Straße eleven\n[Chorus]\nBlue, blue night"


@pytest.fixture
def clip(project: Project) -> Clip:
    return song(
        project, "Ímar’s Midnight", sound="quiet folk, 4x4 drums", lyrics=LYRICS, tags=("Für später",)
    )


@pytest.mark.parametrize(
    "query",
    [
        "midnight",
        "MIDN",
        "imar",
        "ímar",
        "quiet drums",
        "drums quiet midnight",
        "deja vu",
        "déjà-vu",
        "strasse",
        "don't",
        "DON’T",
        '"blue night"',
        '"hear the deja vu"',
        "fur spat",
        "4x4",
        '"Blue Night" folk',
        '"blue night',
        "night ) ( * : & | <-> ! \\",
    ],
)
def test_it_is_found(clip: Clip, query: str) -> None:
    assert list(matching(query)) == [clip]


@pytest.mark.parametrize(
    "query",
    [
        "idnight",
        '"night blue"',
        '"blue nig"',
        "midnight noon",
        "quiet -folk noon",
        '"midnight quiet folk drums"',
    ],
)
def test_it_is_not_found(clip: Clip, query: str) -> None:
    assert not matching(query)


@pytest.mark.parametrize("query", ["", " ", "\0", "!!!", '""', "* :", "\u0301"])
def test_a_query_without_a_word_finds_nothing(clip: Clip, query: str) -> None:
    assert not terms_of(query)
    assert not matching(query)


def test_a_changed_word_is_found_and_the_old_one_is_not(clip: Clip) -> None:
    Clip.objects.filter(pk=clip.pk).update(title="Morning")
    clip.refresh_from_db()
    search.index(clip)
    assert list(matching("morning")) == [clip]
    assert not matching("midnight")
    clip.refresh_from_db()
    assert clip.sort_title == "morning"


def test_a_clip_that_goes_takes_its_words_along(clip: Clip) -> None:
    clip.delete()
    assert not matching("midnight")
    assert not SearchText.objects.exists()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=40))
def test_no_query_breaks_the_database(clip: Clip, query: str) -> None:
    assert list(matching(query)) in ([], [clip])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=5))
def test_every_word_of_a_title_finds_it(project: Project, words: list[str]) -> None:
    title = " ".join(words).replace("\0", "").encode("utf-8", "ignore").decode()[:200]
    clip = song(project, title)
    for word in fold(title).split():
        assert clip in matching(word)
    if fold(title):
        assert clip in matching(f'"{fold(title)}"')
    clip.delete()


def test_the_index_is_there_after_all_migrations(db: None) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'studio_searchtext'")
            assert any("USING gin (search)" in definition for [definition] in cursor.fetchall())
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE name LIKE 'studio_searchtext_%'")
            made = {f"studio_searchtext_{name}" for name in ("fts", "insert", "update", "delete")}
            assert made <= {name for [name] in cursor.fetchall()}
