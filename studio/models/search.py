"""What of a clip can be found: its words, folded, with an index of the database's own beside them.

`words` holds nothing but letters, digits and spaces, so that both databases take it apart in the same way.
SQLite keeps an FTS5 table in step by triggers, PostgreSQL a generated column (migration 0007).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, models
from django.db.models.expressions import RawSQL

from studio.models.clips import Clip, ClipQuerySet

LONGEST = 100_000  # characters of one clip's words; PostgreSQL's index has a ceiling
TERMS = 12  # of a query; more narrow nothing down
WORD = re.compile(r"[^\W_]+")
QUOTED = re.compile(r'"([^"]*)"?|(\S+)')
SQLITE = "SELECT rowid FROM studio_searchtext_fts WHERE studio_searchtext_fts MATCH %s"
POSTGRESQL = "SELECT clip_id FROM studio_searchtext WHERE search @@ to_tsquery('simple', %s)"


class SearchText(models.Model):
    clip = models.OneToOneField(Clip, primary_key=True, on_delete=models.CASCADE, related_name="search_text")
    words = models.TextField()

    def __str__(self) -> str:
        return self.words[:80]


def fold(text: str) -> str:
    """Words without case and accents, with single spaces: "Déjà-vu!" -> "deja vu"."""
    plain = unicodedata.normalize("NFKD", text)
    bare = "".join(each for each in plain if not unicodedata.combining(each)).casefold()
    return " ".join(WORD.findall(bare))


def words_of(clip: Clip, tags: Iterable[str]) -> str:
    return fold(" ".join([clip.title, clip.sound, clip.lyrics, *tags])[:LONGEST])


@dataclass(frozen=True)
class Term:
    words: tuple[str, ...]
    begins: bool  # the last word may go on: "mid" finds "midnight"


def terms_of(query: str) -> list[Term]:
    """What a person typed: words, which may go on, and "exact phrases"."""
    found = []
    for phrase, word in QUOTED.findall(query):
        words = tuple(fold(phrase or word).split())
        if words:
            found.append(Term(words, begins=not phrase))
    return found[:TERMS]


def matching(query: str) -> ClipQuerySet:
    """The clips that hold every term of the query; none for one without a word in it."""
    terms = terms_of(query)
    if not terms:
        return Clip.objects.none()
    if connection.vendor == "postgresql":
        return Clip.objects.filter(pk__in=RawSQL(POSTGRESQL, [_tsquery(terms)]))  # noqa: S611
    return Clip.objects.filter(pk__in=RawSQL(SQLITE, [_fts5(terms)]))  # noqa: S611


def _fts5(terms: list[Term]) -> str:
    return " ".join(f'"{" ".join(term.words)}"{" *" if term.begins else ""}' for term in terms)


def _tsquery(terms: list[Term]) -> str:
    return " & ".join(f"({' <-> '.join(term.words)}{':*' if term.begins else ''})" for term in terms)
