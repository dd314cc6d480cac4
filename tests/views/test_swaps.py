"""What htmx swaps where: pages land in the page, and no address is left behind that can't be loaded again."""

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django_htmx.middleware import HtmxDetails

from accounts.models import User
from studio.models import Clip, Import, LyricSheet, Project, Task
from studio.services import bin, imports, playlists
from studio.views.htmx import back
from tests.factories import unknown
from tests.songs import song
from tests.views.conftest import HTMX

WITHOUT_END = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
VERBS = {"hx-get", "hx-post"}
BOOSTED = {**HTMX, "HX-Boosted": "true"}


class Boosted(HTMLParser):
    """The links and forms of a page that change all of it, each with the region that its answer goes into."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.around: list[tuple[str, dict[str, str | None]]] = []
        self.found: dict[str, tuple[str | None, str | None]] = {}
        self.feed(html)

    def nearest(self, name: str) -> str | None:
        return next((each[name] for _, each in reversed(self.around) if name in each), None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        self.around.append((tag, own))
        address = own.get({"a": "href", "form": "action"}.get(tag, ""))
        if address and address[0] != "#" and not VERBS & own.keys() and self.nearest("hx-boost") == "true":
            self.found[f"{tag} {address}"] = self.nearest("hx-target"), self.nearest("hx-select")
        if tag in WITHOUT_END:
            self.around.pop()

    def handle_endtag(self, tag: str) -> None:
        while self.around and self.around.pop()[0] != tag:
            pass


@pytest.fixture
def paths(project: Project, member: User, sheet: LyricSheet) -> list[str]:
    """Pages that have everything on them that can be followed."""
    clip = song(project, tags=("for Ada", "slow"))
    bin.put([song(project, "Gone").pk], by=member)
    album = playlists.create(project=project, name="Album", by=member)
    playlists.add(album, [clip.pk])
    for name in ("come.wav", "coming.wav"):
        imports.begin(project=project, by=member, filename=name, size=10)
    Import.objects.filter(filename="come.wav").update(status=Import.Status.DONE, clip=clip)
    named = {"clip": clip, "import_files": project, "project": project, "project_settings": project}
    named |= {"playlist": album, "lyric_sheet": sheet, "upload": project, "new_song": project}
    named |= {"project_lyrics": project, "new_lyric_sheet": project}
    alone = [reverse(name) for name in ("library", "bin", "playlists", "projects", "tasks", "lyrics")]
    compared = f"{reverse('compare')}?clip={clip.pk}"
    filtered = f"{reverse('library')}?tag=slow&panel=1"
    return [reverse(name, args=[row.pk]) for name, row in named.items()] + [*alone, compared, filtered]


def test_a_link_inside_a_part_that_renews_itself_still_opens_a_page(mara: Client, paths: list[str]) -> None:
    pages = {path: Boosted(mara.get(path).content.decode()).found for path in paths}
    assert all(len(found) > 8 for found in pages.values())
    wrong = [(path, *each) for path, found in pages.items() for each in found.items()]
    assert [each for each in wrong if each[2] != ("#page", "#page")] == []


# -- Addresses that only take what is sent ---------------------------------------------------------


@pytest.fixture
def refused(as_: Callable[[User], Client], order: Callable[..., list[Task]], owner: User) -> Any:
    """The answer to what can't be taken, as it was sent by htmx, or by a browser without scripts."""

    def send(name: str, row: Any, headers: dict[str, str], **fields: str) -> HttpResponse:
        answer: Any = as_(owner).post(reverse(name, args=[row.pk]), fields, headers=headers)
        return answer

    return send


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("clip_edit", 422),
        ("clip_tags", 422),
        ("project_quota", 422),
        ("project_members", 422),
        ("task_enter_id", 422),
        ("playlist_rename", 422),
        ("playlist_order", 409),
        ("playlist_delete", 404),
    ],
)
def test_the_address_stays_where_the_form_was(
    refused: Any, name: str, status: int, project: Project, member: User, order: Callable[..., list[Task]]
) -> None:
    album = playlists.create(project=project, name="Album", by=member)
    rows = {"clip": song(project), "project": project, "playlist": album}
    if name == "task_enter_id":
        rows["task"] = order()[0]
        unknown(rows["task"])
    if status == 404:
        album.pk += 1
    fields = {"limit": "much", "order": "1", "version": "99"}
    row = rows[name.split("_")[0]]
    answer = refused(name, row, BOOSTED, **fields)
    assert (answer.status_code, answer.headers.get("HX-Push-Url")) == (status, "false")


def test_what_was_taken_leads_on(refused: Any, project: Project) -> None:
    clip = song(project)
    answer = refused("clip_edit", clip, BOOSTED, title="Blue dawn")
    assert (answer.status_code, answer["Location"]) == (302, reverse("clip", args=[clip.pk]))
    assert "HX-Push-Url" not in answer.headers
    assert "HX-Push-Url" not in refused("clip_edit", clip, {}, title="").headers


@pytest.mark.parametrize(
    ("came_from", "leads_to"),
    [
        ("http://testserver/library/?q=a", "/library/?q=a"),
        ("http://testserver//evil.com/x", "/bin/"),
        ("http://testserver///evil.com/x", "/bin/"),
        ("http://testserver/\\evil.com/x", "/bin/"),
        ("http://evil.com/library/", "/bin/"),
        ("http://testserver/bin/restore/", "/bin/"),
        ("", "/bin/"),
    ],
)
@pytest.mark.parametrize("header", ["Referer", "HX-Current-URL"])
def test_the_way_back_stays_in_the_studio(came_from: str, leads_to: str, header: str) -> None:
    headers = {header: came_from} | ({} if header == "Referer" else HTMX)
    request: Any = RequestFactory().post("/bin/restore/", headers=headers)
    request.htmx = HtmxDetails(request)
    assert back(request, "bin")["Location"] == leads_to


# -- What htmx shows of a refusal ------------------------------------------------------------------


def test_a_format_that_is_refused_says_so_where_only_a_part_is_swapped(mara: Client, clip: Clip) -> None:
    html = mara.get(reverse("clip", args=[clip.pk])).content.decode()
    form = html[html.index(reverse("clip_convert", args=[clip.pk])) :].partition(">")[0]
    assert 'hx-select-oob="#messages"' in form
    Project.objects.update(quota_mb=0)
    path = reverse("clip_convert", args=[clip.pk])
    answer: Any = mara.post(path, {"kind": "mp3"}, headers=HTMX, follow=True)
    said = answer.content.decode().partition('<div id="messages"')[2].partition("<article")[0]
    assert "storage is full" in said
