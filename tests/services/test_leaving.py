"""Somebody deletes their account while others work on: nobody waits for each other in a circle."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from accounts.services import erasure
from studio.models import Notice, Task
from studio.services import limits, notices, requests, tasks
from tests.conftest import Order
from tests.factories import again, bring_to

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time"),
]
Meanwhile = Callable[[User], list[Future[None]]]


@pytest.fixture
def leaves(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The person deletes their account in the middle of somebody's transaction: when it tells its notices."""
    tell, pool = notices._tell, ThreadPoolExecutor(1)

    def erase(user: User) -> None:
        try:
            erasure.erase(user)
        finally:
            connection.close()

    def begin(user: User) -> list[Future[None]]:
        begun: list[Future[None]] = []

        def tell_slowly(*notice: Any) -> None:
            if not begun:
                begun.append(pool.submit(erase, user))
                time.sleep(0.5)  # for it to take what locks it can
            tell(*notice)

        monkeypatch.setattr(notices, "_tell", tell_slowly)
        return begun

    yield begin
    pool.shutdown()


def test_while_their_own_order_ends(leaves: Meanwhile, order: Order, editor: User) -> None:
    """Else the order would hold how they are told and want their row, and who deletes them both the other way
    round."""
    notices.choose(editor, mail_finished=True)
    task = bring_to(order(by=editor)[0], Task.Status.ARCHIVING)
    begun = leaves(editor)
    assert tasks.move(task.pk, Task.Status.DONE)
    begun[0].result(timeout=30)
    assert again(editor).erased_at
    assert not Notice.objects.filter(user=editor).exists()


@pytest.mark.parametrize("answer", ["grant", "raise", "decline", "remove"])
def test_while_an_owner_answers_what_they_asked_for(
    answer: str, leaves: Meanwhile, owner: User, editor: User
) -> None:
    """Else the answer would hold the request and want the row of who asked, and who deletes them both the
    other way round."""
    limit = limits.put(by=owner, user=editor, period="day", action="block", credits=1)
    about = limit if answer in ("raise", "remove") else None
    asked = requests.ask(by=editor, credits_wanted=50, reason="An album", limit=about)
    begun = leaves(editor)
    if answer == "remove":
        limits.remove(limit.pk, by=owner)
    elif answer == "decline":
        requests.decline(asked.pk, by=owner)
    else:
        requests.grant(asked.pk, by=owner, amount=5, limit_id=about.pk if about else None)
    begun[0].result(timeout=30)
    assert again(editor).erased_at
    assert again(asked).status == ("declined" if answer == "decline" else "granted")
