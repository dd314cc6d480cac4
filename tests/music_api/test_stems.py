"""A listing of stems has no known shape: whatever names an address is taken, and nothing is lost."""

import json
from typing import Any

import pytest

from studio.music_api.stems import MAX_DEPTH, MAX_STEMS, stems_of

A, B = "https://a.example/1.wav", "https://b.example/2.wav"


@pytest.mark.parametrize(
    ("listing", "found"),
    [
        ({"drums": A, "bass": B}, {"drums": A, "bass": B}),
        ({"stems": [{"name": "drums", "url": A}, {"name": "bass", "url": B}]}, {"drums": A, "bass": B}),
        ({"drums": {"url": A}, "bass": {"url": B}}, {"drums": A, "bass": B}),
        (
            [{"type": "audio/wav", "title": "drums", "audio_url": A}, {"title": "bass", "href": B}],
            {"drums": A, "bass": B},
        ),
        ([A, B], {"stem": A, "stem 2": B}),
        ({"data": {"stems": {"vocals": {"file": A}}}}, {"vocals": A}),
        ([{"name": "drums", "url": A}, {"name": "drums", "url": B}], {"drums": A, "drums 2": B}),
        ([{"name": "drums", "url": A, "image_url": B}], {"drums": A}),
        ([{"name": "drums", "url": A, "download_url": A}], {"drums": A}),
        ({"drums": {"mp3": A, "wav": B}}, {"mp3": A, "wav": B}),
        ({"drums": "not an address", "n": 7, "x": None}, {}),
        ("text", {}),
    ],
    ids=lambda value: json.dumps(value)[:40],
)
def test_what_is_found(listing: Any, found: dict[str, str]) -> None:
    assert dict(stems_of(json.dumps(listing).encode())) == found


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"[" * 5000, b"\xff\xfe"])
def test_what_is_no_listing_has_none(body: bytes) -> None:
    assert stems_of(body) == ()


def test_nobody_has_a_thousand_stems() -> None:
    listing = {f"stem {n}": f"https://a.example/{n}.wav" for n in range(1000)}
    assert len(stems_of(json.dumps(listing).encode())) == MAX_STEMS


def test_many_of_one_name_are_told_apart_up_to_the_limit() -> None:
    listing = [{"name": "drums", "url": f"https://a.example/{n}.wav"} for n in range(100)]
    names = [name for name, _ in stems_of(json.dumps(listing).encode())]
    assert names == ["drums", *(f"drums {n}" for n in range(2, MAX_STEMS + 1))]


@pytest.mark.parametrize(("depth", "found"), [(MAX_DEPTH, 1), (MAX_DEPTH + 2, 0)])
def test_nobody_looks_deeper_than_a_few_levels(depth: int, found: int) -> None:
    listing: Any = {"drums": A}
    for _ in range(depth):
        listing = {"of": listing}
    assert len(stems_of(json.dumps(listing).encode())) == found
