import json
from dataclasses import fields

import pytest

from studio.music_api.operations import KNOWN
from studio.music_api.providers import PROVIDERS, Operation, Provider, label_of, request_body, validate
from studio.music_api.types import Item
from tests.music_api.conftest import golden

AIMUSICAPI = PROVIDERS["aimusicapi"]
CREATE = AIMUSICAPI.operation("create_music")
every_provider = pytest.mark.parametrize("provider", PROVIDERS.values(), ids=PROVIDERS)
EVERYTHING = [(provider, each) for provider in PROVIDERS.values() for each in provider.operations]
every_operation = pytest.mark.parametrize(
    ("provider", "operation"),
    EVERYTHING,
    ids=[f"{provider.name}-{each.name}" for provider, each in EVERYTHING],
)
FILLED = {
    "sound": "pop",
    "clip_id": "c1",
    "starts_at": 10,
    "ends_at": 20,
    "instruction": "with strings",
    "prompt": "a small town",
    "audio_url": "https://a.example/b.mp3",
    "id": "s1",
}


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
    assert provider.default_model in (provider.model_names or ("",))
    assert len(set(provider.model_names)) == len(provider.models)


@every_provider
def test_times_run_forward(provider: Provider) -> None:
    assert all(0 <= model.seconds[0] <= model.seconds[1] for model in provider.models)


@every_operation
def test_what_a_result_needs_and_what_an_order_needs_exist(provider: Provider, operation: Operation) -> None:
    assert set(operation.needs) <= {field.name for field in fields(Item)}
    assert set(operation.one_of) <= {field.name for field in operation.fields}


@every_operation
def test_the_defaults_are_valid(provider: Provider, operation: Operation) -> None:
    defaults = {field.name: field.default for field in operation.fields if field.default is not None}
    assert validate(operation, provider.model_names, {**FILLED, **defaults}) == {}
    assert request_body(operation, {**FILLED, **defaults}).keys() >= defaults.keys() - {"make_instrumental"}


@every_operation
def test_what_is_missing_is_said_in_words_and_never_sent(provider: Provider, operation: Operation) -> None:
    sentences = {field.name: field.missing for field in operation.fields if field.missing}
    given = {name: value for name, value in FILLED.items() if name in operation.one_of}
    assert validate(operation, provider.model_names, given) == sentences
    for name in sentences:
        with pytest.raises(ValueError, match=sentences[name]):
            request_body(operation, {**FILLED, "format": "wav", "download_format": "wav", name: " "})


def test_the_sandbox_sells_what_any_of_the_real_services_sells() -> None:
    sandbox = PROVIDERS["sandbox"]
    assert (sandbox.label, sandbox.base_url) == ("Sandbox", "http://127.0.0.1:8100")
    assert set(sandbox.operations) >= set(AIMUSICAPI.operations)
    hosts = (AIMUSICAPI, PROVIDERS["musicapi"])
    assert {each.name for each in sandbox.operations} == {o.name for host in hosts for o in host.operations}
    assert set(sandbox.model_names) == {name for host in hosts for name in host.model_names}


def test_what_is_known_is_what_is_offered() -> None:
    assert KNOWN.keys() == {operation.name for _, operation in EVERYTHING}
    for provider, operation in EVERYTHING:
        known = KNOWN[operation.name]
        if provider.dialect == "producer":  # the other answers no polls
            assert (operation.needs, operation.stateless) == (known.needs, known.stateless)


def test_an_operation_has_a_name_for_people_also_when_nobody_offers_it() -> None:
    assert (label_of("create_music"), label_of("swap_music_vocals")) == ("New song", "swap_music_vocals")


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


# Fields of the other operations


@pytest.mark.parametrize(
    ("operation", "field", "value", "sentence"),
    [
        ("extend_music", "starts_at", -0.1, "Goes on from is a number from 0 to 3600."),
        ("extend_music", "length", 0.5, "New music is a number from 1 to 240."),
        ("extend_music", "length", 241, "New music is a number from 1 to 240."),
        ("replace_music", "ends_at", "later", "To is a number from 0 to 3600."),
        ("cover_music", "strength", 1.1, "How far from the original is a number from 0 to 1."),
        ("cover_music", "title", "x" * 81, "A title has at most 80 characters; this one has 81."),
        ("make_lyrics", "prompt", "x" * 3001, "A text has at most 3,000 characters; this one has 3,001."),
        ("video_clip", "preset", "cinema", "Look is one of: simple, modern, player."),
        ("video_clip", "clip_id", "x" * 129, "A clip has at most 128 characters; this one has 129."),
        ("download", "format", "flac", "Format is one of: mp3, wav."),
        ("download", "format", ["wav"], "Format is one of: mp3, wav."),
        ("cover_music", "instruction", "x" * 2001, "An instruction has at most 2,000 characters;"),
        ("upload", "audio_url", "x" * 2049, "An address has at most 2,048 characters;"),
        ("upload", "audio_url", 7, "Address cannot hold one of these characters; please type it again."),
    ],
)
def test_a_bad_value_of_another_operation(operation: str, field: str, value: object, sentence: str) -> None:
    sandbox = PROVIDERS["sandbox"]
    given = {**FILLED, "format": "wav", field: value}
    found = validate(sandbox.operation(operation), sandbox.model_names, given)
    assert list(found) == [field]
    assert found[field].startswith(sentence)


@pytest.mark.parametrize("value", ["../x", "a b", "-a", "a:b", "a&user_id=b", "x" * 61, "ä", 7, "a\nb"])
def test_an_id_of_an_import_is_plain(value: object) -> None:
    found = validate(PROVIDERS["useapi"].operation("download"), (), {"id": value, "download_format": "mp3"})
    assert list(found) == ["id"]


def test_without_a_switch_instrumental_is_said_in_the_sound() -> None:
    create = PROVIDERS["musicapi"].operation("create_music")
    given = {"sound": "jazz", "lyrics": "La", "make_instrumental": True, "title": "Rain"}
    spoken = {"task_type": "create_music", "sound": "jazz, instrumental, no vocals", "title": "Rain"}
    assert request_body(create, given) == spoken
    assert request_body(create, {"lyrics": "La", "make_instrumental": True})["sound"] == spoken["sound"][6:]
    sung = request_body(create, {**given, "make_instrumental": False})
    assert (sung["sound"], sung["lyrics"], "make_instrumental" in sung) == ("jazz", "La", False)
