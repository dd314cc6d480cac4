import json
from dataclasses import fields

import pytest

from studio.music_api.providers import PROVIDERS, Provider, request_body, validate
from studio.music_api.types import Item
from tests.music_api.conftest import golden

AIMUSICAPI = PROVIDERS["aimusicapi"]
CREATE = AIMUSICAPI.operation("create_music")
every_provider = pytest.mark.parametrize("provider", PROVIDERS.values(), ids=PROVIDERS)


def errors(**params: object) -> dict[str, str]:
    return validate(CREATE, AIMUSICAPI.model_names, {"sound": "pop", **params})


def body(**params: object) -> dict[str, object]:
    return request_body(CREATE, {"sound": "pop", **params})


def short(value: object) -> str:
    """A test's name for a value that may be five million characters."""
    return value[:20] if isinstance(value, str) else type(value).__name__


# The data


@every_provider
def test_the_default_model_is_offered(provider: Provider) -> None:
    assert provider.default_model in provider.model_names
    assert len(set(provider.model_names)) == len(provider.models)


@every_provider
def test_times_run_forward(provider: Provider) -> None:
    assert all(0 <= model.seconds[0] < model.seconds[1] for model in provider.models)


@every_provider
def test_what_a_result_needs_and_what_an_order_needs_exist(provider: Provider) -> None:
    for operation in provider.operations:
        assert set(operation.needs) <= {field.name for field in fields(Item)}
        assert set(operation.one_of) <= {field.name for field in operation.fields}


@every_provider
def test_the_defaults_are_valid(provider: Provider) -> None:
    for operation in provider.operations:
        defaults = {field.name: field.default for field in operation.fields if field.default is not None}
        assert validate(operation, provider.model_names, {"sound": "pop", **defaults}) == {}


def test_the_sandbox_sells_what_the_real_service_sells() -> None:
    sandbox = PROVIDERS["sandbox"]
    assert (sandbox.label, sandbox.base_url) == ("Sandbox", "http://127.0.0.1:8100")
    assert sandbox.operations == AIMUSICAPI.operations
    assert sandbox.models == AIMUSICAPI.models


def test_an_operation_it_does_not_have() -> None:
    with pytest.raises(KeyError):
        AIMUSICAPI.operation("cover_music")


# Before money


def test_the_vendors_own_example_passes_and_goes_out_as_it_is() -> None:
    example = json.loads(golden("create_request"))
    assert validate(CREATE, AIMUSICAPI.model_names, example) == {}
    assert request_body(CREATE, example) == example


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "x" * 81, "A title has at most 80 characters; this one has 81."),
        ("sound", "x" * 2001, "A sound description has at most 2,000 characters; this one has 2,001."),
        ("lyrics", "x" * 5001, "Lyrics have at most 5,000 characters; these have 5,001."),
        ("lyrics", "\u0301\u0316" * 10**6, "Lyrics have at most 5,000 characters; these have 2,000,000."),
        ("title", "a\0b", "Title cannot hold one of these characters; please type it again."),
        ("title", "\ud83d", "Title cannot hold one of these characters; please type it again."),
        ("title", 7, "Title cannot hold one of these characters; please type it again."),
        ("seed", "12a", "A seed is a whole number of at most 10 digits."),
        ("seed", "12345678901", "A seed is a whole number of at most 10 digits."),
        ("seed", "١٢", "A seed is a whole number of at most 10 digits."),
        ("seed", -1, "A seed is a whole number of at most 10 digits."),
        ("seed", True, "A seed is a whole number of at most 10 digits."),
        ("seed", -(10**5000), "A seed is a whole number of at most 10 digits."),
        ("seed", 10**5000, "A seed is a whole number of at most 10 digits."),
        ("lyrics_strength", 1.01, "Lyrics strength is a number from 0 to 1."),
        ("lyrics_strength", "much", "Lyrics strength is a number from 0 to 1."),
        ("lyrics_strength", float("nan"), "Lyrics strength is a number from 0 to 1."),
        ("lyrics_strength", 10**400, "Lyrics strength is a number from 0 to 1."),
        ("lyrics_strength", True, "Lyrics strength is a number from 0 to 1."),
        ("lyrics_strength", [], "Lyrics strength is a number from 0 to 1."),
        ("sound_strength", 0.19, "Sound strength is a number from 0.2 to 1."),
        ("make_instrumental", "on", "Instrumental is either on or off."),
        ("mv", "FUZZ-9", "This model is not offered; choose one from the list."),
    ],
    ids=short,
)
def test_a_bad_value_is_refused_in_words(field: str, value: object, sentence: str) -> None:
    assert errors(**{field: value}) == {field: sentence}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "x" * 80),
        ("title", "e\u0301" * 80),  # eighty letters
        ("sound", "x" * 2000),
        ("lyrics", "x" * 5000),
        ("lyrics", "line\r\n" * 999),  # browsers send line ends as two characters
        ("seed", "0123456789"),
        ("seed", 9999999999),
        ("lyrics_strength", 0),
        ("sound_strength", "0.2"),
        ("sound_strength", 1),
        ("make_instrumental", False),
        ("mv", "FUZZ-3-Demo"),
        ("title", ""),
        ("seed", None),
        ("unheard_of", object()),
    ],
    ids=short,
)
def test_a_good_value_passes(field: str, value: object) -> None:
    assert errors(**{field: value}) == {}


@pytest.mark.parametrize("params", [{}, {"sound": " \r\n", "lyrics": ""}, {"title": "Back to You"}])
def test_an_order_needs_a_sound_or_lyrics(params: dict[str, object]) -> None:
    sentence = "This needs at least one of: sound description, lyrics."
    assert validate(CREATE, AIMUSICAPI.model_names, params) == {"sound": sentence}


def test_lyrics_alone_are_enough() -> None:
    assert validate(CREATE, AIMUSICAPI.model_names, {"lyrics": "[Verse]\nLa"}) == {}


def test_lyrics_that_are_too_long_are_not_called_missing() -> None:
    assert list(validate(CREATE, AIMUSICAPI.model_names, {"lyrics": "x" * 5001})) == ["lyrics"]


def test_all_mistakes_are_told_at_once() -> None:
    assert set(errors(title="x" * 81, seed="x", mv="x")) == {"title", "seed", "mv"}


# On the wire


def test_only_known_and_filled_fields_are_sent() -> None:
    assert body(title="  ", seed=None, webhook_url="x", takes=4) == {
        "task_type": "create_music",
        "sound": "pop",
    }


def test_values_are_sent_as_their_own_kind() -> None:
    sent = body(seed=7, lyrics_strength="0.5", make_instrumental=False, lyrics="a\r\nb\rc ", title="e\u0301")
    assert sent == {
        "task_type": "create_music",
        "sound": "pop",
        "lyrics": "a\nb\nc",
        "title": "é",
        "make_instrumental": False,
        "seed": "7",
        "lyrics_strength": 0.5,
    }


def test_a_bad_value_is_never_sent() -> None:
    with pytest.raises(ValueError, match="A title has at most 80 characters"):
        body(title="x" * 81)
