"""`manage.py make_song`: the whole way of a song, from the command line."""

import json
import shutil
import sys
import time
import uuid
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Role, User
from studio.errors import Refusal
from studio.models import Clip, Project, Task
from studio.music_api.providers import validate
from studio.processes import MANAGE, Child, is_listening
from studio.services import credits, media, providers, tasks, workers

OPERATION = "create_music"
FIRST_CREDITS = 100


class Command(BaseCommand):
    help = (
        "Order a song, wait for it and copy its audio: charge, order over HTTP, poll, archive. Starts the "
        "workers and the sandbox where they don't run. Prints one line of JSON: task, clip, seconds, credits."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("--sound", default="", help="what it should sound like, e.g. 'slow jazz with brushes'")
        add("--lyrics", type=Path, metavar="FILE", help="a text file with the lyrics")
        add("--title", default="")
        add("--instrumental", action="store_true", help="without a voice")
        add("--seed", default="", help="a number that makes the song repeatable")
        add("--provider", default="", help="where to order (default: the first that is switched on)")
        add("--as", dest="email", default="", help="who orders and pays (default: a person of its own)")
        add("--out", type=Path, required=True, metavar="FILE", help="where to copy the audio, e.g. song.m4a")
        add("--timeout", type=float, default=600, help="seconds to wait for the song (default: 600)")
        add("--json", action="store_true", help="accepted for likeness with the others; it is always JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        if not options["out"].parent.is_dir() or options["out"].is_dir():  # before anything is spent
            raise CommandError(f"{options['out']} is no place for a file.")
        with what_it_needs():
            task = _order(options)
            self._wait(task, options["timeout"])
        clip = _copy(task, options["out"])
        result = {
            "task": task.pk,
            "clip": clip.pk,
            "title": clip.title,
            "duration": round(clip.duration, 2),
            "seconds": round(time.monotonic() - started, 1),
            "credits": task.price,
            "out": str(options["out"]),
        }
        self.stdout.write(json.dumps(result))

    def _wait(self, task: Task, timeout: float) -> None:
        end = time.monotonic() + timeout
        while task.is_moving:
            if time.monotonic() > end:
                raise CommandError(
                    f"Task {task.pk} is still {task.get_status_display().lower()}; it goes on."
                )
            time.sleep(0.2)
            task.refresh_from_db()
        if task.status != Task.Status.DONE:
            raise CommandError(f"{task.reason} ({task.price} credits returned)")


def _order(options: dict[str, Any]) -> Task:
    person = _person(options["email"])
    provider = options["provider"] or next(iter(providers.enabled()))
    if provider not in providers.enabled():
        raise CommandError(f"{provider} is not switched on here.")
    params = _params(options)
    offer = providers.enabled()[provider]
    for sentence in validate(offer.operation(OPERATION), offer.model_names, params).values():
        raise CommandError(sentence)
    project = Project.objects.editable_by(person).order_by("pk").first()
    if project is None:
        raise CommandError(f"{person} has no project.")
    try:
        return tasks.order(
            project=project,
            by=person,
            provider=provider,
            operation=OPERATION,
            params=params,
            form_key=uuid.uuid4(),
        )[0]
    except Refusal as refusal:
        raise CommandError(refusal.message) from refusal


def _params(options: dict[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = {name: options[name] for name in ("sound", "title", "seed") if options[name]}
    if path := options["lyrics"]:
        try:
            given["lyrics"] = path.read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"The lyrics can't be read: {error}") from error
    if options["instrumental"]:
        given["make_instrumental"] = True
    return given


def _person(email: str) -> User:
    """Who is named, or a person of the command line's own, who can't sign in."""
    if email:
        user = User.objects.filter(email=email.lower(), is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody in the team has the address {email}.")
        return user
    own = {"name": "Command line", "role": Role.MEMBER}
    user, new = User.objects.get_or_create(email="command-line@localhost", defaults=own)
    if new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
        credits.grant(user, FIRST_CREDITS, reason="To begin with")
    return user


@contextmanager
def what_it_needs() -> Iterator[None]:
    """The sandbox and the workers, where nobody runs them; both end with us."""
    children = []
    if "sandbox" in settings.PROVIDERS and not is_listening(settings.SANDBOX_URL):
        children.append(Child("sandbox", [*MANAGE, "sandbox"], output=sys.stderr))
    beat = workers.seconds_since_beat(workers.SWEEP)
    if beat is None or beat > workers.LEASE.total_seconds():
        children.append(Child("worker", [*MANAGE, "work", "--grace", "5"], output=sys.stderr))
    try:
        yield
    finally:
        for child in reversed(children):
            child.stop(grace=8)


def _copy(task: Task, out: Path) -> Clip:
    clip = task.clips.prefetch_related("assets").get()
    assert clip.master
    with media.local(clip.master.name) as path:
        shutil.copyfile(path, out)
    return clip
