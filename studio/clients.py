"""The client of each provider that is switched on, for jobs and commands."""

from functools import cache

from django.conf import settings

from studio.music_api.client import Client
from studio.music_api.providers import PROVIDERS


@cache
def client_for(provider: str) -> Client:
    base_url, key = settings.PROVIDERS[provider]
    return Client(PROVIDERS[provider], base_url=base_url, key=key)
