"""A new link: its form, and its address, which is shown once."""

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from studio.forms.shares import end_of
from studio.models import Clip, Project, Share
from studio.models.clock import db_now
from studio.services import playlists, shares
from tests.songs import song

pytestmark = pytest.mark.django_db
BASE = {"level": "listen", "ends": "month"}
PASSWORD = "open sesame"


@pytest.fixture
def tune(project: Project) -> Clip:
    return song(project)


def new(kind: str, key: object) -> str:
    return reverse("share_new", args=[kind, key])


def token_in(page: str) -> str:
    [token] = set(re.findall(r"/s/([\w-]+)/", page))
    return token


# -- A new one ------------------------------------------------------------------------------------


def test_the_address_is_shown_once_and_kept_nowhere(mara: Client, tune: Clip, settings: Any) -> None:
    settings.PUBLIC_URL = "https://studio.example"
    answer = mara.post(new("clip", tune.pk), {**BASE, "recipient": "Anna", "may_embed": "on"})
    page = answer.content.decode()
    token, share = token_in(page), Share.objects.get()
    assert shares.open_with(token) == share
    assert f'value="https://studio.example/s/{token}/"' in page
    assert f'src="/s/{token}/qr.svg"' in page
    assert f'<iframe src="https://studio.example/s/{token}/embed/"' in html.unescape(page)
    assert (share.label, share.recipient, share.clip, share.created_by) == (
        "For Anna",
        "Anna",
        tune,
        tune.project.owner,
    )
    assert answer["Cache-Control"] == "no-store"
    assert answer["HX-Push-Url"] == reverse("share", args=[share.pk])
    pages = [mara.get(path).content.decode() for path in (answer["HX-Push-Url"], "/shares/", "/notices/")]
    kept = [str(row) for row in (*Session.objects.values(), *Share.objects.values())]
    decoded = [str(row.get_decoded()) for row in Session.objects.all()]
    assert not [each for each in (*pages, *kept, *decoded) if token in each]


def test_no_code_for_a_page_of_ones_own_where_that_is_not_allowed(mara: Client, tune: Clip) -> None:
    assert "iframe" not in mara.post(new("clip", tune.pk), BASE).content.decode()


def test_a_link_without_a_name_says_when_it_was_made(mara: Client, tune: Clip) -> None:
    mara.post(new("clip", tune.pk), {**BASE, "label": " "})
    today = timezone.localdate()
    assert Share.objects.get().label == f"Link of {today.day} {today:%B}"


@pytest.mark.parametrize("kind", ["clip", "stack", "playlist", "picks"])
def test_each_kind_of_thing(mara: Client, project: Project, member: User, kind: str) -> None:
    tune = song(project, picked=True)
    album = playlists.create(project=project, name="Album", by=member)
    playlists.add(album, [tune.pk])
    keys = {"clip": tune.pk, "stack": tune.stack, "playlist": album.pk, "picks": project.pk}
    places = {
        "clip": reverse("clip", args=[tune.pk]),
        "stack": f"{reverse('compare')}?stack={tune.stack}",
        "playlist": reverse("playlist", args=[album.pk]),
        "picks": reverse("project", args=[project.pk]),
    }
    path = new(kind, keys[kind])
    assert f'href="{path}"' in mara.get(places[kind]).content.decode()  # its button
    assert mara.get(path).status_code == 200
    assert mara.post(path, BASE).status_code == 200
    share = Share.objects.get()
    assert (share.kind, share.project, shares.clips_of(share)) == (kind, project, [tune])
    assert mara.get(path).context["links"][0][0] == share  # those that there are
    page = mara.get(reverse("share", args=[share.pk]))
    assert page.context["thing"].address == places[kind]


FIELDS = ("label", "recipient", "level", "downloads", "handover", "may_embed", "is_public", "see_each_other")


def test_everything_that_is_said_is_kept(mara: Client, tune: Clip) -> None:
    given = dict.fromkeys(FIELDS[3:], "on") | {"label": "A", "recipient": "B", "level": "approve"}
    mara.post(new("clip", tune.pk), {**given, "ends": "never"})
    share = Share.objects.get()
    assert {name: getattr(share, name) for name in FIELDS} == given | dict.fromkeys(FIELDS[3:], True)
    assert (share.expires_at, share.password) == (None, "")


SPANS = {"hour": 1, "day": 24, "week": 7 * 24, "month": 30 * 24}


@pytest.mark.parametrize("ends", SPANS)
def test_it_ends_after_a_while(mara: Client, tune: Clip, ends: str) -> None:
    mara.post(new("clip", tune.pk), {"level": "listen", "ends": ends})
    end = Share.objects.get().expires_at
    assert end
    assert abs(end - timezone.now() - timedelta(hours=SPANS[ends])) < timedelta(minutes=1)


