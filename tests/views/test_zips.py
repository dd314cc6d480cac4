"""The page before the download, and the download as a browser gets it."""

import io
import zipfile
from collections.abc import Callable
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_q.models import OrmQ

from accounts.models import User
from studio.models import Clip, Conversion, Project
from studio.services import conversions, spare, zips
from studio.views import zips as views
from tests.services.test_zips import keep, song

ZIP = "/library/zip/"


def page(client: Client, **query: Any) -> str:
    answer = client.get(ZIP, query)
    assert answer.status_code == 200
    return answer.content.decode()


def opened(answer: Any) -> zipfile.ZipFile:
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_a_selection_is_counted_and_downloaded(mara: Client, project: Project) -> None:
    first, second, _ = (song(project, title) for title in ("First", "Second", "Third"))
    text = page(mara, clip=[first.pk, second.pk])
    assert "2 songs" in text
    assert "2 files" in text
    answer = mara.post(f"{ZIP}?clip={first.pk}&clip={second.pk}", {"format": ["master"], "do": "download"})
    assert answer.status_code == 302
    names = opened(mara.get(answer["Location"])).namelist()
    assert names[1:] == [f"{project.name}/First.m4a", f"{project.name}/Second.m4a", "songs.csv"]


def test_everything_that_a_filter_finds(mara: Client, project: Project) -> None:
    song(project, "First", rating=5)
    song(project, "Second")
    assert "1 song," in page(mara, rating="4")
    names = opened(mara.get(ZIP, {"rating": "4", "download": "1"})).namelist()
    assert names[1:] == [f"{project.name}/First.m4a", "songs.csv"]


def test_the_browser_keeps_it_to_itself_under_the_projects_name(mara: Client, project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(name='A/B "live"\r\nX: 1')
    song(project)
    answer = mara.get(ZIP, {"download": "1"})
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].startswith('attachment; filename="A_B _live_ X_ 1, 2')
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Accel-Buffering"] == "no"
    assert opened(answer).namelist()[1] == "A_B _live_ X_ 1/Blue night.m4a"
    head = mara.head(ZIP, {"download": "1"})
    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Disposition"].startswith("attachment")


def test_songs_of_others_are_not_found_and_never_counted(
    mara: Client, project: Project, stranger: User, client: Client
) -> None:
    own = Project.objects.get(owner=stranger)
    theirs, ours = song(own, "Theirs"), song(project, "Ours")
    assert mara.get(ZIP, {"clip": theirs.pk}).status_code == 404
    assert mara.post(f"{ZIP}?clip={theirs.pk}", {"format": "master"}).status_code == 404
    assert "1 song," in page(mara, clip=[theirs.pk, ours.pk])
    both = opened(mara.get(ZIP, {"clip": [theirs.pk, ours.pk], "download": "1"}))
    assert both.namelist()[1:] == [f"{project.name}/Ours.m4a", "songs.csv"]


@pytest.mark.parametrize("query", [{"clip": "x"}, {"clip": "9" * 40}, {"clip": "\0"}, {"clip": ""}])
def test_nonsense_names_no_song(mara: Client, query: dict[str, str]) -> None:
    assert mara.get(ZIP, query).status_code == 404


def test_what_lies_in_the_bin_stays_there(mara: Client, project: Project) -> None:
    clip = song(project)
    Clip.objects.update(binned_at=clip.created_at)
    assert mara.get(ZIP, {"clip": clip.pk}).status_code == 404
    assert "No songs here" in page(mara)
    assert mara.get(ZIP, {"download": "1"}).status_code == 422


def test_no_format_is_an_error_beside_the_choice(mara: Client, project: Project) -> None:
    song(project)
    for given in ({}, {"format": "exe"}):
        answer = mara.post(ZIP, {**given, "do": "download"})
        assert answer.status_code == 422
        assert "Choose at least one." in answer.content.decode()


def test_too_many_songs_are_refused_with_a_way_out(
    mara: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zips, "MOST", 1)
    song(project, "First")
    song(project, "Second")
    assert "one zip takes at most 1" in page(mara)
    assert mara.get(ZIP, {"download": "1"}).status_code == 422


