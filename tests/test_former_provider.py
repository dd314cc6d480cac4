"""Rows of a provider that the studio does not know any more, or of none: no page and no job stumbles."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio import jobs
from studio.clients import client_for
from studio.models import Attempt, Clip, ProviderState, Task
from studio.models.clock import db_now
from studio.music_api.errors import Unavailable
from studio.services import hooks, lines, results
from studio.sweep import Sweep
from tests.conftest import Order
from tests.factories import accepted, again, bring_to, earlier, unknown
from tests.running import wait_for
from tests.views.conftest import clip  # noqa: F401  a finished song with real files

FORMER = pytest.mark.parametrize("name", ["an-old-one", ""])
Status = Task.Status


def rename(name: str) -> None:
    for model in (Task, Attempt, Clip):
        model._default_manager.update(provider=name)
    ProviderState.objects.update(name=name)


@FORMER
def test_pages_show_them(
    clip: Clip,  # noqa: F811
    order: Order,
    client: Client,
    owner: User,
    member: User,
    name: str,
) -> None:
    waiting, running = order(takes=2)
    unknown(waiting)
    accepted(running)
    rename(name)
    paths = [reverse(each) for each in ("projects", "tasks", "queue", "providers", "live", "credits")]
    paths += [reverse("clip", args=[clip.pk]), reverse("project", args=[clip.project_id])]
    paths += [reverse("task", args=[pk]) for pk in (waiting.pk, running.pk, clip.task_id)]
    for user in (owner, member):
        client.force_login(user)
        assert {client.get(path).status_code for path in paths} <= {200, 204, 403}


@FORMER
def test_polls_and_balances_of_others_go_on(order: Order, name: str) -> None:
    running = order()[0]
    accepted(running)
    earlier(running, poll_after=timedelta(seconds=1))
    rename(name)
    sweep = Sweep()
    wait_for(lambda: sweep.tick() or again(running).poll_failures == 1)
    sweep.stop()
    assert again(running).status == Status.RUNNING


@FORMER
def test_jobs_do_nothing_for_them(order: Order, name: str) -> None:
    first, second = order(takes=2)
    bring_to(first, Status.ARCHIVING)
    unknown(second)
    rename(name)
    state = ProviderState.objects.get()
    jobs.submit_next(name)
    jobs.archive_task(first.pk)
    assert again(first).status == Status.ARCHIVING
    [work] = results.works_of(again(first))
    assert (work.token, work.origins) == ("", ())
    assert not hooks.are_on(name)
    assert not lines.waits_for_proof(state, db_now())
    assert not lines.takes_orders(state, db_now())
    with pytest.raises(Unavailable, match="switched off"):
        client_for(name)
