"""The tables of the sandbox's store, and the way from those of older versions."""

import json
import sqlite3
from dataclasses import asdict
from typing import Any

from studio.sandbox import items
from studio.sandbox.types import Clip

VERSION = 2
SCHEMA = """
CREATE TABLE IF NOT EXISTS tasks (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    task_type TEXT NOT NULL,
    clip_id TEXT,  -- what it makes or works on; null for lyrics
    request TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('PENDING', 'RUNNING', 'SUCCESS', 'FAILED')),
    outcome TEXT CHECK (outcome IN ('SUCCESS', 'FAILED')),  -- how it will end, told from due_at on
    accepted_at REAL NOT NULL,
    due_at REAL NOT NULL,
    ended_at REAL,
    item TEXT
);
CREATE INDEX IF NOT EXISTS unfinished_tasks ON tasks (number) WHERE state IN ('PENDING', 'RUNNING');
CREATE VIEW IF NOT EXISTS unfinished AS SELECT * FROM tasks WHERE state IN ('PENDING', 'RUNNING');
CREATE VIEW IF NOT EXISTS unbegun AS SELECT * FROM unfinished WHERE state = 'PENDING' OR outcome IS NULL;
CREATE VIEW IF NOT EXISTS ending AS SELECT * FROM unfinished WHERE state = 'RUNNING' AND outcome IS NOT NULL;
CREATE TABLE IF NOT EXISTS clips (
    id TEXT PRIMARY KEY,
    task_id TEXT NOT NULL UNIQUE REFERENCES tasks (id),
    parent_id TEXT REFERENCES clips (id),
    body TEXT NOT NULL
);
CREATE VIEW IF NOT EXISTS told_clips AS
    SELECT clips.* FROM clips JOIN tasks ON tasks.id = clips.task_id WHERE tasks.state = 'SUCCESS';
CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id TEXT REFERENCES tasks (id),
    kind TEXT NOT NULL CHECK (kind IN ('grant', 'charge', 'refund')),
    amount INTEGER NOT NULL,
    at REAL NOT NULL,
    UNIQUE (task_id, kind)
);
CREATE TABLE IF NOT EXISTS deliveries (
    id TEXT PRIMARY KEY,
    task_id TEXT NOT NULL UNIQUE REFERENCES tasks (id),
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at REAL,  -- null: delivered, or given up
    delivered_at REAL
);
CREATE INDEX IF NOT EXISTS open_deliveries ON deliveries (due_at) WHERE due_at IS NOT NULL;
"""
# Without legacy_alter_table the other tables would follow the old one to its new name.
SET_ASIDE = """
PRAGMA legacy_alter_table = ON;
BEGIN IMMEDIATE;
DROP VIEW unbegun;
DROP VIEW ending;
DROP VIEW unfinished;
DROP INDEX unfinished_tasks;
ALTER TABLE tasks RENAME TO tasks_1;
"""


def prepare(db: sqlite3.Connection) -> None:
    """Make the tables, or bring those of an older version up to date in one transaction."""
    db.execute("PRAGMA foreign_keys = OFF")
    if _is_version_1(db):
        db.executescript(SET_ASIDE + SCHEMA)
        _copy_version_1(db)
        db.execute("DROP TABLE tasks_1")
        db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    else:
        db.executescript(f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
    db.execute("PRAGMA foreign_keys = ON")


def add_clip(db: sqlite3.Connection, task_id: str, clip: Clip) -> None:
    new = "INSERT INTO clips (id, task_id, parent_id, body) VALUES (?, ?, ?, ?)"
    db.execute(new, (clip.id, task_id, clip.parent_id, json.dumps(asdict(clip))))


def _is_version_1(db: sqlite3.Connection) -> bool:
    """The first version did not number itself."""
    made = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'tasks'").fetchone()
    return bool(made) and db.execute("PRAGMA user_version").fetchone()[0] == 0


def _copy_version_1(db: sqlite3.Connection) -> None:
    """It knew create_music alone, and kept the clip in the task."""
    columns = "number, id, clip_id, request, state, outcome, accepted_at, due_at, ended_at"
    db.execute(
        f"INSERT INTO tasks ({columns}, task_type) SELECT {columns}, 'create_music' FROM tasks_1"  # noqa: S608
    )
    for row in db.execute("SELECT id, clip_id, request, clip FROM tasks_1 WHERE clip IS NOT NULL").fetchall():
        clip = _version_1_clip(row["clip_id"], json.loads(row["request"]), json.loads(row["clip"]))
        add_clip(db, row["id"], clip)
        db.execute("UPDATE tasks SET item = ? WHERE id = ?", (json.dumps(items.music(clip)), row["id"]))


def _version_1_clip(clip_id: str, request: dict[str, Any], clip: dict[str, Any]) -> Clip:
    sung = {name: request[name] for name in ("sound", "lyrics", "mv", "seed")}
    return Clip(id=clip_id, parent_id=None, recipe={}, words=[], **sung, **clip)
