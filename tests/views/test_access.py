"""Every address × every kind of person. A new address that is missing here fails the test."""

from collections.abc import Callable, Iterator
from functools import partial
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Role, User
from studio.models import Clip, Project
from studio.services import projects, workers
from tests.canaries import API_KEY
from tests.conftest import person
from tests.factories import send
from tests.views import matrix
from tests.views.conftest import HTMX, kept, recordings
from tests.views.matrix import GET, POST
from tests.views.matrix.codes import FORBIDDEN, NOT_FOUND, SIGN_IN, WRONG_METHOD

# allauth's own views, tested in tests/accounts.
ALLAUTH = ("account_", "mfa_", "usersessions_", "socialaccount_", "openid_connect_")


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
def address(clip: Clip, order: Any, member: User, owner: User, settings: Any) -> Callable[[str], str]:
    settings.PROVIDERS = {**settings.PROVIDERS, "useapi": ("http://127.0.0.1:1", API_KEY)}
    workers.beat(workers.SWEEP)
    world = matrix.World(clip, order, member, owner)
    given = {name: args for part in matrix.PARTS for name, args in part.addresses(world).items()}
    asked = {"compare": f"?clip={clip.pk}"}
    return lambda name: reverse(name, args=given.get(name, [])) + asked.get(name, "")


Person = Callable[[], Client]


@pytest.fixture
def people(
    stranger: User, viewer: User, guest: User, editor: User, member: User, manager: User, owner: User
) -> list[Person]:
    """Of every kind in the order of the matrix, each with a window of their own. One of them was deactivated
    after she had signed in."""
    gone = person("dana@example.org", Role.OWNER, "Dana Deactivated")
    everybody = (None, gone, stranger, viewer, guest, editor, member, manager, owner)
    cookies = [signed_in(user) for user in everybody]
    User.objects.filter(pk=gone.pk).update(is_active=False)
    return [lambda jar=jar: with_cookies(jar) for jar in cookies]


def signed_in(user: User | None) -> SimpleCookie:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client.cookies


def with_cookies(jar: SimpleCookie) -> Client:
    client = Client()
    client.cookies = SimpleCookie(jar.output(header="", sep=";"))
    return client


def answers(people: list[Person], ask: Callable[[Client], Any]) -> tuple[int, ...]:
    codes = []
    for window in people:
        answer = ask(window())
        b"".join(getattr(answer, "streaming_content", ()))
        codes.append(answer.status_code)
    return tuple(codes)


def by_htmx(row: tuple[int, ...]) -> tuple[int, ...]:
    """Who has to sign in is told so without the page for it."""
    return tuple(401 if place < 2 and code == SIGN_IN else code for place, code in enumerate(row))


# Who may do what is decided before the database is asked for more than the plain pages ask of it, which are
# read on every one; what the forms then write is in the tests of the services.
same_anywhere = pytest.mark.same_anywhere


@pytest.mark.parametrize(
    "headers", [pytest.param({}, id="plain"), pytest.param(HTMX, id="htmx", marks=same_anywhere)]
)
def test_who_may_read_what(people: Any, address: Callable[[str], str], headers: dict[str, str]) -> None:
    def ask(name: str) -> tuple[int, ...]:
        return answers(people, lambda client: client.get(address(name), headers=headers))

    expected = {name: by_htmx(row) if headers else row for name, row in GET.items()}
    assert {name: ask(name) for name in GET} == expected


@same_anywhere
def test_who_may_do_what(people: Any, address: Callable[[str], str]) -> None:
    def ask(name: str) -> tuple[int, ...]:
        return answers(people, lambda client: client.post(address(name), {}))

    assert {name: ask(name) for name in POST} == POST


def refused(row: tuple[int, ...]) -> list[int]:
    """The places of those who are refused whatever others do; a second time they would do it once more."""
    done = next((place for place, code in enumerate(row) if place > 1 and code in (200, 204, 302)), len(row))
    return [
        place
        for place, code in enumerate(row)
        if place < 2 or code == FORBIDDEN or (code == NOT_FOUND and place < done)
    ]


@same_anywhere
def test_who_is_refused_a_form_is_refused_by_htmx(people: Any, address: Callable[[str], str]) -> None:
    def ask(name: str) -> list[int]:
        some = [people[place] for place in refused(POST[name])]
        return list(answers(some, lambda client: client.post(address(name), headers=HTMX)))

    expected = {name: [by_htmx(row)[place] for place in refused(row)] for name, row in POST.items()}
    assert {name: ask(name) for name in POST} == expected


@pytest.fixture
def elsewhere(clip: Clip, order: Any, member: User, owner: User) -> matrix.World:
    """The same things in another project."""
    project = projects.create_project(name="Elsewhere", by=member)
    task = order(project=project)[0]
    return matrix.World(kept(task, recordings[0]), partial(order, project=project), member, owner)


def test_ids_of_two_projects_do_not_mix(
    as_: Any, clip: Clip, order: Any, member: User, owner: User, elsewhere: matrix.World
) -> None:
    """The team's owner sees both, and still what lies in one is not found under the other's address."""
    here = matrix.World(clip, order, member, owner)
    client, mixed = as_(owner), {}
    for part in (matrix.songs, matrix.projects, matrix.review):  # what lies in a project
        there = part.addresses(elsewhere)
        for name, args in part.addresses(here).items():
            if len(args) > 1 and args[1:] != there[name][1:]:
                path = reverse(name, args=[args[0], *there[name][1:]])
                mixed[name] = (client.get if name in GET else client.post)(path).status_code
    assert {"lyric_proposal", "lyric_comment_answer", "comment_answer"} <= mixed.keys()
    assert mixed == dict.fromkeys(mixed, NOT_FOUND)


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
        if name in ("welcome", "join", "upload_file", "healthz") or name in matrix.public.GET:
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


def test_only_these_are_exempt_from_csrf_and_sign_in() -> None:
    exempt, open_ = set(), set()
    for name, callback in callbacks(get_resolver().url_patterns):
        if getattr(callback, "csrf_exempt", False):
            exempt.add(name)
        if not getattr(callback, "login_required", True):
            open_.add(name)
    # A page's own count of what was heard: whoever forges it changes a figure.
    assert exempt == {"hook", "public_heard"}
    links = matrix.public.GET.keys() | matrix.public.POST.keys()
    assert links <= open_
    assert {name for name in open_ - links if not name.startswith(ALLAUTH)} == {
        "hook",
        "welcome",
        "join",
        "upload_file",
        "healthz",
    }


def callbacks(patterns: list[Any]) -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from callbacks(pattern.url_patterns)
        elif pattern.name:
            yield pattern.name, pattern.callback
