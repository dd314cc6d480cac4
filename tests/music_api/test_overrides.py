"""The team's own file of prices, models and limits: what it changes, and how it says what is wrong in it."""

from pathlib import Path

import pytest

from studio.music_api.overrides import WrongFile, read
from studio.music_api.providers import PROVIDERS, Model, Provider

AIMUSICAPI = PROVIDERS["aimusicapi"]
WHOLE = """
[aimusicapi]
concurrency = 6
min_interval_s = 0.5
default_model = "FUZZ-3"
retired = ["video_clip"]

[aimusicapi.prices]
create_music = 12

[[aimusicapi.models]]
name = "FUZZ-3"
seconds = [20, 40]
note = "the new one"

[[aimusicapi.models]]
name = "FUZZ-4"
seconds = [5, 5]
"""
MODEL = '[[aimusicapi.models]]\nname = "FUZZ-2.0"\nseconds = [1, 2]\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "providers.toml"


def changed(file: Path, text: str) -> dict[str, Provider]:
    file.write_bytes(text.encode())
    return read(file)


def complaint(file: Path, content: str | bytes) -> str:
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(WrongFile) as caught:
        read(file)
    return str(caught.value)


def test_it_changes_prices_models_limits_and_what_is_offered(file: Path) -> None:
    [(name, provider)] = changed(file, WHOLE).items()
    assert (name, provider.label, provider.base_url) == ("aimusicapi", AIMUSICAPI.label, AIMUSICAPI.base_url)
    assert (provider.concurrency, provider.min_interval_s, provider.default_model) == (6, 0.5, "FUZZ-3")
    assert provider.models == (Model("FUZZ-3", (20, 40), "the new one"), Model("FUZZ-4", (5, 5), ""))
    prices = {each.name: each.price for each in AIMUSICAPI.operations}
    del prices["video_clip"]
    assert {each.name: each.price for each in provider.operations} == {**prices, "create_music": 12}


def test_what_it_does_not_name_stays(file: Path) -> None:
    assert changed(file, "") == {}
    assert changed(file, "[musicapi]") == {"musicapi": PROVIDERS["musicapi"]}
    assert changed(file, "[aimusicapi]\nconcurrency = 1")["aimusicapi"].models == AIMUSICAPI.models


def test_the_data_of_the_studio_itself_stays(file: Path) -> None:
    changed(file, WHOLE)
    assert PROVIDERS["aimusicapi"] is AIMUSICAPI
    assert AIMUSICAPI.operation("create_music").price == 10


