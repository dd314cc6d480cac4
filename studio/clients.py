"""The client of each provider, for jobs and commands."""

from functools import cache

from django.conf import settings

from studio.music_api.client import Client
from studio.music_api.errors import Unavailable
from studio.music_api.providers import PROVIDERS
from studio.music_api.useapi import UseapiClient


@cache
def client_for(provider: str) -> Client:
    """Raises Unavailable for a provider that is switched off: its tasks may outlive its key."""
    if provider not in settings.PROVIDERS:
        label = PROVIDERS[provider].label if provider in PROVIDERS else provider or "The provider"
        raise Unavailable(f"{label} is switched off.")
    base_url, key = settings.PROVIDERS[provider]
    speaks = UseapiClient if PROVIDERS[provider].dialect == "useapi" else Client
    return speaks(PROVIDERS[provider], base_url=base_url, key=key)