def test_zips_leave_threads_for_the_pages(
    mara: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PLACES", BoundedSemaphore(1))
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)  # the test's own
    song(project)
    first = mara.get(ZIP, {"download": "1"})
    second = mara.get(ZIP, {"download": "1"})
    assert second.status_code == 302
    assert "Several zips are being downloaded already" in mara.get(second["Location"]).content.decode()
    first.close()
    opened(mara.get(ZIP, {"download": "1"}))
    opened(mara.get(ZIP, {"download": "1"}))


def test_of_too_many_songs_nothing_is_made(
    mara: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    song(project, "First")
    second = song(project, "Second")
    monkeypatch.setattr(zips, "MOST", 1)
    with CaptureQueriesContext(connection) as seen:
        mara.post(ZIP, {"format": "mp3", "do": "make"})
    assert not Conversion.objects.exists()
    assert not [query for query in seen if 'FROM "studio_asset"' in query["sql"]]
    assert "at most 1 songs at once" in page(mara, clip=second.pk)
    mara.post(f"{ZIP}?clip={second.pk}", {"format": "mp3", "do": "make"})
    assert Conversion.objects.count() == 1


# -- Making what is missing ------------------------------------------------------------------------


def test_what_is_missing_is_made_and_the_page_follows(
    mara: Client, clip: Clip, run_jobs: Callable[[], int]
) -> None:
    query = {"clip": clip.pk, "format": ["mp3", "flac"]}
    text = page(mara, **query)
    assert "1 song has no MP3 yet" in text
    assert "every 2s" not in text
    address = f"{ZIP}?clip={clip.pk}"
    answer = mara.post(address, {"format": ["mp3", "flac"], "do": "make"})
    assert parse_qs(urlsplit(answer["Location"]).query) == {"clip": [str(clip.pk)], "format": ["mp3", "flac"]}
    waiting = page(mara, **query)
    assert "MP3: 0 of 1 songs have one, 1 being made" in waiting
    assert "every 2s" in waiting
    run_jobs()
    made = page(mara, **query)
    assert "every 2s" not in made
    assert "2 files" in made
    with opened(mara.get(ZIP, {**query, "download": "1"})) as archive:
        assert archive.testzip() is None
        assert [name.rpartition(".")[2] for name in archive.namelist()[1:]] == ["mp3", "flac", "csv"]


def test_many_are_made_a_few_at_a_time(mara: Client, project: Project) -> None:
    for n in range(5):
        song(project, str(n))
    Conversion.objects.create(
        clip=Clip.objects.first(), kind="mp3", due_at="2020-01-01T00:00Z", problem="No."
    )
    OrmQ.objects.all().delete()
    mara.post(ZIP, {"format": ["mp3", "cover"], "do": "make"})
    mara.post(ZIP, {"format": ["mp3", "cover"], "do": "make"})
    assert Conversion.objects.filter(problem="", kind="mp3").count() == Conversion.objects.count() == 5
    conversions.ring_due()
    assert OrmQ.objects.count() == spare.AT_ONCE
    Conversion.objects.filter(pk__in=[job.task["args"][0] for job in OrmQ.objects.all()]).delete()
    conversions.ring_due()
    assert OrmQ.objects.count() == 2 * spare.AT_ONCE


@pytest.mark.parametrize("who", ["viewer", "guest"])
def test_who_only_looks_may_download_but_have_nothing_made(
    client: Client, project: Project, who: str, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))
    song(project)
    text = page(client, format="mp3")
    assert 'aria-disabled="true"' in text
    assert client.post(ZIP, {"format": "mp3", "do": "make"}).status_code == 403
    assert not Conversion.objects.exists()
    assert opened(client.get(ZIP, {"download": "1"})).namelist()


def test_a_full_project_has_nothing_made(mara: Client, project: Project) -> None:
    song(project)
    Project.objects.filter(pk=project.pk).update(quota_mb=0)
    answer = mara.post(ZIP, {"format": "mp3", "do": "make"}, follow=True)
    assert "storage is full" in answer.content.decode()
    assert not Conversion.objects.exists()


def test_the_page_costs_the_same_for_ten_songs_and_a_hundred(mara: Client, project: Project) -> None:
    def queries(count: int) -> int:
        for n in range(count):
            keep(song(project, str(n)), "cover", b"x", "jpg")
        with CaptureQueriesContext(connection) as seen:
            page(mara, format=["mp3", "cover"])
        return len(seen)

    assert queries(10) == queries(90)


def test_the_address_is_the_librarys(mara: Client) -> None:
    assert reverse("library_zip") == ZIP