def test_lines_may_end_as_on_windows(file: Path) -> None:
    assert changed(file, WHOLE.replace("\n", "\r\n"))["aimusicapi"].concurrency == 6
    assert "line 3: concurrency" in complaint(file, "\r\n[useapi]\r\nconcurrency = 0\r\n")


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("[aimusicapi]\n\n[suno]\n", 3, "'suno' is no provider; there are aimusicapi, musicapi,"),
        ('"a\\nb" = 1', 1, r"'a\nb' is no provider"),
        ("\naimusicapi = 7", 2, "aimusicapi takes a table, [aimusicapi]"),
        ("[[aimusicapi]]", 1, "aimusicapi takes a table"),
        ("[musicapi]\n[aimusicapi]\nlabel = 'x'", 3, "'label' can't be changed; prices, models, default_"),
        # Prices
        ("[aimusicapi]\nprices = 12", 2, "prices takes a table of operation = credits"),
        ("[aimusicapi.prices]\ncreate_music = 12\nfly = 1", 3, "aimusicapi has no operation 'fly'"),
        ("[aimusicapi.prices]\nextend_music = 12", 2, "aimusicapi has no operation 'extend_music'"),
        ("[musicapi.prices]\nupload = 1\n[aimusicapi.prices]\nupload = 0", 4, "a price is a whole number"),
        ("[useapi.prices]\ndownload = 3", 1, "useapi.net Riffusion counts no credits"),
        ("[aimusicapi.prices]\ncreate_music = -1", 2, "from 1 to 100000"),
        ("[aimusicapi.prices]\ncreate_music = 100001", 2, "a price is a whole number"),
        ("[aimusicapi.prices]\ncreate_music = 1.5", 2, "a price is a whole number"),
        ("[aimusicapi.prices]\ncreate_music = true", 2, "a price is a whole number"),
        ("[aimusicapi.prices]\n# create_music = 1\ncreate_music = '12'", 3, "a price is a whole number"),
        ("aimusicapi.prices.upload = 2\naimusicapi.prices.create_music = 0", 2, "a price is a whole number"),
        ("[ aimusicapi . prices ]\n'create_music' = 0", 2, "a price is a whole number"),
        ("aimusicapi = { prices = { upload = 0 } }", 1, "a price is a whole number"),
        # What is retired
        ("[aimusicapi]\nretired = 'upload'", 2, "retired takes a list of its operations"),
        ("[aimusicapi]\n# these\n\nretired = [\n  'upload',\n  'fly',\n]", 4, "retired takes a list"),
        ("[aimusicapi]\nretired = [['upload']]", 2, "retired takes a list"),
        # Models
        ("[aimusicapi]\nmodels = []", 2, "models takes at least one [[table]]"),
        ("[aimusicapi]\nmodels = 'FUZZ-2.0'", 2, "models takes at least one"),
        (f"{MODEL}[[aimusicapi.models]]\nname = 'x'", 4, "a model has a name, seconds = [from, to] and a"),
        (f"{MODEL}[[aimusicapi.models]]\nname = 'x'\nseconds = [2, 1]", 4, "a model has a name"),
        (f"{MODEL}[[aimusicapi.models]]\nname = 'x'\nseconds = [1, 2, 3]", 4, "a model has a name"),
        (f"{MODEL}[[aimusicapi.models]]\nname = 'x'\nseconds = [true, true]", 4, "a model has a name"),
        (f"{MODEL}[[aimusicapi.models]]\nname = 'x'\nseconds = [-1, 1]", 4, "a model has a name"),
        (f"{MODEL}[[aimusicapi.models]]\nname = ''\nseconds = [1, 2]", 4, "a model has a name"),
        (f"{MODEL}[[aimusicapi.models]]\nname = '{'x' * 61}'\nseconds = [1, 2]", 4, "a model has a name"),
        (f"{MODEL}note = 7", 1, "a model has a name"),
        (f"{MODEL}price = 7", 1, "a model has a name"),
        (f"{MODEL}{MODEL}", 4, "there is a model 'FUZZ-2.0' already"),
        ("[aimusicapi]\nmodels = [\n 'FUZZ-2.0' ]", 2, "a model has a name"),
        ("[aimusicapi]\ndefault_model = 'FUZZ-9'", 2, "the default model 'FUZZ-9' is not in the list"),
        ("[aimusicapi]\ndefault_model = 9", 2, "default_model takes the name of a model"),
        ("\n[[useapi.models]]\nname = 'x'\nseconds = [1, 2]", 2, "the default model '' is not in the list"),
        # Limits
        ("[aimusicapi]\nconcurrency = 0", 2, "concurrency is a whole number from 1 to 100"),
        ("[aimusicapi]\nconcurrency = 101", 2, "concurrency is a whole number"),
        ("[aimusicapi]\nconcurrency = 2.0", 2, "concurrency is a whole number"),
        ("[aimusicapi]\nconcurrency = true", 2, "concurrency is a whole number"),
        ("[aimusicapi]\nmin_interval_s = -1", 2, "min_interval_s is a number of seconds from 0 to 3600"),
        ("[aimusicapi]\nmin_interval_s = nan", 2, "min_interval_s is a number"),
        ("[aimusicapi]\nmin_interval_s = inf", 2, "min_interval_s is a number"),
        ("[aimusicapi]\nmin_interval_s = '1'", 2, "min_interval_s is a number"),
        ("[aimusicapi]\nmin_interval_s = 2026-01-01", 2, "min_interval_s is a number"),
    ],
)
def test_it_names_the_line_and_the_problem(file: Path, text: str, line: int, problem: str) -> None:
    told = complaint(file, text)
    assert told.startswith(f"names {file}; line {line}: ")
    assert problem in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("[aimusicapi]\nconcurrency 6", "(at line 2, column 13)"),
        ("[aimusicapi]\nconcurrency = 6\nconcurrency = 7", "(at line 3, "),
        ("[aimusicapi\n", "(at line 1, "),
        (b"[aimusicapi]\n# \xff\n", "; line 2: this is no UTF-8."),
        ("[aimusicapi]\nretired = [", "(at line 2, its last)"),
        ("x = " + "[" * 10_000, "no TOML"),
        ("<html>", "(at line 1, "),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(file: Path, content: str | bytes, where: str) -> None:
    told = complaint(file, content)
    assert where in told
    assert told.endswith(".")
    assert "\n" not in told


def test_a_file_that_is_not_there(file: Path) -> None:
    with pytest.raises(WrongFile, match=r"can't be read: No such file or directory\.$"):
        read(file)
    with pytest.raises(WrongFile, match=r"can't be read: Is a directory\.$"):
        read(file.parent)
