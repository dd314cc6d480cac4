"""Prices, models and limits of the team's own, from a TOML file: a vendor changes them without asking.

[aimusicapi]
concurrency = 6
min_interval_s = 0.5
default_model = "FUZZ-3"
retired = ["video_clip"]

[aimusicapi.prices]
create_music = 12

[[aimusicapi.models]]          # the whole list, when one is given
name = "FUZZ-3"
seconds = [20, 40]
note = "the new one"
"""

from __future__ import annotations

import tomllib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio.music_api.providers import PROVIDERS, Model, Provider

MAX_PRICE = 100_000
MAX_CONCURRENCY = 100
MAX_INTERVAL_S = 3600
MAX_NAME = 60  # characters of a model


class WrongFile(ValueError):
    """The text names the line and what is wrong with it."""


Trail = tuple[str | int, ...]  # to a value: the provider's name, then keys and places in lists


class _Wrong(Exception):
    def __init__(self, problem: str, *path: str | int) -> None:
        super().__init__(problem)
        self.path = path


def read(path: Path) -> dict[str, Provider]:
    """The providers as the file changes them, by name; those it does not name are left out.

    Raises WrongFile.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WrongFile(f"names {path}, which can't be read: {error.strerror}.") from error
    try:
        text = content.decode()
        tables = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise WrongFile(f"names {path}; line {line}: this is no UTF-8.") from error
    except (ValueError, RecursionError) as error:  # its text names the line, but for the last one
        last = text.rstrip().count("\n") + 1
        problem = str(error).replace("at end of document", f"at line {last}, its last")
        raise WrongFile(f"names {path}, which is no TOML: {problem}.") from error
    try:
        return {name: _changed(name, table) for name, table in tables.items()}
    except _Wrong as error:
        raise WrongFile(f"names {path}; line {_line(text, error.path)}: {error}.") from error


def _changed(name: str, table: Any) -> Provider:
    if name not in PROVIDERS:
        raise _Wrong(f"{name!r} is no provider; there are {', '.join(PROVIDERS)}", name)
    if not isinstance(table, dict):
        raise _Wrong(f"{name} takes a table, [{name}]", name)
    provider = PROVIDERS[name]
    for key, value in table.items():
        if key not in CHANGES:
            raise _Wrong(f"{key!r} can't be changed; {', '.join(CHANGES)} can", name, key)
        provider = CHANGES[key](provider, value)
    if provider.models and provider.default_model not in provider.model_names:
        raise _Wrong(
            f"the default model {provider.default_model!r} is not in the list", name, "default_model"
        )
    return provider


def _prices(provider: Provider, prices: Any) -> Provider:
    if not isinstance(prices, dict):
        raise _Wrong("prices takes a table of operation = credits", provider.name, "prices")
    if not provider.has_balance:
        raise _Wrong(f"{provider.label} counts no credits", provider.name, "prices")
    for operation, price in prices.items():
        if not provider.offers(operation):
            raise _Wrong(
                f"{provider.name} has no operation {operation!r}", provider.name, "prices", operation
            )
        if type(price) is not int or not 0 < price <= MAX_PRICE:
            problem = f"a price is a whole number of credits from 1 to {MAX_PRICE}"
            raise _Wrong(problem, provider.name, "prices", operation)
    operations = (replace(each, price=prices.get(each.name, each.price)) for each in provider.operations)
    return replace(provider, operations=tuple(operations))


def _retired(provider: Provider, names: Any) -> Provider:
    if not isinstance(names, list) or not all(provider.offers(name) for name in names):
        raise _Wrong("retired takes a list of its operations", provider.name, "retired")
    kept = tuple(each for each in provider.operations if each.name not in names)
    return replace(provider, operations=kept)


def _models(provider: Provider, tables: Any) -> Provider:
    if not isinstance(tables, list) or not tables:
        raise _Wrong("models takes at least one [[table]]", provider.name, "models")
    models: dict[str, Model] = {}
    for place, table in enumerate(tables):
        model = _model(table)
        if model is None:
            problem = "a model has a name, seconds = [from, to] and a note"
            raise _Wrong(problem, provider.name, "models", place)
        if model.name in models:
            raise _Wrong(f"there is a model {model.name!r} already", provider.name, "models", place)
        models[model.name] = model
    return replace(provider, models=tuple(models.values()))


def _model(table: Any) -> Model | None:
    match table:
        case {"name": str(name), "seconds": [first, last], **rest} if 0 < len(name) <= MAX_NAME:
            note = rest.pop("note", "")
            times = type(first) is type(last) is int and 0 <= first <= last
            return Model(name, (first, last), note) if times and isinstance(note, str) and not rest else None
    return None


def _default_model(provider: Provider, name: Any) -> Provider:
    if not isinstance(name, str):
        raise _Wrong("default_model takes the name of a model", provider.name, "default_model")
    return replace(provider, default_model=name)


def _concurrency(provider: Provider, number: Any) -> Provider:
    if type(number) is not int or not 1 <= number <= MAX_CONCURRENCY:
        problem = f"concurrency is a whole number from 1 to {MAX_CONCURRENCY}"
        raise _Wrong(problem, provider.name, "concurrency")
    return replace(provider, concurrency=number)


def _min_interval(provider: Provider, seconds: Any) -> Provider:
    if type(seconds) not in (int, float) or not 0 <= seconds <= MAX_INTERVAL_S:
        problem = f"min_interval_s is a number of seconds from 0 to {MAX_INTERVAL_S}"
        raise _Wrong(problem, provider.name, "min_interval_s")
    return replace(provider, min_interval_s=float(seconds))


CHANGES = {
    "prices": _prices,
    "models": _models,
    "default_model": _default_model,
    "concurrency": _concurrency,
    "min_interval_s": _min_interval,
    "retired": _retired,
}


def _line(text: str, path: Trail) -> int:
    """Where the value begins, or what is nearest around it: the parser does not say.

    The first lines of a file are a file of their own, so the value begins after the last that lack it.
    """
    lines = text.split("\n")
    whole = tomllib.loads(text)
    there = max(length for length in range(len(path) + 1) if _holds(whole, path[:length]))
    lacking = 0
    for count in range(len(lines)):
        with suppress(ValueError):  # half a value
            if _holds(tomllib.loads("\n".join([*lines[:count], ""])), path[:there]):
                break
            lacking = count
    return lacking + 1


def _holds(value: Any, path: Trail) -> bool:
    for key in path:
        try:
            value = value[key]
        except (LookupError, TypeError):
            return False
    return True
