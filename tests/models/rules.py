from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, transaction


@contextmanager
def broken_rule(name: str, columns: str = "") -> Iterator[None]:
    """What is done inside breaks this constraint. SQLite names a unique one by its columns."""
    with pytest.raises(IntegrityError, match=f"{name}|{columns}" if columns else name), transaction.atomic():
        yield
