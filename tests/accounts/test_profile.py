"""What people say about themselves: name, picture, time zone and colours."""

import struct
import subprocess
import sys
import zlib
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.models import Picture, User
from accounts.services import people, pictures
from accounts.templatetags import faces
from studio.models import Project, Team
from studio.services import line_comments, lyrics
from tests.factories import again
from tests.views.test_pages import queries

PROFILE = "/account/profile/"
FIELDS = {"name": "Mara Member", "time_zone": "", "theme": ""}


@pytest.fixture
def mara(client: Client, member: User) -> Client:
    client.force_login(member)
    return client


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 200), colour: str = "red", **more: Any) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **more)
    return out.getvalue()


def bring(client: Client, content: bytes, name: str = "me.png") -> Any:
    return client.post(PROFILE, {**FIELDS, "picture": SimpleUploadedFile(name, content)})


# -- The picture ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_becomes_a_small_square_without_what_it_told(mara: Client, member: User, kind: str) -> None:
    told = Image.Exif()
    told[0x010E] = "taken at home"
    assert bring(mara, picture(kind, exif=told)).status_code == 302
    answer = mara.get(reverse("picture", args=[member.pk]))
    with Image.open(BytesIO(answer.content)) as shown:
        assert (shown.format, shown.size, dict(shown.getexif())) == ("WEBP", (256, 256), {})
    assert answer["Content-Type"] == "image/webp"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "private" in answer["Cache-Control"]
    assert b"at home" not in answer.content


def test_it_is_sent_again_only_when_it_has_changed(mara: Client, member: User) -> None:
    bring(mara, picture())
    there = reverse("picture", args=[member.pk])
    known = {"If-None-Match": mara.get(there)["ETag"]}
    assert mara.get(there, headers=known).status_code == 304
    bring(mara, picture(colour="blue"))
    assert mara.get(there, headers=known).status_code == 200
    assert Picture.objects.count() == 1


def test_a_phone_s_picture_stands_upright() -> None:
    upside_down = Image.Exif()
    upside_down[0x0112] = 3
    out = BytesIO()
    two = Image.new("RGB", (256, 256), "white")
    two.paste("black", (0, 0, 256, 128))
    two.save(out, "JPEG", exif=upside_down)
    with Image.open(BytesIO(pictures.square(out.getvalue()))) as shown:
        assert shown.convert("L").getpixel((128, 230)) < 50


def test_what_shines_through_is_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(BytesIO(pictures.square(out.getvalue()))) as shown:
        assert shown.convert("L").getextrema()[0] > 250


