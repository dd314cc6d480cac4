"""Every address × every kind of person. A new address that is missing here fails the test."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from studio.models import Attempt, Clip, Project, Upload
from studio.services import imports, lyrics, playlists, uploads, workers
from tests.canaries import API_KEY
from tests.factories import send

SIGN_IN, OK, LED_ON, UNPROCESSABLE, FORBIDDEN, NOT_FOUND, WRONG_METHOD = 302, 200, 302, 422, 403, 404, 405
DONE = 204  # and nothing to show
STALE = 409

# Who: (anonymous, stranger, viewer, guest, editor, member who owns the project, owner of the team)
EVERYBODY_SIGNED_IN = (SIGN_IN, OK, OK, OK, OK, OK, OK)
WHO_MAY_SEE = (SIGN_IN, NOT_FOUND, OK, OK, OK, OK, OK)
WHO_MAY_ORDER = (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, OK, OK, OK)
WHO_MAY_MANAGE = (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, FORBIDDEN, OK, OK)

OWNERS_ONLY = (SIGN_IN, *(FORBIDDEN,) * 5, OK)

GET: dict[str, tuple[int, ...]] = {
    "home": (SIGN_IN, *(LED_ON,) * 6),
    "projects": EVERYBODY_SIGNED_IN,
    "project": WHO_MAY_SEE,
    "project_settings": WHO_MAY_MANAGE,
    "new_song": WHO_MAY_ORDER,
    "upload": WHO_MAY_ORDER,
    "upload_file": (OK,) * 7,  # who has the address may have the file, and the address expires
    "import": WHO_MAY_ORDER,
    "import_files": WHO_MAY_ORDER,
    "library_zip": EVERYBODY_SIGNED_IN,
    "tasks": EVERYBODY_SIGNED_IN,
    "task": WHO_MAY_SEE,
    "clip": WHO_MAY_SEE,
    "compare": WHO_MAY_SEE,
    "clip_order": WHO_MAY_ORDER,
    "asset": WHO_MAY_SEE,
    "library": EVERYBODY_SIGNED_IN,
    "lyrics": EVERYBODY_SIGNED_IN,
    "project_lyrics": WHO_MAY_SEE,
    "new_lyric_sheet": WHO_MAY_ORDER,
    "lyric_sheet": WHO_MAY_SEE,
    "bin": EVERYBODY_SIGNED_IN,
    "playlists": EVERYBODY_SIGNED_IN,
    "playlist": WHO_MAY_SEE,
    "credits": EVERYBODY_SIGNED_IN,
    "providers": OWNERS_ONLY,
    "queue": OWNERS_ONLY,
    "healthz": (OK,) * 7,
    "live": EVERYBODY_SIGNED_IN,
    "welcome": (NOT_FOUND, *(LED_ON,) * 6),
}
# What an empty form gets: refused by its fields (422), or done (a redirect), for who may at all.
POST: dict[str, tuple[int, ...]] = {
    "projects": (SIGN_IN, *(UNPROCESSABLE,) * 6),
    "project_settings": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE),
    "project_members": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE),
    "project_quota": (SIGN_IN, NOT_FOUND, *(FORBIDDEN,) * 4, LED_ON),
    "project_member_remove": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON),
    "new_song": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    "upload": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    "import": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    "import_files": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    "import_begin": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    # Only who brings a file sends its parts; an empty one is told where the file goes on.
    "import_part": (SIGN_IN, *(NOT_FOUND,) * 4, 409, NOT_FOUND),
    "import_put_away": (SIGN_IN, *(NOT_FOUND,) * 4, LED_ON, NOT_FOUND),
    "project_lyrics": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    "new_lyric_sheet": (
        SIGN_IN,
        NOT_FOUND,
        FORBIDDEN,
        FORBIDDEN,
        UNPROCESSABLE,
        UNPROCESSABLE,
        UNPROCESSABLE,
    ),
    "library_zip": (SIGN_IN, *(UNPROCESSABLE,) * 6),
    "lyric_sheet": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    "lyric_bring_back": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "library_bulk": (SIGN_IN, *(UNPROCESSABLE,) * 6),
    "bin_restore": (SIGN_IN, LED_ON, LED_ON, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "bin_empty": (SIGN_IN, *(FORBIDDEN,) * 5, LED_ON),
    "playlists": (SIGN_IN, *(UNPROCESSABLE,) * 6),
    "playlist_rename": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, *(UNPROCESSABLE,) * 3),
    "playlist_order": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, STALE, STALE, STALE),
    "playlist_remove": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "playlist_add": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    # The first who may takes it away from the others.
    "playlist_delete": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, NOT_FOUND, NOT_FOUND),
    "task_cancel": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "task_give_up": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "task_enter_id": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "welcome": (NOT_FOUND, *(LED_ON,) * 6),
    "provider_offer_again": (SIGN_IN, *(FORBIDDEN,) * 5, LED_ON),
    "provider_attended": (SIGN_IN, *(FORBIDDEN,) * 5, LED_ON),
    "queue_take_up": (SIGN_IN, *(FORBIDDEN,) * 5, LED_ON),
    "queue_put_away": (SIGN_IN, *(FORBIDDEN,) * 5, LED_ON),
    "clip_order": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    "clip_convert": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "clip_pick": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "clip_edit": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    "clip_tags": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    "clip_rate": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "clip_approve": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "clip_played": (SIGN_IN, NOT_FOUND, *(DONE,) * 5),
    "hook": (401,) * 7,
}
# allauth's own views, tested in tests/accounts.
ALLAUTH = "account_"


def names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns)
        elif pattern.name:
            yield pattern.name


def test_every_address_is_in_the_matrix() -> None:
    known = {name for name in names(get_resolver().url_patterns) if not name.startswith(ALLAUTH)}
    assert known == set(GET) | set(POST)


@pytest.fixture
def address(clip: Clip, order: Any, viewer: User, settings: Any) -> Callable[[str], str]:
    settings.PROVIDERS = {**settings.PROVIDERS, "useapi": ("http://127.0.0.1:1", API_KEY)}
    workers.beat(workers.SWEEP)
    attempt = Attempt.objects.get(task=clip.task)
    sheet = lyrics.create_sheet(project=clip.project, by=clip.created_by, title="Blue night")
    coming = imports.begin(project=clip.project, by=clip.created_by, filename="a.wav", size=1)
    playlist = playlists.create(project=clip.project, by=clip.created_by, name="Album")
    given: dict[str, list[Any]] = {
        "project": [clip.project_id],
        "project_settings": [clip.project_id],
        "project_members": [clip.project_id],
        "project_quota": [clip.project_id],
        "project_member_remove": [clip.project_id, 10**9],
        "new_song": [clip.project_id],
        "upload": [clip.project_id],
        "upload_file": [token_of_an_upload(clip)],
        "import": [clip.project_id],
        "import_files": [clip.project_id],
        "import_begin": [clip.project_id],
        "import_part": [coming.key],
        "import_put_away": [coming.key],
        "project_lyrics": [clip.project_id],
        "new_lyric_sheet": [clip.project_id],
        "lyric_sheet": [sheet.pk],
        "lyric_bring_back": [sheet.pk, 1],
        "playlist": [playlist.pk],
        "playlist_rename": [playlist.pk],
        "playlist_delete": [playlist.pk],
        "playlist_order": [playlist.pk],
        "playlist_remove": [playlist.pk],
        "playlist_add": [clip.pk],
        "task": [clip.task_id],
        "task_cancel": [clip.task_id],
        "task_give_up": [clip.task_id],
        "task_enter_id": [clip.task_id],
        "clip": [clip.pk],
        "clip_order": [clip.pk, "video_clip"],
        "clip_convert": [clip.pk],
        "clip_pick": [clip.pk],
        "clip_edit": [clip.pk],
        "clip_tags": [clip.pk],
        "clip_rate": [clip.pk],
        "clip_approve": [clip.pk],
        "clip_played": [clip.pk],
        "asset": [clip.assets.get(kind="master").pk],
        "provider_offer_again": ["sandbox", "video_clip"],
        "provider_attended": ["sandbox"],
        "queue_take_up": [clip.task_id],
        "queue_put_away": [clip.task_id],
        "welcome": ["no-such-token"],
        "hook": [attempt.token],
    }
    asked = {"compare": f"?clip={clip.pk}"}
    return lambda name: reverse(name, args=given.get(name, [])) + asked.get(name, "")


def token_of_an_upload(clip: Clip) -> str:
    facts = clip.assets.filter(kind="master").values("name", "content_type", "size", "sha256").get()
    who = {"project": clip.project, "created_by": clip.created_by}
    upload = Upload.objects.create(**who, **facts, title="Blue night", duration=2.0)
    return urlsplit(uploads.address_of(upload)).path.split("/")[2]


@pytest.fixture
def people(
    stranger: User, viewer: User, guest: User, editor: User, member: User, owner: User
) -> tuple[User | None, ...]:
    return (None, stranger, viewer, guest, editor, member, owner)


def answers(as_: Any, people: tuple[User | None, ...], ask: Callable[[Client], Any]) -> tuple[int, ...]:
    codes = []
    for user in people:
        answer = ask(as_(user))
        b"".join(getattr(answer, "streaming_content", ()))
        codes.append(answer.status_code)
    return tuple(codes)


def test_who_may_read_what(as_: Any, people: Any, address: Callable[[str], str]) -> None:
    seen = {name: answers(as_, people, lambda client, name=name: client.get(address(name))) for name in GET}
    assert seen == GET


def test_who_may_do_what(as_: Any, people: Any, address: Callable[[str], str], project: Project) -> None:
    expected = POST | {"project_member_remove": (SIGN_IN, NOT_FOUND, *(FORBIDDEN,) * 3, NOT_FOUND, NOT_FOUND)}
    # The roles that only listen may not even make a project of their own.
    expected["projects"] = (SIGN_IN, 422, 422, 422, 422, 422, 422)
    seen = {
        name: answers(as_, people, lambda client, name=name: client.post(address(name), {})) for name in POST
    }
    assert seen == expected


def test_a_guest_makes_no_project(as_: Any, guest: User) -> None:
    answer = as_(guest).post(reverse("projects"), {"name": "Mine"})
    assert answer.status_code == FORBIDDEN
    assert not Project.objects.filter(name="Mine").exists()


def test_what_changes_something_takes_only_post(as_: Any, owner: User, address: Callable[[str], str]) -> None:
    client = as_(owner)
    only_post = set(POST) - set(GET)
    assert {name: client.get(address(name)).status_code for name in only_post} == dict.fromkeys(
        only_post, WRONG_METHOD
    )


def test_what_only_shows_takes_no_post(as_: Any, owner: User, address: Callable[[str], str]) -> None:
    client = as_(owner)
    only_get = set(GET) - set(POST) - {"home"}
    assert {name: client.post(address(name)).status_code for name in only_get} == dict.fromkeys(
        only_get, WRONG_METHOD
    )


def test_a_lost_session_never_swaps_the_sign_in_page_into_a_fragment(as_: Any, address: Any) -> None:
    page = "http://testserver/projects/1/?before=7"
    for name in GET:
        if name in ("welcome", "upload_file", "healthz"):
            continue
        answer = as_(None).get(address(name), headers={"HX-Request": "true", "HX-Current-URL": page})
        assert answer.status_code == 401
        assert answer.content == b""
        assert answer["HX-Redirect"] == "/account/sign-in/?next=/projects/1/%3Fbefore%3D7"


def test_ids_of_other_projects_open_nothing(as_: Any, stranger: User, clip: Clip, upstream: Any) -> None:
    """Stranger's own project with Mara's task in "again" must not show her words."""
    own = Project.objects.get(owner=stranger)
    answer = as_(stranger).get(reverse("new_song", args=[own.pk]), {"again": clip.task_id})
    assert answer.status_code == NOT_FOUND


def test_a_sent_hook_needs_its_signature(client: Client, order: Any) -> None:
    order()
    attempt = send()
    assert client.post(reverse("hook", args=[attempt.token]), b"{}", "application/json").status_code == 401
    assert client.post(reverse("hook", args=["x" * 43]), b"{}", "application/json").status_code == NOT_FOUND


def test_only_the_hook_is_exempt_from_csrf_and_sign_in() -> None:
    exempt, open_ = set(), set()
    for name, callback in callbacks(get_resolver().url_patterns):
        if getattr(callback, "csrf_exempt", False):
            exempt.add(name)
        if not getattr(callback, "login_required", True):
            open_.add(name)
    assert exempt == {"hook"}
    assert {name for name in open_ if not name.startswith(ALLAUTH)} == {
        "hook",
        "welcome",
        "upload_file",
        "healthz",
    }


def callbacks(patterns: list[Any]) -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from callbacks(pattern.url_patterns)
        elif pattern.name:
            yield pattern.name, pattern.callback
