"""Projects on the screen: open or closed, who is let in, put away and given away."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from studio.models import Clip, Playlist, Project, ProjectMember
from studio.permissions import EDITOR, VIEWER
from studio.services import bin, limits, projects
from tests.factories import again
from tests.services.test_zips import song
from tests.views import matrix
from tests.views.matrix.codes import FORBIDDEN, NOT_FOUND, SIGN_IN


def to(name: str, *args: Any) -> str:
    return reverse(f"project_{name}" if name else "project", args=args)


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


# -- Open and closed -------------------------------------------------------------------------------


def test_a_new_project_is_open_or_closed(mara: Client, member: User) -> None:
    mara.post(reverse("projects"), {"name": "Rain", "team_access": "editor"})
    mara.post(reverse("projects"), {"name": "Sun"})
    found = {each.name: each.team_access for each in Project.objects.filter(owner=member)}
    assert found == {"Mara's songs": "", "Rain": "editor", "Sun": ""}
    lines = page(mara, reverse("projects"))
    assert "Mara Member · Open<" in lines
    assert "Mara Member · Closed<" in lines


def test_a_stranger_gets_into_an_open_project(
    mara: Client, as_: Any, project: Project, stranger: User
) -> None:
    assert mara.post(to("access", project.pk), {"team_access": "viewer"}).status_code == 302
    client = as_(stranger)
    assert "You may look at this project, not change it." in page(client, to("", project.pk))
    assert client.get(reverse("new_song", args=[project.pk])).status_code == 403
    projects.open_to_team(project, EDITOR, by=project.owner)
    assert client.get(reverse("new_song", args=[project.pk])).status_code == 200
    projects.open_to_team(project, "", by=project.owner)
    assert client.get(to("", project.pk)).status_code == 404


@pytest.mark.parametrize("given", [{}, {"team_access": "all"}])
def test_what_is_neither_open_nor_closed_is_refused(
    given: dict[str, str], mara: Client, project: Project
) -> None:
    answer = mara.post(to("access", project.pk), given)
    assert answer.status_code == 422
    assert "Choose one of these." in answer.content.decode()


# -- Members ---------------------------------------------------------------------------------------


def test_a_person_of_the_team_is_chosen_by_name(mara: Client, project: Project, stranger: User) -> None:
    text = page(mara, to("settings", project.pk))
    assert "Sven Stranger" in text
    assert stranger.email not in text
    mara.post(to("members", project.pk), {"user": stranger.pk, "access": "viewer"})
    assert project.access_of(stranger) == VIEWER


def test_a_manager_who_holds_a_project_reads_addresses(as_: Any, manager: User, stranger: User) -> None:
    own = Project.objects.get(owner=manager)
    assert stranger.email in page(as_(manager), to("settings", own.pk))


def test_an_address_that_one_knows_does_as_well(mara: Client, project: Project, stranger: User) -> None:
    mara.post(to("members", project.pk), {"email": "SVEN@example.org", "access": "editor"})
    assert project.access_of(stranger) == EDITOR


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "Choose a person."),
        ({"email": "nobody@example.org"}, "Nobody in the team has this address."),
        ({"email": "mara@example.org"}, "The project is theirs already."),
        ({"user": "99999"}, "This person is not in the team any more."),
        ({"user": "x"}, "This person is not in the team any more."),
    ],
)
def test_who_can_not_be_let_in(given: dict[str, str], why: str, mara: Client, project: Project) -> None:
    answer = mara.post(to("members", project.pk), {**given, "access": "editor"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert why in text
    assert given.get("email", "") in text
    assert not project.members.exists()


def test_what_a_member_may_do_is_changed_in_place(mara: Client, project: Project, viewer: User) -> None:
    address = to("member", project.pk, viewer.pk)
    assert mara.post(address, {"access": "owner"}).status_code == 422
    assert mara.post(address, {"access": "editor"}).status_code == 302
    assert project.access_of(viewer) == EDITOR
    mara.post(to("member_remove", project.pk, viewer.pk))
    assert mara.post(address, {"access": "editor"}).status_code == 404


def test_the_settings_ask_the_same_of_the_database_for_many_members(
    mara: Client, project: Project, viewer: User
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page(mara, to("settings", project.pk))
        return len(asked)

    few = queries()
    people = [User(email=f"p{n}@example.org", name=f"Person {n}") for n in range(20)]
    User.objects.bulk_create(people)
    known = User.objects.filter(email__startswith="p")
    ProjectMember.objects.bulk_create(ProjectMember(project=project, user=each) for each in known[:10])
    assert queries() == few


# -- Archived --------------------------------------------------------------------------------------


def writes() -> list[str]:
    """Every address of a thing in a project at which an editor changes something, from the matrix itself.
    Counting a play is none: a song of an archived project is still heard, and shared."""
    return [
        name
        for name, (anonymous, _, stranger, _, _, editor, holder, _, _) in matrix.POST.items()
        if (anonymous, stranger) == (SIGN_IN, NOT_FOUND)
        if {editor, holder} - {FORBIDDEN, NOT_FOUND}
        if name not in ("clip_played", *OF_THE_HOLDER, *OF_LINKS)
    ]


# Who gets in, and how it is brought back or given away, stays with who holds it.
OF_THE_HOLDER = {
    "project_access",
    "project_archive",
    "project_hand_over",
    "project_member",
    "project_member_remove",
    "project_members",
    "project_quota",
}


OF_LINKS = {"share", "share_new", "share_reissue", "share_revoke"}


def test_nothing_is_written_in_an_archived_project(
    as_: Any, clip: Clip, order: Any, project: Project, member: User, editor: User, owner: User
) -> None:
    world = matrix.World(clip, order, member, owner)
    given = {name: args for part in matrix.PARTS for name, args in part.addresses(world).items()}
    projects.archive(project, by=member)
    paths = {name: reverse(name, args=given[name]) for name in writes()}
    assert {"new_song", "clip_order", "lyric_comments", "playlist_add", "import_part"} <= set(paths)
    for user in (editor, member):
        client = as_(user)
        answers = {name: client.post(path).status_code for name, path in paths.items()}
        refused = dict.fromkeys(paths, FORBIDDEN)
        if user != member:  # files that come are nobody else's affair
            refused |= dict.fromkeys(("import_part", "import_put_away"), NOT_FOUND)
        assert answers == refused
    assert looks(as_(member), clip) == [200, 200, 200, 204]


def looks(client: Client, clip: Clip) -> list[int]:
    reads = [
        client.get(to("", clip.project_id)),
        client.get(reverse("clip", args=[clip.pk])),
        client.get(reverse("asset", args=[clip.assets.get(kind="master").pk])),
        client.post(reverse("clip_played", args=[clip.pk])),
    ]
    b"".join(reads[2].streaming_content)
    return [answer.status_code for answer in reads]


def test_nothing_goes_into_an_archived_project_or_out_of_it(
    mara: Client, project: Project, member: User
) -> None:
    other = projects.create_project(name="Other", by=member)
    here, there, binned = song(project), song(other, "There"), song(project, "Binned")
    bin.put([binned.pk], by=member)
    projects.archive(project, by=member)
    bulk = reverse("library_bulk")
    assert mara.post(bulk, {"act": "move", "clip": there.pk, "project": project.pk}).status_code == 422
    mara.post(bulk, {"act": "move", "clip": here.pk, "project": other.pk})
    mara.post(bulk, {"act": "bin", "clip": here.pk})
    mara.post(reverse("bin_restore"), {"only": binned.pk})
    assert mara.post(reverse("playlists"), {"name": "Album", "project": project.pk}).status_code == 422
    assert (again(here).project, again(here).binned_at) == (project, None)
    assert (again(there).project, again(binned).binned_at is None) == (other, False)
    assert not Playlist.objects.exists()


def test_an_archived_project_says_so_and_comes_back(mara: Client, project: Project, viewer: User) -> None:
    mara.post(to("archive", project.pk))
    listed = page(mara, reverse("projects"))
    assert "Archived (1)" in listed
    assert "Mara Member · Closed · Archived" in listed
    assert "This project is archived. Its settings bring it back." in page(mara, to("", project.pk))
    mara.force_login(viewer)
    said = "This project is archived. Mara Member or an owner of the team can bring it back."
    assert said in page(mara, to("", project.pk))
    assert mara.post(to("archive", project.pk), {"back": "1"}).status_code == 403
    mara.force_login(project.owner)
    mara.post(to("archive", project.pk), {"back": "1"})
    assert not again(project).is_archived
    assert "archived" not in page(mara, to("", project.pk))


def test_a_new_song_is_begun_where_one_can_be_made(mara: Client, project: Project, member: User) -> None:
    other = projects.create_project(name="Other", by=member)
    assert mara.get("/?new")["Location"] == reverse("new_song", args=[project.pk])
    projects.archive(project, by=member)
    assert mara.get("/?new")["Location"] == reverse("new_song", args=[other.pk])
    assert mara.get("/")["Location"] == to("", other.pk)
    projects.archive(other, by=member)
    assert mara.get("/?new")["Location"] == reverse("projects")
    assert mara.get("/")["Location"] in (to("", other.pk), to("", project.pk))


# -- Handed over -----------------------------------------------------------------------------------


def test_a_project_is_handed_over(mara: Client, project: Project, member: User, stranger: User) -> None:
    answer = mara.post(to("hand_over", project.pk), {"user": stranger.pk}, follow=True)
    assert "The project belongs to Sven Stranger now." in answer.content.decode()
    assert (again(project).owner, project.members.get().user) == (stranger, member)
    assert mara.get(to("settings", project.pk)).status_code == 403


def test_guests_and_those_who_left_are_not_offered(
    mara: Client, project: Project, guest: User, stranger: User
) -> None:
    User.objects.filter(pk=stranger.pk).update(is_active=False)
    for nobody in (guest, stranger):
        answer = mara.post(to("hand_over", project.pk), {"user": nobody.pk})
        assert answer.status_code == 422
        assert "This person is not in the team any more." in answer.content.decode()
    assert again(project).owner.name == "Mara Member"


# -- What the settings say besides -----------------------------------------------------------------


def test_the_settings_tell_of_the_project_s_own_limits(
    mara: Client, as_: Any, project: Project, owner: User
) -> None:
    assert "No limit of its own." in page(mara, to("settings", project.pk))
    limits.put(by=owner, credits=60, period="month", action="block", project=project)
    limits.put(by=owner, credits=20, period="day", action="warn", project=project)
    text = page(mara, to("settings", project.pk))
    assert "No more than 60 credits a month: 0 used this month." in text
    assert "A warning from 20 credits a day on: 0 used today." in text
    assert reverse("limits") not in text
    assert reverse("limits") in page(as_(owner), to("settings", project.pk))


def test_no_new_song_is_offered_on_the_settings_of_an_archived_project(
    mara: Client, project: Project, member: User
) -> None:
    address = reverse("new_song", args=[project.pk])
    assert address in page(mara, to("settings", project.pk))
    projects.archive(project, by=member)
    assert address not in page(mara, to("settings", project.pk))


@pytest.mark.parametrize("name", ["people", "credits", "notices", "queue"])
def test_a_guest_reads_on_every_page_why_there_is_no_new_song(name: str, as_: Any, guest: User) -> None:
    text = page(as_(guest), reverse(name))
    assert 'aria-describedby="why-no-new-song"' in text
    assert "?new" not in text
