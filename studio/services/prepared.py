"""Queries that anybody may cause, as often as they like: their SQL is made once.

Of a query for one row, Django takes ten times as long to write the SQL as a database to answer it.
"""

from collections.abc import Callable
from copy import copy
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet, UUIDField


class Prepared:
    """The rows of a `values_list()` for other values each time.

    `build` gets stand-ins for them, which must be no other values of the query and stay so: their kind and
    number decide about the SQL, never what they are.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *stand_ins: Any) -> None:
        self.build, self.stand_ins = build, stand_ins
        self._made = lru_cache(self._make)

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        """The rows for these values, one for each stand-in and in their order; read anew each time."""
        connection = connections[DEFAULT_DB_ALIAS]  # each thread has its own
        compiler, sql, params = self._made(connection.vendor)
        pairs = zip(self.stand_ins, values, strict=True)
        given = {_stored(stand_in): _stored(value) for stand_in, value in pairs}
        asked = copy(compiler)
        asked.connection = connection
        filled = sql, tuple(given.get(each, each) for each in params)
        asked.as_sql = lambda *_, **__: filled
        return list(asked.results_iter(tuple_expected=True))

    def _make(self, vendor: str) -> tuple[Any, str, tuple[Any, ...]]:
        compiler = self.build(*self.stand_ins).query.get_compiler(DEFAULT_DB_ALIAS)
        return compiler, *compiler.as_sql()


def _stored(value: Any) -> Any:
    """As the database's driver is given it."""
    if not isinstance(value, UUID):
        return value
    return UUIDField().get_db_prep_value(value, connections[DEFAULT_DB_ALIAS])
