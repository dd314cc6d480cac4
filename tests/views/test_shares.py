"""Links as the team sees them: listed, changed, given another address, revoked, and how they were heard."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import Clip, Comment, Guest, Project, Share
from studio.models.clock import db_now
from studio.services import listens, playlists, projects, shares
from tests.factories import again
from tests.sharing import shared
from tests.songs import song
from tests.views.test_bulk import said
from tests.views.test_new_shares import BASE, PASSWORD, token_in
from tests.views.test_pages import queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def tune(project: Project) -> Clip:
    return song(project)


# -- The list -------------------------------------------------------------------------------------


def labels(client: Client, **query: object) -> list[str]:
    return [share.label for share, _ in client.get(reverse("shares"), query).context["links"]]


def test_owners_see_all_and_others_their_own(
    as_: Any, tune: Clip, member: User, editor: User, owner: User
) -> None:
    shared(tune, member, label="M")
    mine, _ = shared(tune, editor, label="E")
    assert [labels(as_(user)) for user in (member, editor, owner)] == [["M"], ["E"], ["E", "M"]]
    assert as_(member).get(reverse("share", args=[mine.pk])).status_code == 404
    assert as_(member).post(reverse("share_revoke", args=[mine.pk])).status_code == 404
    elsewhere = Project.objects.get(owner=owner).pk
    assert labels(as_(owner), project=tune.project_id) == ["E", "M"]
    assert labels(as_(owner), project=elsewhere) == []
    assert as_(member).get(reverse("shares"), {"project": elsewhere}).status_code == 404


def test_ended_ones_apart_and_older_ones_behind(mara: Client, tune: Clip, member: User) -> None:
    shared(tune, member, label="over", expires_at=db_now() - timedelta(hours=1))
    for number in range(51):
        shared(tune, member, label=str(number))
    first = mara.get(reverse("shares"))
    assert [len(first.context["links"]), labels(mara, ended=1)] == [50, ["over"]]
    assert labels(mara, before=first.context["older"]) == ["0"]
    assert labels(mara, before="x") == labels(mara)


def test_revoke_from_the_list_and_back_to_it(mara: Client, tune: Clip, member: User) -> None:
    share, token = shared(tune, member)
    where = {"Referer": "http://testserver/shares/?project=1"}
    answer = mara.post(reverse("share_revoke", args=[share.pk]), headers=where)
    assert answer["Location"] == "/shares/?project=1"
    assert said(answer) == ["For the client opens nothing any more."]
    assert shares.open_with(token) is None
    assert (labels(mara), labels(mara, ended=1)) == ([], ["For the client"])
    page = mara.get(reverse("share", args=[share.pk])).content.decode()
    assert "Revoked by" in page
    assert reverse("share_reissue", args=[share.pk]) not in page


def test_as_many_queries_for_ten_as_for_fifty(mara: Client, project: Project, member: User) -> None:
    album = playlists.create(project=project, name="Album", by=member)

    def more(count: int) -> None:
        for number in range(count):
            tune = song(project)
            things: dict[str, dict[str, Any]] = {
                "clip": {"clip": tune},
                "stack": {"stack": tune.stack},
                "playlist": {"playlist": album},
                "picks": {},
            }
            kind = list(things)[number % 4]
            given = {"project": project, "by": member, "label": "x", "expires_at": None}
            share, _ = shares.create(kind=kind, thing=things[kind], **given)
            listens.note(share, tune, "play")

    more(8)
    few = queries(mara, reverse("shares"))
    more(40)
    assert queries(mara, reverse("shares")) == few


# -- One of them ----------------------------------------------------------------------------------


def settings_of(client: Client, share: Share, **changes: str) -> Any:
    path = reverse("share", args=[share.pk])
    form = client.get(path).context["form"]
    shown = {field.name: field.value() for field in form if field.value() not in (None, False)}
    return client.post(path, {**shown, **changes})


def test_settings_are_changed_and_what_is_left_alone_stays(mara: Client, tune: Clip, member: User) -> None:
    end = db_now() + timedelta(days=3)
    share, token = shared(tune, member, expires_at=end, password=PASSWORD, downloads=True)
    answer = settings_of(mara, share, label="B", level="approve")
    assert said(answer) == ["Saved. It counts from now on, for everybody who has the link."]
    now = again(share)
    assert (now.label, now.level, now.downloads, now.expires_at, now.password) == (
        "B",
        "approve",
        True,
        end,
        share.password,
    )
    settings_of(mara, share, no_password="on", ends="never", may_embed="on")
    now = again(share)
    assert (now.password, now.expires_at, now.may_embed) == ("", None, True)
    assert shares.open_with(token) == share


def test_an_embedded_player_asks_for_no_password(mara: Client, tune: Clip, member: User) -> None:
    locked, _ = shared(tune, member, password=PASSWORD)
    answer = settings_of(mara, locked, may_embed="on")
    assert answer.status_code == 422
    assert "have one of the two" in str(answer.context["form"].errors["may_embed"])
    page = answer.content.decode()
    assert again(locked).password not in page
    assert PASSWORD not in page


def test_an_ended_link_goes_on_under_a_new_address(mara: Client, tune: Clip, member: User) -> None:
    share, old = shared(tune, member, expires_at=db_now() - timedelta(days=2))
    shares.forget_expired()
    settings_of(mara, share, ends="week")
    assert shares.open_with(old) is None
    assert "Its address is forgotten" in mara.get(reverse("share", args=[share.pk])).content.decode()
    page = mara.post(reverse("share_reissue", args=[share.pk])).content.decode()
    assert shares.open_with(token_in(page)) == share
    assert mara.get(reverse("share", args=[share.pk])).content.decode().count("/s/") == 0


def test_who_may_not_share_any_more_can_still_revoke(as_: Any, tune: Clip, editor: User) -> None:
    share, _ = shared(tune, editor)
    projects.set_member(tune.project, editor, "viewer")
    client, path = as_(editor), reverse("share", args=[share.pk])
    assert "You may look at this project" in client.get(path).content.decode()
    assert client.post(path, BASE).status_code == 403
    assert client.post(reverse("share_reissue", args=[share.pk])).status_code == 403
    assert client.post(reverse("share_revoke", args=[share.pk])).status_code == 302
    assert again(share).revoked_by == editor


def test_how_it_was_heard_and_what_was_said(mara: Client, tune: Clip, member: User) -> None:
    share, _ = shared(tune, member, level="comment")
    for event, at in (("play", 0), ("play", 0), ("at", 62), ("end", 0)):
        listens.note(share, tune, event, at)
    guest = Guest.objects.create(share=share, name="Anna")
    Comment.objects.create(clip=tune, guest=guest, share=share, text="x")
    Comment.objects.create(clip=tune, created_by=member, text="not on the link")
    page = mara.get(reverse("share", args=[share.pk]))
    [heard] = page.context["songs"]
    assert (heard.plays, heard.completed, heard.furthest, heard.comments) == (2, 1, 100, 1)
    assert [(day.plays, day.completed) for day in page.context["days"]] == [(2, 1)]
    text = page.content.decode()
    assert "1:40 of 1:40" in text
    assert f'href="{reverse("clip", args=[tune.pk])}#comments"' in text
    assert text.count("<rect ") >= 2
    assert "A bar for each day." in text


def test_its_page_costs_as_many_queries_for_many_songs(mara: Client, project: Project, member: User) -> None:
    album = playlists.create(project=project, name="Album", by=member)
    share, _ = shares.create(
        project=project, kind="playlist", by=member, thing={"playlist": album}, label="x", expires_at=None
    )

    def more(count: int) -> int:
        tunes = [song(project) for _ in range(count)]
        playlists.add(album, [tune.pk for tune in tunes])
        for tune in tunes:
            listens.note(share, tune, "play")
        return queries(mara, reverse("share", args=[share.pk]))

    assert more(3) == more(12)
