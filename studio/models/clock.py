"""The one clock that leases and deadlines go by."""

from datetime import datetime

from django.db import connection
from django.utils import timezone


def db_now() -> datetime:
    """The database's time, so that a worker whose own clock is wrong can't end another's lease.

    SQLite has no clock of its own: there all processes share one machine's.
    """
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
