"""Making a take final on its page, what the page then says, and opening it again."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import Clip, Guest, Project
from studio.services import approvals, finals
from tests.finals import finished
from tests.sharing import shared
from tests.songs import song
from tests.views.conftest import HTMX

FINAL = "This take is final. Reopen it to change it."


def page_of(client: Client, clip: Clip) -> str:
    return client.get(reverse("clip", args=[clip.pk])).content.decode()


def send(client: Client, name: str, clip: Clip, **fields: Any) -> Any:
    return client.post(reverse(name, args=[clip.pk]), fields, follow=True)


@pytest.fixture
def tune(project: Project) -> Clip:
    return song(project, tags=("blue",), lyrics="Streetlights hum", provider="sandbox")


def test_it_is_made_final_and_opened_again(mara: Client, tune: Clip, member: User) -> None:
    assert "Make final" not in page_of(mara, tune)
    assert "Have it approved first." in send(mara, "clip_final", tune).content.decode()
    approvals.approve(tune, by=member)
    assert "Make final" in page_of(mara, tune)
    text = send(mara, "clip_final", tune).content.decode()
    assert "Final, by Mara Member" in text
    assert "Make final" not in text
    assert reverse("handover", args=[tune.pk]) in text
    assert "Reopen" in text
    text = send(mara, "clip_reopen", tune).content.decode()
    assert "Approved by Mara Member" in text
    assert "Make final" in text


def test_the_page_of_a_final_take_offers_no_change_and_says_why(
    mara: Client, tune: Clip, member: User
) -> None:
    before = page_of(mara, tune)
    finished(tune, member)
    text = page_of(mara, tune)
    changes = ("clip_edit", "clip_rate", "clip_tags", "clip_approve", "clip_timing", "clip_words")
    changes += ("clip_lyric_sheet",)
    for name in changes:
        address = f'"{reverse(name, args=[tune.pk])}"'
        assert address in before
        assert address not in text
    for name in ("extend_music", "replace_music", "cover_music", "video_clip", "download"):
        assert f'"{reverse("clip_order", args=[tune.pk, name])}"' not in text
    assert 'value="bin"' in before
    assert 'value="bin"' not in text
    assert FINAL in text
    assert reverse("playlists") in text, "a list of songs changes none of them"


def test_lists_and_the_comparison_show_it(mara: Client, tune: Clip, member: User) -> None:
    mark = '<span class="take-of">final</span>'
    library, compare = reverse("library"), f"{reverse('compare')}?clip={tune.pk}"
    assert mark not in mara.get(library).content.decode()
    finished(tune, member)
    assert mark in mara.get(library).content.decode()
    text = mara.get(compare).content.decode()
    assert "<span>Final</span>" in text
    assert FINAL in text
    found = mara.get(library, {"final": "1"}).context["page"].clips
    finals.reopen(tune)
    assert (found, mara.get(library, {"final": "1"}).context["page"].clips) == ([tune], [])


REFUSED: dict[str, tuple[dict[str, Any], int]] = {
    "clip_edit": ({"title": "A new name", "notes": "Louder", "before": ""}, 422),
    "clip_tags": ({"add": "kazoo"}, 422),
    "clip_rate": ({"rating": "5"}, 403),
    "clip_pick": ({}, 200),
    "clip_approve": ({"back": "1"}, 403),
    "clip_timing": ({"lrc": "[00:00.10]Streetlights hum", "before": ""}, 422),
    "clip_lyric_sheet": ({}, 200),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_who_sends_a_change_is_told_and_keeps_what_was_typed(
    name: str, headers: dict[str, str], mara: Client, tune: Clip, member: User
) -> None:
    finished(tune, member)
    before = Clip.objects.filter(pk=tune.pk).values().get()
    fields, status = REFUSED[name]
    answer = mara.post(reverse(name, args=[tune.pk]), fields, headers=headers, follow=True)
    text = answer.content.decode()
    assert answer.status_code == status
    assert FINAL in text
    assert Clip.objects.filter(pk=tune.pk).values().get() == before
    if status == 422:
        assert all(value in text for value in fields.values())


@pytest.mark.parametrize("operation", ["extend_music", "video_clip", "download"])
def test_the_form_of_an_order_says_so_before_anything_is_spent(
    operation: str, mara: Client, tune: Clip, member: User
) -> None:
    finished(tune, member)
    address = reverse("clip_order", args=[tune.pk, operation])
    assert f"{FINAL} Nothing was charged." in mara.get(address).content.decode()
    answer = mara.post(address, {})
    assert (answer.status_code, FINAL in answer.content.decode()) == (422, True)


def test_times_and_words_are_not_begun(mara: Client, tune: Clip, member: User) -> None:
    finished(tune, member)
    assert mara.get(reverse("clip_timing", args=[tune.pk])).status_code == 403
    words = mara.get(reverse("clip_words", args=[tune.pk]), {"from": "1", "to": "1"})
    assert FINAL in words.content.decode()
    assert words.context["form"] is None


def test_of_many_songs_the_final_ones_are_left_out(mara: Client, project: Project, member: User) -> None:
    open_one, final = song(project), finished(song(project), member)
    fields = {"act": "bin", "clip": [open_one.pk, final.pk]}
    text = mara.post(reverse("library_bulk"), fields, follow=True).content.decode()
    assert "1 song put into the bin." in text
    assert "1 final song was left out. Reopen it to change it." in text
    assert Clip.objects.get(pk=final.pk).binned_at is None
    text = mara.post(
        reverse("library_bulk"), {"act": "bin", "clip": [final.pk]}, follow=True
    ).content.decode()
    assert "None of these songs" not in text


def test_a_guests_approval_is_told_with_the_link_it_came_through(
    mara: Client, tune: Clip, member: User
) -> None:
    share, _ = shared(tune, member, level="approve", label="For <the> client")
    approvals.approve(tune, guest=Guest.objects.create(share=share, name="Anna & Co"))
    text = page_of(mara, tune)
    assert "Approved by Anna &amp; Co (guest, through “For &lt;the&gt; client”)" in text


def test_who_may_only_look_sees_the_state_without_the_buttons(
    as_: Any, tune: Clip, member: User, viewer: User
) -> None:
    finished(tune, member)
    text = page_of(as_(viewer), tune)
    assert "Final, by Mara Member" in text
    assert reverse("clip_reopen", args=[tune.pk]) not in text
    assert send(as_(viewer), "clip_reopen", tune).status_code == 403


@pytest.mark.parametrize("there", ["https://elsewhere.example/", "//elsewhere.example", "\0", "/\nx"])
def test_nobody_is_led_elsewhere(mara: Client, tune: Clip, member: User, there: str) -> None:
    approvals.approve(tune, by=member)
    for name in ("clip_final", "clip_reopen", "clip_approve"):
        answer = mara.post(reverse(name, args=[tune.pk]), {"next": there})
        assert answer.status_code == 302
        assert "elsewhere" not in answer.headers["Location"]
