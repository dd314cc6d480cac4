"""While the database is away people are asked for a moment, and providers to ring again."""

from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client


def away(*_: Any) -> None:
    raise OperationalError("terminating connection due to unexpected postmaster exit")


def closed(*_: Any) -> None:
    raise InterfaceError("connection already closed: postmaster")


@pytest.mark.django_db
@pytest.mark.parametrize("fault", [away, closed])
@pytest.mark.parametrize(("method", "path"), [("get", "/projects/"), ("post", f"/hooks/{'t' * 43}/")])
def test_one_moment(member: Any, method: str, path: str, fault: Any) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(member)
    with connection.execute_wrapper(fault):
        answer = getattr(client, method)(path)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "postmaster" not in answer.text
