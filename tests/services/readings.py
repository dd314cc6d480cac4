"""Readings of the provider's balance, as the sweep makes them."""

from studio.models import ProviderState
from studio.services import balances, proofs

START = 1000


def mark() -> proofs.Marker:
    ProviderState.objects.update(check_after=None)
    [marker] = balances.claim_checks()
    return marker


def read(total: int) -> ProviderState:
    """One look at the balance, with nothing happening meanwhile."""
    balances.record(mark(), total)
    return state()


def state() -> ProviderState:
    return ProviderState.objects.get(name="sandbox")
