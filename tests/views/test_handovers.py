"""The page from which a final song is handed over, its zip, and the sheet of where it came from."""

import io
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import Clip, Conversion, Guest
from studio.services import approvals, conversions, finals, handovers, lyrics
from tests.canaries import PASSWORD
from tests.finals import finished
from tests.sharing import shared
from tests.songs import song
from tests.views.conftest import HTMX

RunJobs = Callable[[], int]


@pytest.fixture
def final(clip: Clip, member: User) -> Clip:
    return finished(clip, member)


def get(client: Client, name: str, clip: Clip) -> str:
    answer = client.get(reverse(name, args=[clip.pk]), follow=True)
    return answer.content.decode()


class Text(HTMLParser):
    """What a person reads, and every attribute."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        self.words += [value or "" for _, value in attrs]

    def __str__(self) -> str:
        return " ".join(self.words)


# -- The page ----------------------------------------------------------------------------------------


def test_what_is_not_final_yet_says_what_is_missing(mara: Client, clip: Clip, member: User) -> None:
    text = get(mara, "handover", clip)
    assert "Only a final take is handed over" in text
    assert reverse("clip_approve", args=[clip.pk]) in text
    approve = {"next": reverse("handover", args=[clip.pk])}
    answer = mara.post(reverse("clip_approve", args=[clip.pk]), approve)
    assert answer.headers["Location"] == approve["next"]
    text = get(mara, "handover", clip)
    assert reverse("clip_final", args=[clip.pk]) in text
    for name in ("handover_sheet", "handover_zip"):
        answer = mara.get(reverse(name, args=[clip.pk]))
        assert answer.headers["Location"] == approve["next"]


def test_the_files_are_made_and_appear_in_their_place(mara: Client, final: Clip, run_jobs: RunJobs) -> None:
    address = reverse("handover", args=[final.pk])
    assert "Prepare WAV, MP3, FLAC, M4A · free" in get(mara, "handover", final)
    answer = mara.post(address, headers=HTMX)
    assert 'hx-swap-oob="true"' in answer.content.decode()
    assert "being made" in answer.content.decode()
    page = mara.get(address)
    seen = {"clip": final.pk, "files": page.context["handover"].signature, "balance": page.context["balance"]}
    assert mara.get(reverse("live"), seen).status_code == 204
    run_jobs()
    text = mara.get(reverse("live"), seen).content.decode()
    assert 'id="handed-over"' in text
    assert "data-moving" not in text
    known = Clip.objects.get(pk=final.pk)
    for each in handovers.files_of(known):
        link = f"{reverse('asset', args=[each.asset.pk])}?download"
        assert link in text
        answer = mara.get(link)
        assert "Blue night" in answer.headers["Content-Disposition"]
        assert b"".join(answer.streaming_content)
    assert "Prepare" not in text
    assert "delivery" not in get(mara, "clip", final), "they are no files of the song's own list"


def test_what_could_not_be_made_says_why_and_is_tried_again(mara: Client, final: Clip) -> None:
    mara.post(reverse("handover", args=[final.pk]))
    conversions.give_up(Conversion.objects.get().pk, "No room.")
    text = get(mara, "handover", final)
    assert "No room." in text
    assert "Try again" in text
    mara.post(reverse("handover", args=[final.pk]))
    assert "being made" in get(mara, "handover", final)


def test_who_may_only_look_takes_the_files_along_but_has_none_made(
    as_: Any, final: Clip, viewer: User
) -> None:
    text = get(as_(viewer), "handover", final)
    assert reverse("handover_zip", args=[final.pk]) in text
    assert 'id="prepare"' not in text
    assert reverse("share_new", args=["clip", str(final.pk)]) not in text
    assert as_(viewer).post(reverse("handover", args=[final.pk])).status_code == 403


def test_sharing_it_begins_with_a_link_that_hands_it_over(mara: Client, final: Clip) -> None:
    address = f"{reverse('share_new', args=['clip', str(final.pk)])}?handover=1"
    assert address in get(mara, "handover", final)
    form = mara.get(address).context["form"]
    assert (form["downloads"].value(), form["handover"].value()) == (True, True)


def test_reopened_from_its_page_its_files_are_gone(mara: Client, final: Clip, run_jobs: RunJobs) -> None:
    handovers.prepare(final)
    run_jobs()
    mara.post(reverse("clip_reopen", args=[final.pk]))
    assert not final.assets.filter(kind="delivery").exists()


def test_the_zip_is_one_whole(mara: Client, final: Clip, run_jobs: RunJobs) -> None:
    handovers.prepare(final)
    run_jobs()
    answer = mara.get(reverse("handover_zip", args=[final.pk]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Blue night.zip"'
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archived:
        assert archived.testzip() is None
        names = set(archived.namelist())
        sheet = archived.read("provenance.html").decode()
    songs = {f"Blue night.{ending}" for ending in ("wav", "mp3", "flac", "m4a")}
    assert songs | {"provenance.html", "provenance.css"} <= names
    assert 'href="provenance.css"' in sheet, "it is read where there is no studio"
    assert mara.head(reverse("handover_zip", args=[final.pk])).status_code == 200


# -- The sheet ---------------------------------------------------------------------------------------


@pytest.fixture
def known(clip: Clip, member: User) -> Clip:
    """Everything of it is known: a sheet of words, a parent, a guest who approved it."""
    parent = song(clip.project, "The first <b>", provider="sandbox", operation="create_music")
    sheet = lyrics.create_sheet(project=clip.project, by=member, title="Blue words", text="Hum")
    assert clip.task
    clip.task.source, clip.task.lyric_revision = parent, sheet.revisions.get()
    clip.task.operation = "extend_music"
    clip.task.save()
    facts = {
        "seed": "4711",
        "model": "FUZZ-9",
        "lyrics": "Streetlights </pre> hum",
        "operation": "extend_music",
    }
    Clip.objects.filter(pk=clip.pk).update(**facts)
    share, _ = shared(clip, member, level="approve", label="Label canary")
    approvals.approve(clip, guest=Guest.objects.create(share=share, name="Anna <i>"))
    finals.finish(clip, by=member)
    return Clip.objects.get(pk=clip.pk)


def test_the_sheet_tells_all_that_is_known(mara: Client, known: Clip, run_jobs: RunJobs) -> None:
    handovers.prepare(known)
    run_jobs()
    page = Text(get(mara, "handover_sheet", known))
    text = str(page)
    said = ["Blue night", "FUZZ-9", "4711", "Sandbox", "LUFS", "Anna <i> (guest, through “Label canary”)"]
    said += ["Mara Member", "Blue words, version 1", "Extended from The first <b>", "Streetlights </pre> hum"]
    said += [
        "This recording was generated with artificial intelligence (Sandbox, FUZZ-9).",
        known.upstream_id,
    ]
    assert [each for each in said if each not in text] == []
    sums = [each.asset.sha256 for each in handovers.files_of(known)]
    assert len(sums) >= 5
    assert all(each in text for each in sums)
    assert not {"i", "b", "script", "form"} & page.tags


def test_outside_it_names_people_and_nothing_of_the_team(client: Client, known: Clip, member: User) -> None:
    User.objects.filter(pk=member.pk).update(name="")
    share, token = shared(known, member, downloads=True, handover=True, label="Canary label")
    address = reverse("public_sheet", args=[token, share.handle(known.pk)])
    answer = client.get(address)
    text = str(Text(answer.content.decode()))
    assert answer.status_code == 200
    assert "Anna <i> (guest)" in text
    assert "A member of the team" in text
    never = (*("canary", "Canary", member.email, known.upstream_id), known.project.name, PASSWORD)
    assert [each for each in never if each in text] == []
    assert not answer.cookies
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_the_sheet_opens_only_through_a_link_that_hands_over_what_is_final(
    client: Client, known: Clip, member: User
) -> None:
    plain = shared(known, member, downloads=True)
    handing = shared(known, member, downloads=True, handover=True)
    other = song(known.project)

    def answer(link: tuple[Any, str], clip: Clip = known) -> int:
        share, token = link
        return client.get(reverse("public_sheet", args=[token, share.handle(clip.pk)])).status_code

    assert answer(handing) == 200
    assert (answer(plain), answer(handing, other)) == (404, 404)
    finals.reopen(known)
    assert answer(handing) == 404


def test_a_link_that_hands_over_gives_the_very_files(
    client: Client, known: Clip, member: User, run_jobs: RunJobs
) -> None:
    handovers.prepare(known)
    run_jobs()
    share, token = shared(known, member, downloads=True, handover=True)
    for each in handovers.files_of(Clip.objects.get(pk=known.pk)):
        answer = client.get(reverse("public_file", args=[token, share.handle(known.pk), each.name]))
        assert answer.status_code == 200
        assert len(b"".join(answer.streaming_content)) == each.asset.size
