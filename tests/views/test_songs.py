"""The new-song form: what it takes, what it refuses, and that a refusal costs nothing and loses nothing."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import CreditEntry, Project, ProviderState, Task
from studio.services import credits, tasks


@pytest.fixture
def post(client: Client, member: User, project: Project) -> Any:
    client.force_login(member)

    def send(htmx: bool = False, **fields: Any) -> Any:
        data = {"form_key": str(uuid.uuid4()), "sound": "quiet folk", **fields}
        headers = {"HX-Request": "true"} if htmx else {}
        return client.post(reverse("new_song", args=[project.pk]), data, headers=headers)

    return send


def test_an_order_charges_and_leads_to_the_project(post: Any, member: User, project: Project) -> None:
    answer = post(takes="2", title="Blue night")
    assert answer.status_code == 302
    assert answer["Location"] == reverse("project", args=[project.pk])
    assert Task.objects.count() == 2
    assert credits.balance(member) == 80


def test_htmx_gets_the_form_the_takes_and_the_balance(post: Any) -> None:
    answer = post(htmx=True, title="Blue night")
    text = answer.content.decode()
    assert 'id="order"' in text
    assert f'id="task-{Task.objects.get().pk}"' in text
    assert 'data-balance="90"' in text
    assert "<html" not in text


def test_the_form_after_an_order_has_a_new_key(post: Any) -> None:
    key = str(uuid.uuid4())
    assert key not in post(htmx=True, form_key=key).content.decode()


BAD = {
    "from lyrics without any": ({"start": "lyrics", "lyrics": " \n"}, "lyrics"),
    "from lyrics with nothing but a head": ({"start": "lyrics", "lyrics": "[Verse]\n\n"}, "lyrics"),
    "nothing at all": ({"sound": "", "lyrics": ""}, "sound"),
    "a title of 81 characters": ({"title": "t" * 81}, "title"),
    "a seed with letters": ({"seed": "12ab"}, "seed"),
    "a model the provider lacks": ({"model": "Chirp"}, "model"),
    "NUL": ({"sound": "fo\0lk"}, "sound"),
    "too long a sound": ({"sound": "s" * 2001}, "sound"),
    "5 MB of lyrics": ({"lyrics": "la " * 1_700_000}, "lyrics"),
    "no takes": ({"takes": "0"}, "takes"),
    "99 takes": ({"takes": "99"}, "takes"),
    "takes in words": ({"takes": "two"}, "takes"),
    "a strength above 1": ({"lyrics_strength": "1.5"}, "lyrics_strength"),
    "a sound strength below 0.2": ({"sound_strength": "0.1"}, "sound_strength"),
    "a strength that is no number": ({"sound_strength": "nan"}, "sound_strength"),
    "a provider that is off": ({"provider": "aimusicapi"}, "provider"),
    "no form key": ({"form_key": ""}, "form_key"),
    "a broken form key": ({"form_key": "1"}, "form_key"),
}


@pytest.mark.parametrize(("fields", "field"), BAD.values(), ids=list(BAD))
@pytest.mark.parametrize("htmx", [False, True], ids=["page", "fragment"])
def test_a_refusal_names_its_field_and_costs_nothing(
    post: Any, member: User, fields: dict[str, str], field: str, htmx: bool
) -> None:
    answer = post(htmx=htmx, **fields)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert answer.context["form"].errors[field][0] in html_unescape(answer.content.decode())
    assert not Task.objects.exists()
    assert credits.balance(member) == 100


def test_bytes_that_are_no_text_are_lost_letters(client: Client, post: Any, project: Project) -> None:
    """A lone surrogate, as no browser but any script can send it."""
    body = f"form_key={uuid.uuid4()}&sound=folk&title=%ED%A0%80"
    path = reverse("new_song", args=[project.pk])
    answer = client.post(path, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 302
    assert Task.objects.get().params["title"] == "\ufffd" * 3


def html_unescape(text: str) -> str:
    from html import unescape

    return unescape(text)


def test_everything_typed_is_kept(post: Any) -> None:
    typed = {"title": "t" * 81, "lyrics": "[Verse]\nHello", "seed": "123", "takes": "3", "sound": "folk"}
    form = post(**typed).context["form"]
    assert {name: form[name].value() for name in typed} == typed


def test_leading_white_space_of_lyrics_survives_a_refusal(post: Any) -> None:
    text = post(title="t" * 81, lyrics="\n\n  [Verse]\nHello").content.decode()
    assert "\n\n\n  [Verse]\nHello</textarea>" in text  # a browser drops the first line end of a textarea


def test_markup_stays_text(post: Any) -> None:
    text = post(title="<script>alert(1)</script>" + "t" * 81).content.decode()
    assert "<script>alert" not in text


def test_too_few_credits_are_refused_with_the_figures(post: Any, member: User) -> None:
    credits.adjust(member, -85, reason="test")
    answer = post(takes="2")
    assert answer.status_code == 422
    assert "This costs 20 credits and you have 15" in answer.content.decode()
    assert not Task.objects.exists()
    assert credits.balance(member) == 15


def test_the_same_form_sent_twice_is_one_order(post: Any, member: User) -> None:
    key = str(uuid.uuid4())
    assert [post(form_key=key).status_code for _ in range(2)] == [302, 302]
    assert Task.objects.count() == 1
    assert credits.balance(member) == 90


def test_an_operation_that_was_retired_is_not_offered(post: Any) -> None:
    ProviderState.objects.create(name="sandbox", in_flight_limit=4, retired=["create_music"])
    answer = post()
    assert answer.status_code == 422
    assert "no longer offers" in answer.content.decode()
    assert not CreditEntry.objects.filter(kind="charge").exists()


def test_again_fills_the_form_with_an_earlier_order(client: Client, post: Any, project: Project) -> None:
    post(title="Blue night", lyrics="[Verse]\nHello", seed="77", instrumental="on", model="FUZZ-1.0")
    task = Task.objects.get()
    form = client.get(reverse("new_song", args=[project.pk]), {"again": task.pk}).context["form"]
    values = {name: form[name].value() for name in ("sound", "title", "seed", "instrumental", "model")}
    expected = {
        "sound": "quiet folk",
        "title": "Blue night",
        "seed": "77",
        "instrumental": True,
        "model": "FUZZ-1.0",
    }
    assert values == expected


def test_an_order_remembers_which_one_it_repeats(client: Client, post: Any, project: Project) -> None:
    post()
    first = Task.objects.get()
    page = client.get(reverse("new_song", args=[project.pk]), {"again": first.pk}).content.decode()
    assert f'name="again" value="{first.pk}"' in page
    post(again=first.pk)
    assert Task.objects.latest("pk").parent == first


def test_an_order_of_somebody_else_is_no_parent(post: Any, stranger: User, order: Any) -> None:
    own = Project.objects.get(owner=stranger)
    credits.grant(stranger, 10, reason="test")
    hidden = order(project=own, by=stranger)[0]
    post(again=hidden.pk)
    assert Task.objects.latest("pk").parent is None


@pytest.mark.parametrize("again", ["x", "٣", "-1", "9" * 30, "1e3"])
def test_nonsense_in_again_is_an_empty_form(client: Client, post: Any, project: Project, again: str) -> None:
    answer = client.get(reverse("new_song", args=[project.pk]), {"again": again})
    assert answer.status_code == 200
    assert not answer.context["form"]["sound"].value()


def test_the_storage_being_full_stops_orders_before_money(post: Any, monkeypatch: Any, member: User) -> None:
    from studio.services import media

    monkeypatch.setattr(media, "WATERMARK", 10**18)
    answer = post()
    assert answer.status_code == 422
    assert "storage is full" in answer.content.decode()
    assert credits.balance(member) == 100


def test_a_seed_counts_on_with_each_take(post: Any) -> None:
    post(takes="3", seed="41")
    assert [task.params["seed"] for task in Task.objects.order_by("take")] == ["41", "42", "43"]


def test_the_form_and_the_service_agree_on_takes() -> None:
    from studio.forms import songs as forms

    assert forms.MAX_TAKES == tasks.MAX_TAKES
