"""Time that passes without anybody waiting: every time that the services go by moves into the past."""

from datetime import timedelta

from django.db.models import DateTimeField, F, Model

from studio.models import Attempt, ProviderState, Task

# The ledger and the history refuse changes, and nothing that decides is in them.
ROWS: tuple[type[Model], ...] = (Task, Attempt, ProviderState)


def forward(seconds: float) -> None:
    """Let so many seconds pass for every row."""
    by = timedelta(seconds=seconds)
    for model in ROWS:
        times = [each.name for each in model._meta.get_fields() if isinstance(each, DateTimeField)]
        model._default_manager.update(**{name: F(name) - by for name in times})
