"""What our data says of a host and what the sandbox plays of it were written apart: they must not drift."""

from dataclasses import replace

import pytest

from studio.music_api.fields import Field
from studio.music_api.operations import CREATE_PATH
from studio.music_api.providers import PROVIDERS, Provider
from studio.sandbox import contract, useapi
from studio.sandbox.orders import ORDERS
from studio.sandbox.profiles import PROFILES, Profile
from tests.contract.conftest import HOSTS

PAIRS = [(PROVIDERS[name], PROFILES[profile]) for profile, name in HOSTS.items()]
every_host = pytest.mark.parametrize(("provider", "profile"), PAIRS, ids=HOSTS)


def differences(provider: Provider, profile: Profile) -> list[str]:
    """In words, what the two say differently."""
    ours = {operation.name: operation.price for operation in provider.operations}
    both = {name: (ours.get(name), profile.prices.get(name)) for name in ours | profile.prices}
    return [
        *(f"{name}: {our} or {its}" for name, (our, its) in both.items() if our != its),
        *(f"{name} is retired" for name in profile.retired if provider.offers(name)),
        *(f"model {name}" for name in sorted(set(provider.model_names) ^ set(profile.models))),
        *(["the default model"] if provider.default_model != profile.default_model else []),
    ]


@every_host
def test_operations_prices_and_models_are_the_same(provider: Provider, profile: Profile) -> None:
    assert differences(provider, profile) == []


@every_host
def test_a_change_of_one_side_is_noticed(provider: Provider, profile: Profile) -> None:
    first, *others = provider.operations
    dearer = replace(provider, operations=(replace(first, price=99), *others))
    assert differences(dearer, profile) == [f"create_music: 99 or {first.price}"]
    assert differences(replace(provider, operations=tuple(others)), profile) == [
        f"create_music: None or {first.price}"
    ]
    assert differences(replace(provider, models=provider.models[1:]), profile)
    assert differences(replace(provider, default_model="FUZZ-9"), profile) == ["the default model"]
    retired = replace(profile, retired=(*profile.retired, "upload"))
    assert differences(provider, retired) == ["upload is retired"]


@every_host
def test_operations_go_where_the_sandbox_takes_them(provider: Provider, profile: Profile) -> None:
    for operation in provider.operations:
        assert contract.ENDPOINTS[operation.path] == (
            None if operation.path == CREATE_PATH else operation.name
        )


@every_host
def test_the_sandbox_knows_every_field_that_we_send(provider: Provider, profile: Profile) -> None:
    for operation in provider.operations:
        known = set(ORDERS[operation.name].__dataclass_fields__)
        assert {field.name for field in operation.fields} <= known, operation.name


def field(operation: str, name: str) -> Field:
    found = PROVIDERS["sandbox"].operation(operation).field(name)
    assert found is not None
    return found


def test_limits_and_choices_are_the_same() -> None:
    assert field("create_music", "title").max_length == contract.TITLE_LENGTH
    assert field("cover_music", "title").max_length == contract.TITLE_LENGTH
    assert field("make_lyrics", "prompt").max_length == contract.PROMPT_LENGTH
    assert field("upload", "audio_url").max_length == contract.AUDIO_URL_LENGTH
    assert field("extend_music", "length").maximum == contract.LONGEST_EXTENSION_S
    assert field("extend_music", "starts_at").maximum == contract.LONGEST_CLIP_S
    assert field("replace_music", "ends_at").maximum == contract.LONGEST_CLIP_S
    assert field("video_clip", "preset").choices == contract.PRESETS
    assert field("download", "format").choices == contract.FORMATS


def test_useapi_is_the_same_on_both_sides() -> None:
    [download] = PROVIDERS["useapi"].operations
    assert (download.name, download.price) == ("download", 0)
    assert download.path.rstrip("/") == useapi.DOWNLOAD
    formats = download.field("download_format")
    assert formats is not None
    assert formats.choices == useapi.FORMATS
