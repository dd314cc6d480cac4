"""The same code without what protects it.

SQLite lets one transaction write at a time, so a control takes away the transactions too: it calls what the
decorator wraps. What then reaches a unique constraint, the last wall, counts as a violation: people see it as
an error page.
"""

from typing import Any

import pytest
from django.db.models import F, QuerySet

from studio.models import Attempt, WebhookDelivery
from studio.services import attempts, hints, hooks, sung, tasks


def no_locks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows.all())


def orders_without_lock(patch: pytest.MonkeyPatch) -> None:
    no_locks(patch)
    _unwrap(patch, sung, "order")
    _unwrap(patch, tasks, "order")


def claims_without_lock(patch: pytest.MonkeyPatch) -> None:
    no_locks(patch)
    _unwrap(patch, attempts, "claim_next")
    _unwrap(patch, tasks, "move")


def forgetful_doorbell(patch: pytest.MonkeyPatch) -> None:
    """First act, then write down that it was done."""

    def remember(attempt: Attempt, event: str, upstream_id: str) -> None:
        known = WebhookDelivery.objects.filter(attempt=attempt, event=event, upstream_id=upstream_id)
        if not known.exists():
            hints.take(attempt, upstream_id)
            WebhookDelivery.objects.create(attempt=attempt, event=event, upstream_id=upstream_id)
        known.update(count=F("count") + 1)

    patch.setattr(hooks, "_remember", remember)


def _unwrap(patch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    patch.setattr(module, name, getattr(module, name).__wrapped__)
