import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.audio.ranges import Unsatisfiable, byte_range

DATA = bytes(range(100))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-", DATA),
        ("bytes=0-0", DATA[:1]),
        ("bytes=10-19", DATA[10:20]),
        ("bytes=99-", DATA[99:]),
        ("bytes=90-200", DATA[90:]),
        ("bytes=-10", DATA[90:]),
        ("bytes=-1000", DATA),
        ("BYTES=10-19", DATA[10:20]),
        (" bytes= 10-19 ", DATA[10:20]),
        ("bytes=0-" + "9" * 99, DATA),
    ],
)
def test_a_range_names_its_bytes(header: str, expected: bytes) -> None:
    wanted = byte_range(header, len(DATA))
    assert wanted is not None
    first, last = wanted
    assert DATA[first : last + 1] == expected
    assert last < len(DATA)


@pytest.mark.parametrize(
    "header",
    [
        *("", "bytes", "bytes=", "bytes=-", "bytes=5", "bytes=20-10", "bytes=a-b", "bytes=0-1,5-6"),
        *("items=0-1", "bytes=--5", "bytes=+1-2", "bytes=0x1-5", "bytes=١-٢", "bytes=1-2-3"),
        "bytes=0-" + "9" * 5000,
    ],
)
def test_what_is_no_single_range_means_the_whole_file(header: str) -> None:
    assert byte_range(header, len(DATA)) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=" + "9" * 99 + "-"])
def test_a_range_behind_the_end_can_not_be_satisfied(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        byte_range(header, len(DATA))


def test_an_empty_file_has_no_range() -> None:
    assert byte_range("bytes=-5", 0) is None
    with pytest.raises(Unsatisfiable):
        byte_range("bytes=0-", 0)


@given(
    st.text(max_size=30) | st.from_regex(r"bytes=[0-9]{0,4}-[0-9]{0,4}", fullmatch=True), st.integers(0, 5000)
)
def test_a_range_always_lies_inside_the_file(header: str, size: int) -> None:
    try:
        wanted = byte_range(header, size)
    except Unsatisfiable:
        return
    assert wanted is None or 0 <= wanted[0] <= wanted[1] < size
