"""`manage.py runstudio`: the whole studio in one terminal."""

import signal
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from accounts.services import owner_links
from studio.clients import client_for
from studio.music_api.errors import MusicApiError
from studio.processes import MANAGE, Child, is_listening, web_command

STOP_WITHIN_S = 6  # a busy machine adds seconds of its own; what is cut off is taken up again
TOO_SOON_S = 3  # a process that ends so soon after its start would only end again


class Command(BaseCommand):
    help = (
        "Run the whole studio here: web server, workers and, where no provider's key is set, the sandbox. "
        "Prints the address to open, and a link that makes the owner while there is none. Ctrl-C ends it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stopping = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        if settings.HTTPS:
            raise CommandError("This speaks plain HTTP only: for an https PUBLIC_URL see the Procfile.")
        if is_listening(settings.PUBLIC_URL):
            raise CommandError(
                f"Somebody listens on {settings.PUBLIC_URL} already. Set PUBLIC_URL to another port."
            )
        commands = _commands()
        children = [Child(name, command) for name, command in commands.items()]
        try:
            self._wait_for_web(children)
            if not self.stopping:
                self._greet()
            while not self.stopping:
                time.sleep(0.2)
                children = [self._watched(child, commands) for child in children]
        finally:
            _stop(children)

    def _on_signal(self, *_: object) -> None:
        self.stopping = True

    def _wait_for_web(self, children: list[Child]) -> None:
        while not self.stopping and not is_listening(settings.PUBLIC_URL):
            time.sleep(0.1)
            for child in children:
                _refuse_if_ended(child)

    def _greet(self) -> None:
        self.stdout.write(f"\nStudio is ready: {settings.PUBLIC_URL}/\n")
        if token := owner_links.new_owner_token():
            link = settings.PUBLIC_URL + reverse("welcome", args=[token])
            self.stdout.write(f"Open this link once to become its owner:\n\n    {link}\n\n")
        self.stdout.flush()

    def _watched(self, child: Child, commands: dict[str, list[str]]) -> Child:
        """A process that ended is started again."""
        if child.is_running or self.stopping:
            return child
        _refuse_if_ended(child)
        self.stdout.write(f"{child.name} has ended; starting it again")
        child.kill_group()
        return Child(child.name, commands[child.name])


def _commands() -> dict[str, list[str]]:
    commands = {"web": web_command(), "worker": [*MANAGE, "work", "--grace", str(STOP_WITHIN_S - 2)]}
    if "sandbox" in settings.PROVIDERS and not _is_sandbox_there():
        commands["sandbox"] = [*MANAGE, "sandbox"]
    return commands


def _is_sandbox_there() -> bool:
    """Raises CommandError when what listens there is no sandbox, or not one that takes our key."""
    if not is_listening(settings.SANDBOX_URL):
        return False
    try:
        client_for("sandbox").balance()
    except MusicApiError as error:
        raise CommandError(
            f"What listens on {settings.SANDBOX_URL} is not our sandbox ({error}). "
            "End it, or set SANDBOX_URL to another port."
        ) from error
    return True


def _refuse_if_ended(child: Child) -> None:
    if not child.is_running and child.age < TOO_SOON_S:
        raise CommandError(f"{child.name} did not start; its last lines above say why.")


def _stop(children: list[Child]) -> None:
    for child in children:
        child.ask_to_stop()
    end = time.monotonic() + STOP_WITHIN_S
    for child in children:
        child.stop(end - time.monotonic())
