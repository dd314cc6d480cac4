"""`manage.py make_song`: from a line of words to a file, with nothing else running."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command

from accounts.models import User
from studio.audio.verify import verify_audio
from studio.management.commands import make_song
from studio.models import CreditEntry, Task
from studio.sandbox.knobs import Knobs
from studio.services import credits
from tests.running import RunningStudio, drop_database, postgres_url

WISH = ("--sound", "quiet folk")
Make = Callable[..., dict[str, Any]]


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[RunningStudio]:
    """A studio of which nothing runs."""
    database = postgres_url(django_settings.DATABASE_URL)
    studio = RunningStudio(tmp_path, database)
    studio.migrate()
    yield studio
    drop_database(database)


# On PostgreSQL tests/time makes a song by this command, and tests/test_kill.py starts the same processes.
@pytest.mark.same_anywhere
@pytest.mark.slow
def test_it_starts_what_it_needs_makes_a_song_and_leaves_nothing_running(
    alone: RunningStudio, tmp_path: Path
) -> None:
    lyrics, out = tmp_path / "lyrics.txt", tmp_path / "song.m4a"
    lyrics.write_text("[Verse]\nOne line is all there is\n")
    wish = [*WISH, "--lyrics", str(lyrics), "--title", "Rain", "--seed", "7"]
    told = json.loads(alone.manage("make_song", *wish, "--out", str(out)))
    assert set(told) == {"task", "clip", "title", "duration", "seconds", "credits", "out"}
    assert (told["title"], told["credits"], told["out"]) == ("Rain", 10, str(out))
    assert verify_audio(out, expected_seconds=told["duration"]).duration >= 20
    assert json.loads(alone.manage("audit", "--files", "--json")) == {"clean": True, "broken": {}}
    assert alone.children() == []


# -- With a sandbox at hand, and the jobs run here instead of by a worker ---------------------------


@pytest.fixture
def make(
    db: None, settle: Callable[[], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any
) -> Make:
    """Run it; gives the JSON it printed."""
    clock = SimpleNamespace(monotonic=time.monotonic, sleep=lambda _: settle())
    monkeypatch.setattr(make_song, "time", clock)
    monkeypatch.setattr(make_song, "what_it_needs", nullcontext)

    def make(*options: str) -> dict[str, Any]:
        call_command("make_song", *options, "--out", str(tmp_path / "song.m4a"))
        told: dict[str, Any] = json.loads(capsys.readouterr().out)
        return told

    return make


def test_a_place_that_takes_no_file_is_refused_before_anything_is_spent(db: None, tmp_path: Path) -> None:
    for place in (tmp_path / "nowhere" / "song.m4a", tmp_path):
        with pytest.raises(CommandError, match="no place for a file"):
            call_command("make_song", *WISH, "--out", str(place))
    assert not Task.objects.exists()


def test_whoever_is_named_orders_and_pays(make: Make, member: User) -> None:
    task = Task.objects.get(pk=make(*WISH, "--as", "Mara@example.org")["task"])
    assert (task.created_by, task.project.owner) == (member, member)
    assert credits.balance(member) == 90


def test_the_command_line_has_a_person_of_its_own_who_can_not_sign_in(make: Make) -> None:
    first, second = make(*WISH), make(*WISH)
    assert first["clip"] != second["clip"]
    own = User.objects.get()
    assert (own.email, own.has_usable_password()) == ("command-line@localhost", False)
    assert credits.balance(own) == 80


def test_what_was_asked_for_is_what_is_ordered(make: Make, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("La\nla")
    wish = ("--lyrics", str(tmp_path / "words.txt"), "--instrumental", "--seed", "7", "--title", "Rain")
    task = Task.objects.get(pk=make(*wish)["task"])
    assert task.params == {"lyrics": "La\nla", "make_instrumental": True, "seed": "7", "title": "Rain"}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((), "at least one of"),
        ((*WISH, "--title", "x" * 81), "at most 80 characters"),
        ((*WISH, "--seed", "seven"), "whole number"),
        ((*WISH, "--lyrics", "/nowhere"), "lyrics can't be read"),
        ((*WISH, "--as", "nobody@example.org"), "Nobody in the team"),
        ((*WISH, "--provider", "aimusicapi"), "not switched on"),
    ],
)
def test_a_wish_that_can_not_be_met_costs_nothing(
    options: tuple[str, ...], sentence: str, make: Make
) -> None:
    with pytest.raises(CommandError, match=sentence):
        make(*options)
    assert not CreditEntry.objects.filter(kind="charge").exists()


def test_too_few_credits_are_told(make: Make, member: User) -> None:
    credits.adjust(member, -95, reason="for the test")
    with pytest.raises(CommandError, match="costs 10 credits and you have 5"):
        make(*WISH, "--as", member.email)
    assert not Task.objects.exists()


def test_lyrics_that_are_no_text_are_told(make: Make, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(CommandError, match="lyrics can't be read"):
        make("--lyrics", str(tmp_path / "words.txt"))


@pytest.mark.parametrize("upstream", [Knobs(failure_rate=1)], indirect=True)
def test_a_song_that_fails_says_why_and_costs_nothing(make: Make, member: User, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"\(10 credits returned\)"):
        make(*WISH, "--as", member.email)
    assert credits.balance(member) == 100
    assert not (tmp_path / "song.m4a").exists()


def test_who_has_no_patience_leaves_the_order_going(make: Make, member: User) -> None:
    with pytest.raises(CommandError, match="it goes on"):
        make(*WISH, "--as", member.email, "--timeout", "0")
    assert Task.objects.get().is_moving