def test_it_ends_at_midnight_by_the_persons_own_clock(mara: Client, tune: Clip, member: User) -> None:
    User.objects.filter(pk=member.pk).update(time_zone="Pacific/Auckland")
    today = timezone.localdate(timezone=ZoneInfo("Pacific/Auckland"))
    mara.post(new("clip", tune.pk), {**BASE, "ends": "date", "ends_on": today.isoformat()})
    end = Share.objects.get().expires_at
    midnight = datetime.combine(today + timedelta(days=1), datetime.min.time())
    assert end == midnight.replace(tzinfo=ZoneInfo("Pacific/Auckland"))
    assert end > timezone.now()


@pytest.mark.same_anywhere
def test_a_day_of_another_length_ends_at_its_midnight() -> None:
    with timezone.override("Europe/Berlin"):
        assert end_of(datetime(2026, 10, 25).date()) == datetime(2026, 10, 25, 23, tzinfo=UTC)
        assert end_of(datetime(2026, 3, 28).date()) == datetime(2026, 3, 28, 23, tzinfo=UTC)


WRONG: dict[str, tuple[dict[str, str], str, str]] = {
    "level": ({"level": "own"}, "level", "Choose one of these."),
    "nothing": ({"level": "", "ends": ""}, "ends", "Choose one of these."),
    "no day": ({"ends": "date"}, "ends_on", "Choose a day."),
    "over": ({"ends": "date", "ends_on": "2020-01-01"}, "ends_on", "This day is over"),
    "far": ({"ends": "date", "ends_on": "9999-12-31"}, "ends_on", "At most ten years"),
    "no date": ({"ends": "date", "ends_on": "\0x"}, "ends_on", "Write the day as"),
    "handover": ({"handover": "on"}, "handover", "tick the downloads"),
    "short": ({"password": "sesame7"}, "password", "at least 8"),
    "long": ({"password": "x" * 129}, "password", "at most 128"),
    "embed": ({"password": PASSWORD, "may_embed": "on"}, "password", "have one of the two"),
    "label": ({"label": "x" * 81}, "label", "at most 80"),
    "control": ({"recipient": "A\0nna"}, "recipient", "invisible control character"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(mara: Client, tune: Clip, case: str) -> None:
    wrong, field, words = WRONG[case]
    given = {
        **BASE,
        "label": "Mine",
        "recipient": "Anna",
        "see_each_other": "on",
        "password": PASSWORD,
    } | wrong
    answer = mara.post(new("clip", tune.pk), given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors[field])
    assert words in html.unescape(page)
    assert f'value="{given["label"]}"' in page
    assert 'name="see_each_other" id="id_see_each_other" checked' in page
    assert given["password"] not in page
    assert not Share.objects.exists()


def test_handing_over_begins_with_what_it_needs(mara: Client, tune: Clip) -> None:
    form = mara.get(new("clip", tune.pk), {"handover": "1"}).context["form"]
    assert form.initial == {"downloads": True, "handover": True}


@pytest.mark.parametrize("kind", ["clip", "stack", "playlist", "picks"])
def test_where_nothing_is_to_be_heard_no_link_is_made(
    mara: Client, project: Project, member: User, kind: str
) -> None:
    tune = song(project, binned_at=db_now(), picked=True)
    album = playlists.create(project=project, name="Album", by=member)
    path = new(kind, {"clip": tune.pk, "stack": tune.stack, "playlist": album.pk, "picks": project.pk}[kind])
    page = mara.get(path)
    assert "Nothing to hear yet" in page.content.decode()
    assert page.context["thing"].empty
    assert mara.post(path, BASE).status_code == 422
    assert not Share.objects.exists()


NONSENSE = [("clip", "x"), ("clip", "9" * 30), ("clip", "1e3"), ("stack", "x"), ("stack", "\0"), ("own", "1")]


@pytest.mark.parametrize(("kind", "key"), [*NONSENSE, ("playlist", "-1"), ("picks", "\u0661")])
def test_nonsense_in_the_address_is_not_found(mara: Client, kind: str, key: str) -> None:
    assert mara.get(new(kind, key)).status_code == 404


def test_who_may_not_share_reads_why_on_the_button(as_: Any, tune: Clip, viewer: User) -> None:
    page = as_(viewer).get(reverse("clip", args=[tune.pk])).content.decode()
    assert "You may look at this project, not change it." in page
    assert new("clip", tune.pk) not in page


def test_an_archived_project_is_still_shared(mara: Client, tune: Clip) -> None:
    Project.objects.update(archived_at=db_now())
    assert mara.post(new("clip", tune.pk), BASE).status_code == 200


def test_hostile_names_stay_text(mara: Client, project: Project) -> None:
    tune = song(project, "<b>\"'</b>")
    given = {**BASE, "label": "<script>1</script>", "recipient": "\u202e</script>"}
    pages = [mara.post(new("clip", tune.pk), given), mara.get(reverse("shares"))]
    for page in pages:
        text = page.content.decode()
        assert "<script>1" not in text
        assert "<b>\"'" not in text
        assert "&lt;script&gt;1&lt;/script&gt;" in text
