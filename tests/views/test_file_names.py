"""What a file is called when somebody downloads it: several of one song don't get one name."""

from pathlib import Path
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse

from studio.models import Asset, Project
from studio.services import media
from tests.songs import song

# The names of files are made in Python.
pytestmark = pytest.mark.same_anywhere

LONG = "Rain on the roof " * 11


@pytest.mark.parametrize(
    ("title", "kind", "label", "ending", "name"),
    [
        ("Blue night", "master", "", "m4a", "Blue night.m4a"),
        ("Blue night", "stem", "drums", "wav", "Blue night - drums.wav"),
        ("Blue night", "video", "cinematic", "mp4", "Blue night - cinematic.mp4"),
        ("Blue night", "video", "", "mp4", "Blue night.mp4"),
        ("Blue night", "cover", "", "jpg", "Blue night - cover.jpg"),
        ("Blue night", "thumb", "", "webp", "Blue night - cover.webp"),
        ("A/B: 1. live", "stem", "bass/2", "wav", "A_B_ 1. live - bass_2.wav"),
        (LONG, "stem", "backing vocals", "wav", f"{LONG[:103].strip()} - backing vocals.wav"),
    ],
)
def test_a_download_is_named_after_its_song_and_which_file_it_is(
    mara: Client, project: Project, title: str, kind: str, label: str, ending: str, name: str
) -> None:
    facts = {"content_type": "audio/wav", "size": 4, "sha256": "0" * 64}
    asset = Asset.objects.create(
        clip=song(project, title), kind=kind, label=label, name=f"clips/file.{ending}", **facts
    )
    path: Path = media.path_of(asset.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"RIFF")
    answer = mara.head(reverse("asset", args=[asset.pk]) + "?download")
    assert unquote(answer["Content-Disposition"]).partition("filename=")[2].strip('"') == name