def bomb(width: int, height: int, content: bytes = b"\0" * 1000, colours: int = 2) -> bytes:
    """The head of a PNG of this size, and little behind it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0)
    rows = zlib.compress(content, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def many_scans() -> bytes:
    content = picture("JPEG", progressive=True)
    start = content.index(b"\xff\xda")
    return content[:-2] + content[start:-2] * 100 + content[-2:]


BAD = {
    "nothing": b"",
    "text": b"hello",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "html": b"<!doctype html><script>alert(1)</script>",
    "gif": picture("GIF"),
    "tiff": picture("TIFF"),
    "cut": picture()[:60],
    "cut jpeg": picture("JPEG")[:200],
    "wide bomb": bomb(8000, 5001),
    "large bomb": bomb(10_000, 10_000),
    "huge bomb": bomb(60_000, 60_000),
    # 4001 x 4000 in 34 bytes
    "webp bomb": bytes.fromhex("524946461a000000574542505650384c0e0000002fa0cfe703071011fd0f4444ff03"),
    "lies": bomb(300, 300),
    "many scans": many_scans(),
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_picture_is_refused_beside_its_field(mara: Client, name: str) -> None:
    answer = bring(mara, BAD[name])
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["picture"])
    assert ("million pixels" in answer.text) == ("bomb" in name)
    assert not Picture.objects.exists()


MOST_MEMORY = """
import re, sys
from accounts.services import pictures
pictures.square(sys.stdin.buffer.read())
print(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
"""


def test_a_large_one_of_few_bytes_takes_the_memory_of_one() -> None:
    side, grey = 6320, 0
    content = bomb(side, side, b"\0" * (side * (side + 1)), grey)
    found = subprocess.run(
        [sys.executable, "-c", MOST_MEMORY], input=content, capture_output=True, check=True
    )
    assert int(found.stdout) < 150_000  # 40 MB of it are the picture


def test_what_hides_behind_a_picture_does_not_come_along(mara: Client, member: User) -> None:
    hidden = b"<script>alert(1)</script>PK\x03\x04"
    assert bring(mara, picture("JPEG") + hidden, "me.html").status_code == 302
    assert hidden not in mara.get(reverse("picture", args=[member.pk])).content


def test_a_picture_has_at_most_so_many_bytes(mara: Client, settings: Any) -> None:
    settings.PICTURE_MAX_BYTES = 1_000_000
    answer = bring(mara, picture() + b"\0" * 1_000_000)
    assert "has 1.0 MB; a picture may have 1" in answer.text
    assert not Picture.objects.exists()


def test_a_bad_picture_changes_nothing_and_what_was_typed_is_kept(mara: Client, member: User) -> None:
    form = {"name": "Mara M.", "time_zone": "Asia/Tokyo", "theme": "dark"}
    answer = mara.post(PROFILE, {**form, "picture": SimpleUploadedFile("x.png", b"no")})
    assert answer.status_code == 422
    assert 'value="Mara M."' in answer.text
    assert 'value="Asia/Tokyo" selected' in answer.text
    assert (again(member).name, again(member).theme) == ("Mara Member", "")


def test_a_picture_is_taken_away_again(mara: Client, member: User) -> None:
    bring(mara, picture())
    assert reverse("picture", args=[member.pk]) in mara.get("/team/").text
    mara.post("/account/profile/picture/remove/")
    assert mara.get(reverse("picture", args=[member.pk])).status_code == 404
    assert reverse("picture", args=[member.pk]) not in mara.get("/team/").text


def test_a_remark_has_the_face_of_who_made_it(mara: Client, member: User, project: Project) -> None:
    sheet = lyrics.create_sheet(project=project, by=member, title="Blue", text="one")
    line_comments.add(sheet.revisions.get(), line=0, text="Too high", by=member)
    there = reverse("lyric_comments", args=[sheet.pk])
    drawn = queries(mara, there)
    bring(mara, picture())
    assert reverse("picture", args=[member.pk]) in mara.get(there).text
    assert queries(mara, there) == drawn


# -- Drawn from the name --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Mara Member", "MM"),
        ("  olga  ", "O"),
        ("Anna-Lena van der Berg", "AB"),
        ("王 小明", "王小"),
        ("( x", "X"),
        ("…", "?"),
        ("", "?"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert faces.initials(name) == letters


def light(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colour", faces.TONES)
def test_letters_can_be_read_on_each_colour(colour: str) -> None:
    assert 1.05 / (light(colour) + 0.05) >= 4.5


def test_the_same_name_looks_the_same() -> None:
    assert faces.tone("Mara") == faces.tone("Mara")
    assert len({faces.tone(str(n)) for n in range(99)}) == len(faces.TONES)


# -- Time and colours -----------------------------------------------------------------------------


def test_times_are_those_of_the_person_else_of_the_team(mara: Client, member: User) -> None:
    User.objects.filter(pk=member.pk).update(date_joined="2026-01-31T20:00Z")
    there = reverse("person", args=[member.pk])
    assert "31 January 2026" in mara.get(there).text
    Team.objects.update_or_create(pk=1, defaults={"time_zone": "Asia/Tokyo"})
    assert "1 February 2026" in mara.get(there).text
    mara.post(PROFILE, {**FIELDS, "time_zone": "America/New_York"})
    page = mara.get(there).text
    assert "31 January 2026" in page
    assert 'data-zone="America/New_York"' in page


def test_one_s_time_is_not_the_next_one_s(mara: Client, member: User, owner: User) -> None:
    from django.utils import timezone

    User.objects.filter(pk=member.pk).update(time_zone="Asia/Tokyo")
    mara.get(PROFILE)
    assert timezone.get_current_timezone_name() == "UTC"


def test_a_place_that_no_longer_is_one_does_no_harm(mara: Client, member: User) -> None:
    User.objects.filter(pk=member.pk).update(time_zone="Mars/Olympus")
    assert mara.get(PROFILE).status_code == 200
    assert mara.post(PROFILE, {**FIELDS, "time_zone": "Mars/Olympus"}).status_code == 422
    assert mara.post(PROFILE, {**FIELDS, "time_zone": "../../etc/passwd"}).status_code == 422


@pytest.mark.parametrize(("chosen", "shown"), [("dark", "dark"), ("light", "light"), ("", "auto")])
def test_the_first_paint_has_the_chosen_colours(mara: Client, member: User, chosen: str, shown: str) -> None:
    mara.post(PROFILE, {**FIELDS, "theme": chosen})
    assert f'data-theme="{shown}"' in mara.get(PROFILE).text
    assert "data-theme=" not in Client().get("/account/sign-in/").text


def test_the_menu_s_switch_works_with_and_without_a_script(mara: Client, member: User) -> None:
    there = reverse("theme")
    assert mara.post(there, {"theme": "dark"}, headers={"HX-Request": "true"}).status_code == 204
    assert again(member).theme == "dark"
    answer = mara.post(there, {"theme": "auto"}, headers={"Referer": "http://testserver/tasks/"})
    assert (again(member).theme, answer["Location"]) == ("", "http://testserver/tasks/")
    elsewhere = mara.post(there, {"theme": "light"}, headers={"Referer": "https://evil.example/"})
    assert elsewhere["Location"] == "/"
    assert mara.post(there, {"theme": "pink"}).status_code == 422


@pytest.mark.parametrize("name", ["", "x" * 81, "a\0b"])
def test_a_bad_name_is_refused(mara: Client, member: User, name: str) -> None:
    answer = mara.post(PROFILE, {**FIELDS, "name": name})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["name"])
    assert again(member).name == "Mara Member"


def test_a_name_is_one_line(mara: Client, member: User) -> None:
    mara.post(PROFILE, {**FIELDS, "name": "Olga\r\n\nhttps://evil.example/\u2028x"})
    assert again(member).name == "Olga https://evil.example/ x"


def test_the_picture_of_who_left_with_their_name_is_gone(mara: Client, member: User, owner: User) -> None:
    bring(mara, picture())
    User.objects.filter(pk=member.pk).update(erased_at="2026-01-01T00:00Z")
    mara.force_login(owner)
    assert mara.get(reverse("picture", args=[member.pk])).status_code == 404
    assert not people.everybody().filter(pk=member.pk).exists()
