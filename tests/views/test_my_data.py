"""Data of one's own on the screen: taken along, and the account deleted."""

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, Picture, Role, TrailEvent, User
from accounts.services import erasure
from studio.models import CreditRequest, LineComment, LyricDraft, Project, ProjectMember, Task
from studio.models.clock import db_now
from studio.services import credits, line_comments, lyrics, projects, takeout
from studio.views import my_data, zips
from tests.canaries import PASSWORD
from tests.conftest import Order, person
from tests.factories import again
from tests.services.test_zips import song
from tests.views import matrix
from tests.views.conftest import WORDS

PAGE, EXPORT, DELETE = "/my-data/", "/my-data/export/", "/account/delete/"
SURE = {"password": PASSWORD, "sure": "on"}
NAME, MAIL = "Zyxomma Quillfeather", "zyxomma.quill@planted.example"
PLANTED = ("zyxomma", "quillfeather", "planted.example", "zyxomma.quill")


# -- Taken along -----------------------------------------------------------------------------------


def test_everything_is_downloaded_and_the_trail_knows(mara: Client, project: Project, member: User) -> None:
    song(project)
    assert "1 song that you made" in mara.get(PAGE).content.decode()
    answer = mara.post(EXPORT)
    content = b"".join(answer.streaming_content)
    assert answer["Content-Disposition"].startswith('attachment; filename="My data, 2')
    assert answer["Cache-Control"] == "private, no-store"
    assert f"{project.name}/Blue night.m4a" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    event = TrailEvent.objects.get(what="export")
    assert (event.actor, event.subject, event.facts) == (member, member, {"what": "own"})


def test_one_at_a_time_and_the_place_is_given_back(mara: Client, member: User) -> None:
    first = mara.post(EXPORT)
    assert "downloaded already" in mara.post(EXPORT, follow=True).content.decode()
    b"".join(first.streaming_content)
    assert set() == my_data.AT_WORK
    places = [zips.PLACES.acquire(blocking=False) for _ in range(4)]
    try:
        assert "Several zips" in mara.post(EXPORT, follow=True).content.decode()
    finally:
        for _ in places:
            zips.PLACES.release()
    assert places == [True] * 4
    assert set() == my_data.AT_WORK
    b"".join(mara.post(EXPORT).streaming_content)
    assert set() == my_data.AT_WORK


def test_a_download_that_never_began_gives_its_place_back(member: User) -> None:
    assert my_data._begin(member.pk)
    assert not my_data._begin(member.pk)
    assert zips.PLACES.acquire(blocking=False)
    sending = my_data._Sending(takeout.stream(member), member.pk)
    for _ in range(2):
        sending.close()
    assert set() == my_data.AT_WORK
    with pytest.raises(ValueError, match="released too many times"):
        zips.PLACES.release()


# -- What stands in the way ------------------------------------------------------------------------


def test_who_holds_a_project_hands_it_over_first(mara: Client, project: Project, member: User) -> None:
    song(project)
    text = mara.get(DELETE).content.decode()
    assert "You still hold the project “Mara&#x27;s songs”." in text
    assert reverse("project_settings", args=[project.pk]) in text
    assert mara.post(DELETE, SURE).status_code == 422
    assert again(member).erased_at is None


def test_the_last_owner_stays(as_: Any, owner: User) -> None:
    client = as_(owner)
    answer = client.post(DELETE, SURE)
    assert (answer.status_code, erasure.LAST_OWNER in answer.content.decode()) == (422, True)
    person("two@example.org", Role.OWNER, "Second Owner")
    assert client.post(DELETE, SURE).status_code == 302
    assert again(owner).erased_at


def test_what_came_between_the_page_and_the_deed_stops_it(project: Project, member: User) -> None:
    song(project)
    with pytest.raises(erasure.StillNeeded):
        erasure.erase(member)
    assert again(member).name == "Mara Member"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"password": "wrong password", "sure": "on"}, "This is not your password."),
        ({"sure": "on"}, "Type your password"),
        ({"password": PASSWORD}, "Tick this box if you are sure."),
    ],
)
def test_it_takes_the_password_and_a_yes(given: dict[str, str], why: str, mara: Client, member: User) -> None:
    answer = mara.post(DELETE, given)
    assert (answer.status_code, why in answer.content.decode()) == (422, True)
    assert PASSWORD not in answer.content.decode()
    assert again(member).erased_at is None


def test_passwords_are_not_guessed_here_either(mara: Client, member: User) -> None:
    answers = [mara.post(DELETE, {"password": f"guess {n}", "sure": "on"}).content.decode() for n in range(6)]
    assert ["not your password" in text for text in answers] == [True] * 5 + [False]
    assert "Too many tries" in mara.post(DELETE, SURE).content.decode()
    assert TrailEvent.objects.filter(what="sign_in_failed", subject=member).count() == 5


def test_who_has_no_password_has_just_signed_in(mara: Client, member: User) -> None:
    member.set_unusable_password()
    member.save()
    mara.force_login(member)
    User.objects.filter(pk=member.pk).update(last_login=timezone.now() - timedelta(hours=1))
    refused = mara.post(DELETE, {"sure": "on"})
    assert "Sign out, sign in again" in refused.content.decode()
    User.objects.filter(pk=member.pk).update(last_login=timezone.now())
    assert mara.post(DELETE, {"sure": "on"}).status_code == 302
    assert again(member).erased_at


# -- What goes, and what stays ---------------------------------------------------------------------


