"""The files that a final song is handed over in: they tell of themselves, and go when it is reopened."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from studio import archive, jobs
from studio.audio import ffmpeg
from studio.audio.media_types import MEDIA_TYPES
from studio.audio.tags import parse
from studio.errors import Refusal
from studio.models import Asset, Clip, Conversion
from studio.services import conversions, finals, handovers, media, quotas, timings
from studio.text.timing import Line
from tests.factories import earlier
from tests.finals import finished
from tests.views.conftest import clip  # noqa: F401  a finished song with real files

RunJobs = Callable[[], int]
LYRICS = "[Verse]\nStreet = lights; hum\n\n#2 \\ Blue, “blue” night"


@pytest.fixture
def final(clip: Clip, member: User) -> Clip:  # noqa: F811
    Clip.objects.filter(pk=clip.pk).update(lyrics=LYRICS, model="FUZZ-2.0", title="Blue; night = 1\u2028#x")
    return finished(Clip.objects.get(pk=clip.pk), member)


def fresh(clip: Clip) -> Clip:  # noqa: F811
    return Clip.objects.prefetch_related("assets").get(pk=clip.pk)


def made(final: Clip, run_jobs: RunJobs) -> Clip:
    handovers.prepare(final)
    run_jobs()
    return fresh(final)


def told_by(asset: Asset) -> dict[str, str]:
    """What the stored file says of itself, read by ffmpeg."""
    demuxer = MEDIA_TYPES[asset.extension].demuxer
    with media.local(asset.name) as path:
        text = ffmpeg.run([*ffmpeg.source(path, demuxer), "-f", "ffmetadata", "pipe:1"])
    return parse(text.decode())


def test_every_file_tells_what_is_known_of_it(final: Clip, run_jobs: RunJobs) -> None:
    known = made(final, run_jobs)
    files = {each.name: each for each in handovers.files_of(known)}
    assert {"wav", "mp3", "flac", "m4a", "cover"} <= set(files)
    said = "This recording was generated with artificial intelligence (Sandbox, FUZZ-2.0)"
    for name in ("wav", "mp3", "flac", "m4a"):
        tags = told_by(files[name].asset)
        assert tags["title"] == "Blue; night = 1\n#x"
        assert tags["comment"].startswith(said)
        assert tags["date"] == f"{known.created_at:%Y-%m-%d}"
        if name != "wav":  # which has no place for words
            assert tags["lyrics"] == LYRICS
        if name != "m4a":
            assert tags["encoded_by"] == "Studio"
        known_tags = {"title", "comment", "date", "lyrics", "encoded_by", "encoder"}
        assert set(tags) - known_tags <= {"major_brand", "minor_version", "compatible_brands"}


def test_the_sound_is_the_songs_own(final: Clip, run_jobs: RunJobs) -> None:
    """Copied where it is in that format already, and else made from what has lost least."""
    final = made(final, run_jobs)
    assert final.master
    assert final.wav
    files = handovers.recordings_of(final)

    def packets(asset: Asset) -> bytes:
        demuxer = MEDIA_TYPES[asset.extension].demuxer
        with media.local(asset.name) as path:
            return ffmpeg.run([*ffmpeg.source(path, demuxer), "-map", "0:a:0", "-f", "hash", "pipe:1"])

    assert packets(files["wav"]) == packets(final.wav) == packets(files["flac"])
    assert packets(files["m4a"]) == packets(final.master)


def test_asking_twice_is_asking_once_and_the_job_may_run_for_nothing(final: Clip, run_jobs: RunJobs) -> None:
    handovers.prepare(final)
    handovers.prepare(final)
    [row] = Conversion.objects.all()
    assert row.kind == "delivery"
    run_jobs()
    before = set(Asset.objects.values_list("pk", "name"))
    jobs.convert(row.pk)
    handovers.prepare(fresh(final))
    assert not Conversion.objects.exists(), "all of it is there"
    assert set(Asset.objects.values_list("pk", "name")) == before


def test_the_song_keeps_its_own_files(final: Clip, run_jobs: RunJobs) -> None:
    """The copies are no masters: nothing plays, converts or zips them by mistake."""
    before = (final.master, final.wav)
    known = made(final, run_jobs)
    assert (known.master, known.wav) == before
    assert conversions.missing(known) == ["mp3", "flac"]


def test_what_is_not_final_is_not_prepared(clip: Clip) -> None:  # noqa: F811
    with pytest.raises(Refusal, match="Only a final take"):
        handovers.prepare(clip)
    assert handovers.files_of(clip) == ()


def test_reopened_it_has_no_such_files_and_final_again_it_gets_new_ones(
    final: Clip, member: User, run_jobs: RunJobs
) -> None:
    known = made(final, run_jobs)
    old = [asset.name for asset in handovers.recordings_of(known).values()]
    finals.reopen(known)
    handovers.forget(known)
    assert not Asset.objects.filter(kind="delivery").exists()
    assert not [name for name in old if media.exists(name)]

    Clip.objects.filter(pk=known.pk).update(title="Other")
    again = made(finished(known, member), run_jobs)
    files = handovers.recordings_of(again)
    assert {told_by(asset)["title"] for asset in files.values()} == {"Other"}


def test_files_that_could_not_be_removed_are_not_handed_over_and_go_later(
    final: Clip, member: User, run_jobs: RunJobs, monkeypatch: Any
) -> None:
    known = made(final, run_jobs)
    stale = set(Asset.objects.filter(kind="delivery").values_list("name", flat=True))

    def fail(name: str) -> None:
        raise OSError

    finals.reopen(known)
    with monkeypatch.context() as patch:
        patch.setattr(media, "remove", fail)
        handovers.forget(known)
    again = finished(known, member)
    assert handovers.recordings_of(again) == {}
    again = made(again, run_jobs)
    assert not [name for name in stale if media.exists(name)]
    assert len(handovers.recordings_of(again)) == 4


def test_what_is_reopened_while_they_are_made_gets_none(
    final: Clip, run_jobs: RunJobs, monkeypatch: Any
) -> None:
    handovers.prepare(final)
    encode = archive.encode_tagged

    def reopening(*args: Any, **more: Any) -> None:
        finals.reopen(final)
        encode(*args, **more)

    monkeypatch.setattr(archive, "encode_tagged", reopening)
    files = set(media.names())
    run_jobs()
    assert not Asset.objects.filter(kind="delivery").exists()
    assert set(media.names()) == files
    earlier(Conversion.objects.get(), due_at=timedelta(minutes=1))
    jobs.convert(Conversion.objects.get().pk)
    assert not Conversion.objects.exists()


def test_they_count_to_the_project_and_a_full_one_makes_none(final: Clip, run_jobs: RunJobs) -> None:
    before = quotas.used(final.project)
    known = made(final, run_jobs)
    size = sum(asset.size for asset in handovers.recordings_of(known).values())
    assert quotas.used(final.project) == before + size > before
    finals.reopen(known)
    handovers.forget(known)
    quotas.set_limit(final.project, 0)
    with pytest.raises(quotas.Full):
        handovers.prepare(finished(known, final.created_by))


def test_a_machine_that_fails_leaves_nothing_and_says_so(
    final: Clip, run_jobs: RunJobs, monkeypatch: Any
) -> None:
    count, encode = 0, archive.encode_tagged

    def failing(*args: Any, **more: Any) -> None:
        nonlocal count
        count += 1
        if count == 3:
            raise ffmpeg.FfmpegError("no")
        encode(*args, **more)

    monkeypatch.setattr(archive, "encode_tagged", failing)
    handovers.prepare(final)
    files = set(media.names())
    run_jobs()
    assert Conversion.objects.get().problem == "It could not be made on this machine."
    assert set(media.names()) == files
    assert not list(media.incoming("x").parent.iterdir())


@pytest.mark.parametrize(
    ("operation", "begins"),
    [
        ("create_music", "This recording was generated with artificial intelligence (Sandbox, FUZZ)."),
        ("upload", "This recording was brought from a file"),
        ("import", "This recording was brought from a file"),
    ],
)
def test_only_what_was_generated_is_called_so(operation: str, begins: str) -> None:
    unsaved = Clip(operation=operation, provider="sandbox", model="FUZZ")
    assert handovers.disclosure(unsaved).startswith(begins)


def test_the_zip_holds_all_of_it(final: Clip, member: User, run_jobs: RunJobs) -> None:
    facts = {"kind": "stem", "content_type": "audio/wav"}
    stored = Asset.objects.get(clip=final, kind="wav")
    for label in ("drums", "Drums", "../x"):
        name = f"clips/stems/{label.replace('/', '')}{label == 'Drums'}.wav"
        path = media.incoming(f"stem-{len(label)}-{label[0]}")
        with media.local(stored.name) as source:
            path.write_bytes(Path(source).read_bytes())
        media.keep(path, name)
        Asset.objects.create(
            clip=final, label=label, name=name, size=stored.size, sha256=stored.sha256, **facts
        )
    finals.reopen(final)
    before = timings.version_of(timings.of(final))  # as the provider told them
    timings.write(final, [Line(0, "Street", 0.5, 1.5)], by=member, source="hand", before=before)
    known = made(finished(final, member), run_jobs)
    missing = handovers.recordings_of(known)["flac"]
    media.remove(missing.name)

    content = b"".join(handovers.stream(member, known, {"provenance.html": b"<p>"}))
    with zipfile.ZipFile(io.BytesIO(content)) as archived:
        assert archived.testzip() is None
        names = archived.namelist()
        assert archived.read("lyrics.txt").decode() == LYRICS
        assert b"[00:00.50]" in archived.read("lyrics.lrc")
        assert b".flac: the file is gone" in archived.read("missing.txt")
    assert sum(name.endswith(".wav") for name in names) == 4
    assert sum(name.startswith("stems/") for name in names) == 3
    assert "provenance.html" in names
    assert not [name for name in names if ".." in name.split("/") or name.startswith("/")]
    assert len({name.casefold() for name in names}) == len(names)
