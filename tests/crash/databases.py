"""A database for each run: migrated, with a person, and nothing of the runs before."""

import shutil
import uuid
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit


class Databases(Protocol):
    """`template` and what `copy` gives are names for Django's settings."""

    template: str

    def copy(self) -> str: ...
    def close(self) -> None: ...


class OnSqlite:
    """Files in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.template = str(folder / "template.sqlite3")

    def copy(self) -> str:
        """The template is complete in its one file: it was closed by the last who had it open."""
        name = str(self._folder / f"{uuid.uuid4().hex}.sqlite3")
        shutil.copyfile(self.template, name)
        return name

    def close(self) -> None:
        pass  # the folder is the caller's


class OnPostgres:
    """One database beside that of the address. A copy of it would cost a checkpoint each time, so the rows of
    the template are kept in it, and every run finds it with those and no others."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.template = f"studio_crash_{uuid.uuid4().hex[:12]}"
        with self._connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {self.template}")
        self._inside: Any = None

    def copy(self) -> str:
        if self._inside is None:
            self._inside = self._connect(self.template)
            self._keep()
        else:
            self._restore()
        return self.template

    def close(self) -> None:
        if self._inside is not None:
            self._inside.close()
        with self._connect("postgres") as connection:
            connection.execute(f"DROP DATABASE {self.template} WITH (FORCE)")

    def _connect(self, database: str) -> Any:
        import psycopg

        return psycopg.connect(urlsplit(self._url)._replace(path=f"/{database}").geturl(), autocommit=True)

    def _keep(self) -> None:
        rows = self._inside.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        self._tables = [name for (name,) in rows]
        self._inside.execute("CREATE SCHEMA kept")
        for table in self._tables:
            columns = self._columns(table)
            self._inside.execute(f"CREATE TABLE kept.{table} AS SELECT {columns} FROM public.{table}")

    def _columns(self, table: str) -> str:
        """Without those that the database makes itself."""
        rows = self._inside.execute(
            "SELECT quote_ident(column_name) FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'"
            " ORDER BY ordinal_position",
            [table],
        )
        return ", ".join(name for (name,) in rows)

    def _restore(self) -> None:
        """No trigger sees it: neither those of foreign keys nor those that guard the ledger."""
        with self._inside.transaction():
            self._inside.execute("SET LOCAL session_replication_role = replica")
            for table in self._tables:
                self._inside.execute(f"DELETE FROM public.{table}")
                columns = self._columns(table)
                self._inside.execute(f"INSERT INTO public.{table} ({columns}) SELECT * FROM kept.{table}")


def databases_for(url: str, folder: Path) -> Databases:
    return OnPostgres(url) if url.startswith("postgres") else OnSqlite(folder)
