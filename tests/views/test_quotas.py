"""A project's limit on its page, and what people read where there is no room."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import Clip, Conversion, Project, Task

SignIn = Callable[[User], Client]


@pytest.fixture
def address(project: Project) -> str:
    return reverse("project_quota", args=[project.pk])


def page_of(client: Client, project: Project) -> str:
    return client.get(reverse("project_settings", args=[project.pk])).content.decode()


def test_a_team_s_owner_sets_a_limit_and_lifts_it(
    as_: SignIn, owner: User, project: Project, address: str
) -> None:
    client = as_(owner)
    assert client.post(address, {"limit": "2.5"}).status_code == 302
    project.refresh_from_db()
    assert project.quota_mb == 2500
    shown = page_of(client, project)
    assert 'value="2.5"' in shown
    assert "0.0 of 2.5 GB" in shown
    assert client.post(address, {"limit": ""}).status_code == 302
    project.refresh_from_db()
    assert project.quota_mb is None
    assert "0.0 MB" in page_of(client, project)


@pytest.mark.parametrize("limit", ["0", "-1", "much", "NaN", "1e9", "0.05", "\0"])
def test_what_is_no_limit_is_said_beside_the_field(
    as_: SignIn, owner: User, project: Project, address: str, limit: str
) -> None:
    answer = as_(owner).post(address, {"limit": limit})
    assert answer.status_code == 422
    assert answer.context["quota_form"].errors.keys() == {"limit"}
    assert 'aria-invalid="true"' in answer.content.decode()
    project.refresh_from_db()
    assert project.quota_mb is None


def test_a_project_s_owner_sees_what_is_taken_and_sets_nothing(mara: Client, project: Project) -> None:
    text = page_of(mara, project)
    assert "The project's files take" in text
    assert "Set the limit" not in text


def test_an_order_without_room_says_so_and_keeps_what_was_typed(mara: Client, project: Project) -> None:
    Project.objects.update(quota_mb=0)
    path = reverse("new_song", args=[project.pk])
    key = mara.get(path).context["form"]["form_key"].value()
    answer = mara.post(path, {"form_key": key, "sound": "quiet folk", "start": "sound", "takes": "1"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "This project&#x27;s storage is full: 0.0 of 0.0 MB. An owner of the team" in text
    assert "quiet folk" in text
    assert not Task.objects.exists()


def test_a_format_without_room_is_not_made(mara: Client, clip: Clip) -> None:
    Project.objects.update(quota_mb=0)
    answer: Any = mara.post(reverse("clip_convert", args=[clip.pk]), {"kind": "mp3"}, follow=True)
    assert "storage is full" in answer.content.decode()
    assert not Conversion.objects.exists()