@pytest.fixture
def leaver(project: Project, member: User, owner: User, order: Order) -> User:
    """Somebody who left traces everywhere, under a name that is found nowhere else."""
    user = person(MAIL, Role.MEMBER, NAME)
    credits.grant(user, 100, reason="for the test")
    invited = {"created_by": owner, "expires_at": timezone.now()}
    came = {"accepted_by": user, "accepted_at": timezone.now()}
    Invitation.objects.create(token_hash="a", email=MAIL, **invited, **came)
    Invitation.objects.create(token_hash="b", email=MAIL.upper(), **invited)
    Picture.objects.create(user=user, content=b"face", sha256="x")
    projects.set_member(project, user, ProjectMember.Access.EDITOR, by=member)
    own = Project.objects.get(owner=user)
    song(own, "Hers")
    projects.hand_over(own, member, by=user)
    order(by=user)
    sheet = lyrics.create_sheet(project=project, by=user, title="Words", text=WORDS)
    key = "00000000-0000-0000-0000-000000000000"
    LyricDraft.objects.create(sheet=sheet, created_by=user, key=key, base=1, text="Thr", saved_at=db_now())
    line_comments.add(sheet.revisions.get(), line=1, text=f"@{NAME}, @ZYXOMMA.quill: look", by=member)
    line_comments.add(sheet.revisions.get(), line=3, text="Mine", by=user)
    CreditRequest.objects.create(user=user, credits=50, reason="An album")
    return user


def test_the_name_goes_and_the_work_stays(
    as_: Any, leaver: User, project: Project, member: User, owner: User
) -> None:
    elsewhere, client = Client(), as_(leaver)
    elsewhere.force_login(leaver)
    before, balance = traces(), credits.balance(leaver)
    answer = client.post(DELETE, SURE, follow=True)
    assert "Your account is deleted." in answer.content.decode()
    assert elsewhere.get(PAGE).status_code == 302

    gone = again(leaver)
    assert (gone.name, gone.email) == (f"Former member {gone.pk}", f"former-{gone.pk}@erased.invalid")
    assert (gone.is_active, gone.has_usable_password()) == (False, False)
    assert before
    assert traces() == []
    assert seen_by(as_(owner), project) == []

    assert Task.objects.filter(created_by=gone, status="queued").exists()
    assert credits.balance(gone) == balance
    assert "Songs of a former member" in Project.objects.values_list("name", flat=True)
    assert LineComment.objects.get(created_by=member).text == f"@{gone.name}, @{gone.name}: look"
    assert not ProjectMember.objects.filter(user=gone).exists()
    assert not LyricDraft.objects.exists()
    assert CreditRequest.objects.get().status == "withdrawn"
    assert [row.revoked_at is None for row in Invitation.objects.order_by("pk")] == [True, False]
    assert TrailEvent.objects.filter(what="erased", actor=gone, subject=gone).count() == 1


def test_it_is_done_once(leaver: User) -> None:
    for _ in range(2):
        erasure.erase(leaver)
    assert TrailEvent.objects.filter(what="erased").count() == 1


def test_an_empty_project_goes_along(mara: Client, member: User) -> None:
    assert mara.get(DELETE).status_code == 200
    mara.post(DELETE, SURE)
    assert not Project.objects.exists()


def test_who_is_gone_gets_no_project_any_more(project: Project, leaver: User, member: User) -> None:
    erasure.erase(leaver)
    for late in (
        lambda: projects.set_member(project, leaver, "viewer", by=member),
        lambda: projects.hand_over(project, leaver, by=member),
        lambda: projects.create_project(name="Late", by=leaver),
    ):
        with pytest.raises(projects.GoneAlready):
            late()


def test_another_persons_project_keeps_its_name(leaver: User, member: User) -> None:
    """Of the same first name, which that person's first project bears."""
    other = person("other@example.org", Role.MEMBER, "Zyxomma Other")
    theirs = Project.objects.get(owner=other)
    projects.set_member(theirs, leaver, "viewer")
    erasure.erase(leaver)
    assert again(theirs).name == "Zyxomma's songs"


def traces() -> list[str]:
    """Where in the database the name or address still is, sessions opened."""
    found = [f"session {row.pk}" for row in Session.objects.all() if is_planted(str(row.get_decoded()))]
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [f"{table}: {row}" for row in cursor.fetchall() if is_planted(str(row))]
    return found


def is_planted(text: str) -> bool:
    return any(word in text.casefold() for word in PLANTED)


def seen_by(client: Client, project: Project) -> list[str]:
    """The pages that a person can open without knowing an id, and those of the project."""
    return [path for path in pages(project) if is_planted(text_of(client, path))]


def pages(project: Project) -> Iterator[str]:
    sheet = project.lyric_sheets.get()
    given: dict[str, list[int]] = {
        **{name: [project.pk] for name in matrix.GET if name.startswith("project") and name != "projects"},
        "lyric_sheet": [sheet.pk],
        "lyric_history": [sheet.pk],
        "lyric_comments": [sheet.pk],
        "task": [project.tasks.get().pk],
    }
    plain = {name for name in matrix.GET if name.split("_")[0] in EASY and name not in given}
    yield from (reverse(name, args=given.get(name, [])) for name in sorted({*given, *plain}))


# Addresses without arguments; those of others that need some are left out.
EASY = ("projects", "library", "lyrics", "tasks", "bin", "playlists", "credits", "queue", "people", "trail")


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    parts = getattr(answer, "streaming_content", None) or [answer.content]
    return b"".join(parts).decode(errors="replace")
