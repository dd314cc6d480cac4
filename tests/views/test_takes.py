"""Comparing takes and picking one, over HTTP."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from studio.models import Asset, Clip, LyricSheet, Project, Task
from studio.models.clock import db_now
from studio.services import lyrics
from tests.songs import song


def stack_of(project: Project, count: int = 3, **facts: Any) -> list[Clip]:
    stack = uuid.uuid4()
    return [take(project, f"Take {n}", stack=stack, is_front=n == 1, **facts) for n in range(1, count + 1)]


def take(project: Project, title: str, **facts: Any) -> Clip:
    """A song with a file, as far as a page can tell."""
    clip = song(project, title, **facts)
    file = {"content_type": "audio/mp4", "size": 1, "sha256": "0" * 64, "name": f"{clip.pk}.m4a"}
    Asset.objects.create(clip=clip, kind="master", **file)
    return clip


def compare(client: Client, *clips: Clip | int | str, stack: Any = None) -> Any:
    asked: dict[str, Any] = {"stack": stack} if stack is not None else {}
    asked |= {"clip": [each.pk if isinstance(each, Clip) else each for each in clips]} if clips else {}
    return client.get(reverse("compare"), asked)


def shown(answer: Any) -> list[str]:
    assert answer.status_code == 200
    return [take.clip.title for take in answer.context["takes"]]


def numbers(clips: list[Clip]) -> list[int]:
    return [clip.pk for clip in clips]


# -- What is beside each other ---------------------------------------------------------------------


def test_the_takes_of_a_stack_in_their_order(mara: Client, project: Project) -> None:
    clips = stack_of(project)
    answer = compare(mara, stack=clips[0].stack)
    assert shown(answer) == ["Take 1", "Take 2", "Take 3"]
    assert [take.number for take in answer.context["takes"]] == [1, 2, 3]
    assert "Take 1: 3 takes" in answer.content.decode()


def test_songs_in_the_order_they_were_named_and_once_each(mara: Client, project: Project) -> None:
    a, b, c = (take(project, title) for title in "ABC")
    assert shown(compare(mara, c, a, c, b)) == ["C", "A", "B"]


def test_the_louder_ones_are_turned_down(mara: Client, project: Project) -> None:
    clips = [take(project, "A", loudness=-9.5), take(project, "B", loudness=-14.04)]
    page = compare(mara, *clips).content.decode()
    assert "−9.5 LUFS" in page
    assert "matched, −4.5 dB" in page
    assert 'data-gain="-4.5"' in page
    assert 'data-gain="0.0"' in page


def test_waveforms_share_one_axis_of_time(mara: Client, project: Project) -> None:
    clips = [
        take(project, "A", duration=100),
        take(project, "B", duration=50),
        take(project, "C", duration=0.01),
    ]
    answer = compare(mara, *clips)
    assert [take.bars for take in answer.context["takes"]] == [300, 150, 1]
    assert 'data-longest="100.00"' in answer.content.decode()


def test_each_can_be_heard_without_a_script(mara: Client, project: Project) -> None:
    page = compare(mara, *stack_of(project, 2)).content.decode()
    assert page.count("<noscript><audio controls") == 2


def test_a_song_whose_file_is_not_there_says_so(mara: Client, project: Project) -> None:
    page = compare(mara, take(project, "A"), song(project, "B")).content.decode()
    assert page.count("The audio of this song is not there.") == 1
    assert page.count("data-take=") == 1


def test_each_says_what_it_is_and_what_it_sings(
    mara: Client, project: Project, stranger: User, sheet: LyricSheet, order: Any
) -> None:
    hidden = lyrics.create_sheet(
        project=Project.objects.get(owner=stranger), by=stranger, title="Top secret", text="x"
    )
    lyrics.save(sheet, by=project.owner, title="", text="Other words", base=1)
    sung = [*sheet.revisions.order_by("number"), hidden.revisions.get()]
    clips = [take(project, f"Song {n}") for n in "123"]
    for clip, revision in zip(clips, sung, strict=True):
        Clip.objects.filter(pk=clip.pk).update(task=order()[0])
        Task.objects.filter(clips=clip).update(lyric_revision=revision)
    Clip.objects.filter(pk=clips[1].pk).update(operation="replace_music")
    answer = compare(mara, *clips)
    assert [each.sung and each.sung.number for each in answer.context["takes"]] == [1, 2, None]
    page = answer.content.decode()
    assert f'{reverse("lyric_sheet", args=[sheet.pk])}?version=2">version 2</a> of Blue night' in page
    assert page.count('<span class="take-of">part replaced</span>') == 1
    assert "Top secret" not in page
    counts = []
    for some in (clips[:2], [*clips, take(project, "D")]):
        with CaptureQueriesContext(connection) as captured:
            compare(mara, *some)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_from_a_sheet_it_leads_back_there(
    mara: Client, project: Project, stranger: User, sheet: LyricSheet
) -> None:
    theirs = lyrics.create_sheet(project=Project.objects.get(owner=stranger), by=stranger, title="Top secret")
    back = f'href="{reverse("lyric_sheet", args=[sheet.pk])}#sheet-songs"'
    for clips in ([], [take(project, "A").pk]):
        asked = {"clip": clips, "sheet": sheet.pk}
        assert back in mara.get(reverse("compare"), asked).content.decode()
        for nothing in (theirs.pk, "x", ""):
            page = mara.get(reverse("compare"), {**asked, "sheet": nothing}).content.decode()
            assert "#sheet-songs" not in page


# -- More, fewer, and nonsense ---------------------------------------------------------------------


def test_of_many_takes_the_newest_four_and_the_others_within_reach(mara: Client, project: Project) -> None:
    clips = stack_of(project, 6)
    answer = compare(mara, stack=clips[0].stack)
    assert shown(answer) == ["Take 3", "Take 4", "Take 5", "Take 6"]
    assert [clip.title for clip, _ in answer.context["others"]] == ["Take 1", "Take 2"]
    swapped = mara.get(answer.context["others"][1][1])
    assert shown(swapped) == ["Take 2", "Take 3", "Take 4", "Take 5"]


def test_of_five_songs_the_first_four(mara: Client, project: Project) -> None:
    answer = compare(mara, *(take(project, title) for title in "ABCDE"))
    assert shown(answer) == list("ABCD")
    assert "Four at once is the most" in answer.content.decode()


def test_a_thousand_songs_are_not_asked_for(mara: Client, project: Project) -> None:
    clips = [song(project, f"Song {n}") for n in range(70)]
    answer = compare(mara, *clips)
    assert len(answer.context["others"]) == 56


def test_one_alone_is_heard_and_told(mara: Client, project: Project) -> None:
    answer = compare(mara, take(project, "A"))
    assert shown(answer) == ["A"]
    assert "One alone can’t be compared" in answer.content.decode()


def test_what_is_in_the_bin_is_left_out_and_named(mara: Client, project: Project) -> None:
    clips = stack_of(project)
    Clip.objects.filter(pk__in=numbers(clips[:2])).update(binned_at=db_now())
    for answer in (compare(mara, stack=clips[0].stack), compare(mara, *clips)):
        assert shown(answer) == ["Take 3"]
        assert "In the bin and left out" in answer.content.decode()
    Clip.objects.filter(pk=clips[2].pk).update(binned_at=db_now())
    answer = compare(mara, *clips)
    assert shown(answer) == []
    assert "Nothing to compare" in answer.content.decode()


@pytest.mark.parametrize("stack", ["", "garbage", "\0", "9" * 400, str(uuid.UUID(int=7))])
def test_a_stack_that_is_none_is_not_found(mara: Client, stack: str) -> None:
    assert compare(mara, stack=stack).status_code == 404


def test_a_number_that_is_no_song_is_not_found(mara: Client, project: Project) -> None:
    assert compare(mara, take(project, "A"), 9_999_999).status_code == 404


@pytest.mark.parametrize("asked", [(), ("",), ("x", "-1", "٣", "9" * 40, "\0")])
def test_what_names_nothing_is_told_how(mara: Client, asked: tuple[str, ...]) -> None:
    answer = compare(mara, *asked)
    assert shown(answer) == []
    assert "Choose two to four songs" in answer.content.decode()


def test_others_songs_open_nothing(mara: Client, project: Project, stranger: User) -> None:
    theirs = stack_of(Project.objects.get(owner=stranger), 2)
    assert compare(mara, stack=theirs[0].stack).status_code == 404
    assert compare(mara, take(project, "A"), theirs[0]).status_code == 404


def test_songs_of_two_projects_by_who_may_see_both(as_: Any, owner: User, project: Project) -> None:
    clips = [take(project, "A"), take(Project.objects.get(owner=owner), "B")]
    answer = compare(as_(owner), *clips)
    assert shown(answer) == ["A", "B"]
    assert answer.context["project"] is None


# -- Queries ---------------------------------------------------------------------------------------


def queries(client: Client, stack: uuid.UUID) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert compare(client, stack=stack).status_code == 200
    return len(captured)


def test_four_cost_as_many_queries_as_two(as_: Any, editor: User, project: Project) -> None:
    edda = as_(editor)
    two, many = stack_of(project, 2, tags=("calm",)), stack_of(project, 8, tags=("calm", "late"))
    assert queries(edda, two[0].stack) == queries(edda, many[0].stack)


# -- The one ---------------------------------------------------------------------------------------


def pick(client: Client, clip: Clip, **fields: str) -> Any:
    return client.post(reverse("clip_pick", args=[clip.pk]), fields)


def test_picking_leads_back_to_the_takes_and_says_what_became_of_the_others(
    mara: Client, project: Project
) -> None:
    clips = stack_of(project)
    answer = mara.post(reverse("clip_pick", args=[clips[1].pk]), follow=True)
    assert answer.redirect_chain == [(f"{reverse('compare')}?stack={clips[0].stack}", 302)]
    assert "Take 2 is picked. The other takes are folded away behind it." in answer.content.decode()
    front = Clip.objects.get(stack=clips[0].stack, is_front=True)
    assert (front.pk, front.picked) == (clips[1].pk, True)


def test_a_picked_one_can_be_taken_back(mara: Client, project: Project) -> None:
    clips = stack_of(project)
    pick(mara, clips[1])
    pick(mara, clips[1], back="1")
    assert not Clip.objects.filter(picked=True).exists()


def test_a_song_alone_has_no_others_to_fold_away(mara: Client, project: Project) -> None:
    answer = mara.post(reverse("clip_pick", args=[take(project, "A").pk]), follow=True)
    assert "A is picked." in answer.content.decode()
    assert "folded away" not in answer.content.decode()


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example", "/\\evil.example", ""])
def test_nobody_is_led_away(mara: Client, project: Project, there: str) -> None:
    clip = take(project, "A")
    assert pick(mara, clip, next=there)["Location"] == f"{reverse('compare')}?stack={clip.stack}"
    assert pick(mara, clip, next="/library/?q=a")["Location"] == "/library/?q=a"


def test_a_take_in_the_bin_is_not_picked(mara: Client, project: Project) -> None:
    clips = stack_of(project)
    Clip.objects.filter(pk=clips[1].pk).update(binned_at=db_now())
    answer = mara.post(reverse("clip_pick", args=[clips[1].pk]), follow=True)
    assert "This take is in the bin. Restore it first." in answer.content.decode()
    assert not Clip.objects.filter(picked=True).exists()


@pytest.mark.parametrize("who", ["viewer", "guest"])
def test_who_only_looks_sees_why_the_button_is_off(
    as_: Any, request: pytest.FixtureRequest, project: Project, who: str
) -> None:
    client = as_(request.getfixturevalue(who))
    page = compare(client, *stack_of(project, 2)).content.decode()
    assert page.count('aria-disabled="true" aria-describedby="why-no-pick') == 2
    assert {"viewer": "not change it", "guest": "Guests listen"}[who] in page
    assert "clip_pick" not in page
    assert "/pick/" not in page
