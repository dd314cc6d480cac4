"""Recordings that somebody brings: kept here, and handed to the provider at an address that expires.

An order may wait in line for hours: so the address is made when the order is sent, and stored nowhere.
"""

import re
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from studio.errors import Refusal
from studio.models import Clip, Project, Task, Upload
from studio.models.clock import db_now
from studio.music_api.providers import Provider
from studio.services import media, providers, quotas, tasks

OPERATION = "upload"
LONGEST_ADDRESS = 1024
FORGET_AFTER = timedelta(days=4)  # a song given up may come for three days
LOOPBACK = ("127.0.0.1", "localhost", "::1")
NAME = re.compile(r"([a-z0-9_]([a-z0-9_-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?")
HANDED_OUT = ip_network("2000::/3")  # outside lie IPv6's own loopback and forms that wrap an IPv4 address
# Called global, but they lead to any IPv4 address, or to the metadata service of a machine at Azure.
DETOURS = tuple(map(ip_network, ("2002::/16", "192.88.99.0/24", "168.63.129.16/32")))
NAMES_OF_ONE_HOUSE = (".local", ".localhost", ".internal", ".lan", ".home", ".test", ".invalid", ".arpa")


class NotTaken(Refusal):
    """A file that is no recording, too long, or can't get to the provider."""

    field = "file"


@dataclass(frozen=True)
class Recording:
    """A verified file that lies at `path`, in the folder of incoming files; `duration` is in seconds."""

    path: Path
    title: str
    content_type: str
    extension: str
    size: int
    sha256: str
    duration: float


def order(*, project: Project, by: User, provider: str, recording: Recording, form_key: uuid.UUID) -> Task:
    """Keep the file and order its upload; the same `form_key` again gives the task of the first time.

    Of a refused order, and of one that is there already, no file stays. Raises Refusal.
    """
    if not Task.objects.filter(created_by=by, form_key=form_key).exists():
        quotas.check(project, more=recording.size)
    name = f"uploads/{uuid.uuid4().hex}.{recording.extension}"
    try:
        media.keep(recording.path, name)
    except OSError as error:
        raise NotTaken("The recording can't be stored now. Nothing was charged; try once more.") from error
    kept = None
    try:
        kept = _record(project, by, provider, recording, form_key, name)
    finally:
        if kept is None or kept.params.get("upload") != name:
            with suppress(media.Away):  # then the audit of files names it
                media.remove(name)
    return kept


@transaction.atomic
def _record(
    project: Project, by: User, provider: str, recording: Recording, form_key: uuid.UUID, name: str
) -> Task:
    params = {"title": recording.title, "upload": name}
    common: dict[str, Any] = {"project": project, "by": by, "provider": provider, "form_key": form_key}
    [task] = tasks.order(operation=OPERATION, params=params, **common)
    if task.params.get("upload") == name:
        facts = {key: getattr(recording, key) for key in ("content_type", "size", "sha256", "duration")}
        who = {"project": project, "created_by": by, "task": task}
        Upload.objects.create(**who, title=recording.title, name=name, **facts)
    return task


def params_of(task: Task) -> dict[str, Any]:
    """What the provider is told: for a file of ours, an address of it that works from now on for a while."""
    upload = getattr(task, "upload", None)
    return {**task.params, "audio_url": address_of(upload)} if upload else task.params


def address_of(upload: Upload) -> str:
    """A public address of the file. It ends like a file's, since that is what a provider may go by."""
    token = _signer().sign(str(upload.pk))
    filename = f"{upload.title.replace('/', '_')}.{upload.name.rpartition('.')[2]}"
    return settings.PUBLIC_URL + reverse("upload_file", args=[token, filename])


def at(token: str) -> Upload | None:
    """The upload whose address holds this token; None for one that is wrong or has expired."""
    try:
        pk = _signer().unsign(token, max_age=settings.UPLOAD_ADDRESS_SECONDS)
    except BadSignature:
        return None
    return Upload.objects.filter(pk=pk).first()


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="studio.uploads")


def forget_refused() -> None:
    """Remove the files of uploads that came to nothing, once no late song can want them any more."""
    too_late = db_now() - FORGET_AFTER
    ended = Upload.objects.filter(task__status__in=(Task.Status.FAILED, Task.Status.CANCELLED))
    with suppress(media.Away):  # the next time, then
        for upload in ended.filter(task__ended_at__lt=too_late, task__clips=None)[:20]:
            media.remove(upload.name)
            upload.delete()


# -- Who can reach whom ----------------------------------------------------------------------------


def why_no_file(provider: str) -> str:
    """Why this provider can't fetch a file from us, or ""."""
    theirs = urlsplit(settings.PROVIDERS[provider][0]).hostname or ""
    if theirs in LOOPBACK or is_public(urlsplit(settings.PUBLIC_URL).hostname or ""):
        return ""
    return (
        f"{providers.named(provider).label} can't fetch a file from {settings.PUBLIC_URL}, which is not on "
        "the public internet. Give the address of the recording instead, or let an owner set PUBLIC_URL."
    )


def why_not_from(address: str) -> str:
    """Why a provider can't fetch a recording from this address, or "". Nothing is looked up or called."""
    if len(address) > LONGEST_ADDRESS:
        return f"This address has {len(address):,} characters; at most {LONGEST_ADDRESS:,} are passed on."
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "This is no address."
    if parts.scheme != "https" or not host or any(not 32 < ord(each) < 127 for each in address):
        return "Enter a whole address that begins with https://."
    if parts.username is not None:
        return "An address with a name or password in it is not passed on."
    if port not in (None, 443):
        return f"Leave the number {port} out of the address: only what lies at the usual one is passed on."
    if not is_public(host):
        return f"{host} is not on the public internet, so that the provider can't fetch anything from it."
    return ""


def is_public(host: str) -> bool:
    """Whether a host's name or number can belong to the public internet; names are not looked up."""
    host = host.lower().removesuffix(".")
    try:
        number = ip_address(host)
    except ValueError:
        # "127.1" and "0x7f.1" are numbers to a browser, though not to us.
        return bool(NAME.fullmatch(host)) and not host.endswith(NAMES_OF_ONE_HOUSE)
    if number.version == 6 and number not in HANDED_OUT:
        return False
    return number.is_global and not number.is_multicast and not any(number in each for each in DETOURS)


# -- Imports ---------------------------------------------------------------------------------------


def importer() -> Provider | None:
    """The provider that gives out songs which somebody has there already, when one is switched on."""
    offering = providers.offering("download").values()
    return next((each for each in offering if each.dialect == "useapi"), None)


def why_not_import(project: Project, provider: str, song_id: str) -> str:
    """Why this song can't come into this project, or "": each is in the library once."""
    there = Clip.objects.filter(provider=provider, upstream_id=song_id, purged_at=None)
    elsewhere = there.exclude(project=project)
    return "This song is in another project of the team already." if elsewhere.exists() else ""
