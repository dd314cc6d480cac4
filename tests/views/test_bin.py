"""The bin, as people see it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format

from accounts.models import User
from studio.models import Clip, Project
from studio.models.clock import db_now
from studio.services import bin
from tests.factories import again
from tests.songs import song
from tests.views.test_bulk import BULK, said
from tests.views.test_pages import queries


def test_what_was_put_there_is_taken_back_where_it_was_done(mara: Client, project: Project) -> None:
    clips = [song(project, title) for title in "AB"]
    answer = mara.post(BULK, {"act": "bin", "clip": [clip.pk for clip in clips]})
    page = mara.get(answer["Location"])
    (message,) = page.context["messages"]
    assert str(message) == "2 songs put into the bin."
    assert f'name="act" value="{message.extra_tags}">Undo' in page.content.decode()
    where = {"Referer": "http://testserver/library/?sort=title"}
    back = mara.post(reverse("bin_restore"), {"act": message.extra_tags}, headers=where)
    assert back["Location"] == "/library/?sort=title"
    assert said(back) == ["2 songs are back."]
    assert not Clip.objects.exclude(binned_at=None).exists()


@pytest.mark.parametrize("page", ["https://elsewhere.example/x", "//elsewhere.example", "", "javascript:x"])
def test_nobody_is_led_elsewhere(mara: Client, page: str) -> None:
    assert mara.post(reverse("bin_restore"), {}, headers={"Referer": page})["Location"] == "/bin/"


def test_one_or_several_are_restored(mara: Client, project: Project, member: User, owner: User) -> None:
    a, b, c = (song(project, title) for title in "ABC")
    bin.put([a.pk, b.pk, c.pk], by=member)
    mara.post(reverse("bin_restore"), {"only": a.pk, "clip": [b.pk]})
    assert list(bin.lying(member)) == [c, b]
    mara.post(reverse("bin_restore"), {"clip": [b.pk, c.pk, "x"]})
    assert not bin.lying(member).exists()


def test_who_may_only_look_finds_no_way_to_restore(
    as_: Any, project: Project, viewer: User, member: User
) -> None:
    clip = song(project)
    bin.put([clip.pk], by=member)
    page = as_(viewer).get(reverse("bin")).content.decode()
    assert "Blue night" in page
    assert 'name="only"' not in page
    answer = as_(viewer).post(reverse("bin_restore"), {"only": clip.pk})
    assert said(answer) == ["1 song of a project that you may only look at was left out."]
    assert again(clip).binned_at


def test_only_the_teams_owners_empty_the_bin(as_: Any, project: Project, member: User, owner: User) -> None:
    clip = song(project)
    bin.put([clip.pk], by=member)
    assert as_(member).post(reverse("bin_empty")).status_code == 403
    assert "Empty it for good" not in as_(member).get(reverse("bin")).content.decode()
    assert "Empty it for good" in as_(owner).get(reverse("bin")).content.decode()
    assert said(as_(owner).post(reverse("bin_empty"))) == ["1 song is gone."]
    assert not bin.lying(owner).exists()


def test_all_of_a_full_bin_is_reached(mara: Client, project: Project, member: User) -> None:
    bin.put([song(project, str(n)).pk for n in range(120)], by=member)
    seen: list[Clip] = []
    after = ""
    while True:
        context = mara.get(reverse("bin"), {"after": after}).context
        seen += context["clips"]
        if not (after := context["older"]):
            break
    assert len(seen) == len(set(seen)) == 120


def test_the_page_of_a_song_in_the_bin_says_so_and_leads_back(
    mara: Client, project: Project, member: User
) -> None:
    clip = song(project)
    path = reverse("clip", args=[clip.pk])
    assert "Put into the bin" in mara.get(path).content.decode()
    bin.put([clip.pk], by=member)
    page = mara.get(path).content.decode()
    assert "In the bin since" in page
    assert f"Gone for good on {date_format(again(clip).binned_at + bin.KEPT_FOR, 'j F Y')}" in page
    assert "Put into the bin" not in page
    here = {"Referer": f"http://testserver{path}"}
    assert mara.post(reverse("bin_restore"), {"only": clip.pk}, headers=here)["Location"] == path
    Clip.objects.filter(pk=clip.pk).update(binned_at=db_now(), purged_at=db_now())
    assert mara.get(path).status_code == 404


def test_ten_rows_cost_as_many_queries_as_a_hundred(mara: Client, project: Project, member: User) -> None:
    bin.put([song(project, str(n)).pk for n in range(10)], by=member)
    few = queries(mara, reverse("bin"))
    bin.put([song(project, str(n)).pk for n in range(45)], by=member)
    assert queries(mara, reverse("bin")) == few
