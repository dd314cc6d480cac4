"""A clip's family on its page, and its order once more."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from studio.models import Clip, Project, ProjectMember, Task
from studio.services import bin, projects, tags
from tests.songs import song
from tests.views.conftest import WORDS
from tests.views.test_clip_page import page_of
from tests.views.test_pages import queries


def made(project: Project, source: Clip | None = None, operation: str = "create_music", **facts: Any) -> Clip:
    """A song that was ordered, without its files."""
    given = {"operation": operation, "provider": "sandbox"}
    params = facts.pop("params", {"sound": "quiet folk", "title": "Blue night"})
    order = {"form_key": uuid.uuid4(), "price": 10, "status": "done", "ended_at": timezone.now()}
    task = Task.objects.create(
        project=project, created_by=project.owner, params=params, source=source, **given, **order
    )
    return song(project, task=task, **given, **facts)


def family_of(client: Client, clip: Clip) -> str:
    text = page_of(client, clip)
    return text[text.index('id="family"') :].partition("</section>")[0] if 'id="family"' in text else ""


def test_the_line_goes_back_to_the_beginning(mara: Client, project: Project) -> None:
    root = made(project, title="Root")
    middle = made(project, root, "extend_music", title="Middle")
    leaf = made(project, middle, "replace_music", title="Leaf")
    made(project, leaf, "cover_music", title="Bud")
    text = family_of(mara, leaf)
    places = [text.index(words) for words in (">Root<", ">Middle<", "This song", ">Bud<")]
    assert places == sorted(places)
    assert "Extended from Root" in text
    assert "Part replaced of Middle" in text
    assert "Extension · 1 made from it" in family_of(mara, root)
    assert "Root" not in family_of(mara, made(project, title="Alone"))


def test_a_song_that_one_may_not_see_has_no_name(client: Client, project: Project, stranger: User) -> None:
    secret = Project.objects.get(owner=stranger)
    root = made(project, title="Root")
    hidden = made(secret, root, "cover_music", title="Secret")
    leaf = made(project, hidden, "cover_music", title="Leaf")
    client.force_login(project.owner)
    text = family_of(client, leaf)
    assert "A song you can’t see" in text
    assert ">Root<" in text
    assert "Secret" not in page_of(client, leaf)
    assert "Use again" not in page_of(client, leaf)
    projects.set_member(secret, project.owner, ProjectMember.Access.VIEWER)
    assert "Secret" in family_of(client, leaf)
    bin.put([hidden.pk], by=stranger)
    assert "Secret" not in family_of(client, leaf)


def test_a_long_line_is_cut_and_can_be_walked(mara: Client, project: Project) -> None:
    line = [made(project, title="Song 0")]
    for number in range(1, 11):
        line.append(made(project, line[-1], "extend_music", title=f"Song {number}"))
    text = family_of(mara, line[-1])
    assert "It goes further back" in text
    assert ">Song 2<" in text
    assert ">Song 1<" not in text
    assert "It goes further back" not in family_of(mara, line[-3])


def test_sixty_children_cost_as_many_queries_as_one(mara: Client, project: Project) -> None:
    root = made(project, title="Root")
    leaf = made(project, root, "extend_music")
    made(project, leaf, "cover_music")
    path = reverse("clip", args=[leaf.pk])
    queries(mara, path)
    few = queries(mara, path)
    for _ in range(60):
        made(project, made(project, leaf, "cover_music"), "cover_music")
    tags.add(leaf, [f"tag {n}" for n in range(20)])
    assert queries(mara, path) == few


# -- The order once more ---------------------------------------------------------------------------

ORDERED = {
    "sound": "quiet folk",
    "lyrics": WORDS,
    "title": "Blue night",
    "mv": "FUZZ-2.0",
    "make_instrumental": True,
    "seed": "118",
    "lyrics_strength": 0.7,
    "sound_strength": 0.4,
}


def link(client: Client, clip: Clip, words: str) -> str:
    """The address of the button on the clip's page."""
    before = page_of(client, clip).rpartition(f"{words}</a>")[0]
    return before.rpartition('<a class="button" href="')[2].partition('"')[0].replace("&amp;", "&")


def test_use_again_fills_in_everything(mara: Client, project: Project) -> None:
    clip = made(project, params=ORDERED)
    Task.objects.filter(pk=clip.task_id).update(take=2, takes=3)
    form = mara.get(link(mara, clip, "Use again")).context["form"]
    names = {"model": "mv", "instrumental": "make_instrumental"}
    filled = {name: form[name].value() for name in form.accepts}
    # The second take had counted the seed on.
    assert filled == {name: ({**ORDERED, "seed": "117"})[names.get(name, name)] for name in filled}
    assert set(filled) >= {"sound", "lyrics", "title", "model", "instrumental", "seed", "lyrics_strength"}
    assert (form["provider"].value(), form.takes_count, form["again"].value()) == ("sandbox", 3, clip.task_id)


def test_another_take_is_one_with_a_new_seed(mara: Client, project: Project) -> None:
    clip = made(project, params=ORDERED)
    Task.objects.filter(pk=clip.task_id).update(takes=3)
    form = mara.get(link(mara, clip, "Another take")).context["form"]
    assert (form["seed"].value(), form.takes_count, form["sound"].value()) == (None, 1, "quiet folk")


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("extend_music", {"starts_at": 45.0, "length": 30.0, "instruction": "drums", "lyrics": WORDS}),
        ("replace_music", {"starts_at": 5.0, "ends_at": 9.5, "instruction": "drums", "lyrics": WORDS}),
        ("cover_music", {"instruction": "a waltz", "strength": 0.7, "title": "Blue waltz"}),
    ],
)
def test_orders_on_a_clip_are_used_again(
    mara: Client, project: Project, operation: str, params: dict[str, Any]
) -> None:
    root = made(project)
    child = made(project, root, operation, params={**params, "clip_id": root.upstream_id})
    for words in ("Use again", "Another take"):
        form = mara.get(link(mara, child, words)).context["form"]
        assert {name: form.initial[name] for name in params} == params


@pytest.mark.parametrize(
    ("query", "start", "end"),
    [
        ("start=12.5&end=30", "0:12.5", "0:30"),
        ("start=12.5", "0:12.5", "1:00"),
        ("start=x&end=", "0:40", "1:00"),
        ("start=1e9&end=-3", "0:40", "1:00"),
        ("start=101&end=%00", "0:40", "1:00"),
    ],
)
def test_the_part_of_the_waveform_begins_the_form(
    mara: Client, project: Project, query: str, start: str, end: str
) -> None:
    path = reverse("clip_order", args=[made(project).pk, "replace_music"])
    form = mara.get(f"{path}?{query}").context["form"]
    assert [form[name].value() for name in ("starts_at", "ends_at")] == [start, end]
