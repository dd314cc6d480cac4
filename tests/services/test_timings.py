"""When lines are sung: what a provider told is kept with the song, and never over what a person set."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from studio.models import Clip, Project, Task, Timing
from studio.services import bin, timings
from studio.services.timings import ChangedMeanwhile, Source
from studio.text.timing import Line
from tests.conftest import Order
from tests.songs import song

LYRICS = "[Verse]\nLate night drives\nBlue, blue night"
WORDS = [("Late", 1.0, 1.2), ("night", 1.2, 1.5), ("drives", 1.5, 2.0)]
WORDS += [("Blue", 3.0, 3.2), ("blue", 3.2, 3.5), ("night", 3.5, 4.0)]
BACK = [(word, start + 10, end + 10) for word, start, end in WORDS[3:]]
BY_HAND = [Line(1, "Late night drives", 1.5, 3.0)]


@pytest.fixture
def clip(project: Project) -> Clip:
    return song(project, lyrics=LYRICS)


def known(clip: Clip) -> list[tuple[int | None, str, float]]:
    return [(line.line, line.text, line.start) for line in timings.lines_of(timings.of(clip))]


def test_the_words_of_a_provider_become_the_times_of_lines(clip: Clip) -> None:
    timings.keep_words(clip, [*WORDS, *BACK])
    written = [(1, "Late night drives", 1.0), (2, "Blue, blue night", 3.0)]
    assert known(clip) == [*written, (None, "Blue, blue night", 13.0)]  # it comes back
    timings.keep_words(clip, [(word, start + 1, end + 1) for word, start, end in WORDS])
    assert [start for _, _, start in known(clip)] == [2.0, 4.0]


def test_without_words_nothing_is_known(clip: Clip) -> None:
    timings.keep_words(clip, ())
    timings.keep_words(clip, [("Nothing", 1.0, 2.0), ("alike", 2.0, 3.0)])
    assert timings.of(clip) is None


@pytest.mark.parametrize("source", [Source.HAND, Source.FILE])
def test_what_a_person_set_stays(clip: Clip, member: User, source: str) -> None:
    timings.keep_words(clip, WORDS)
    before = timings.version_of(timings.of(clip))
    timings.write(clip, BY_HAND, by=member, source=source, before=before)
    timings.keep_words(clip, WORDS)
    timing = Timing.objects.get(clip=clip)
    assert (timing.source, timing.changed_by) == (source, member)
    assert known(clip) == [(1, "Late night drives", 1.5)]


def test_times_of_somebody_else_are_not_written_over(clip: Clip, member: User, editor: User) -> None:
    timings.write(clip, BY_HAND, by=member, source=Source.HAND, before="")
    timings.write(clip, BY_HAND, by=editor, source=Source.HAND, before="")  # the same: nobody loses anything
    with pytest.raises(ChangedMeanwhile):
        timings.write(clip, [], by=editor, source=Source.HAND, before="")
    assert Timing.objects.get(clip=clip).changed_by == member


def test_they_leave_the_bin_for_good_with_their_song(clip: Clip, member: User) -> None:
    timings.write(clip, BY_HAND, by=member, source=Source.HAND, before="")
    bin.put([clip.pk], by=member)
    assert Timing.objects.exists()
    bin.empty([clip.pk])
    assert not Timing.objects.exists()


NEW_WORDS = "Oh night of ours"
MADE = [
    ("create_music", {"lyrics": NEW_WORDS}),
    ("extend_music", {"starts_at": 1.5, "length": 30, "lyrics": NEW_WORDS}),
    ("replace_music", {"starts_at": 0.5, "ends_at": 1.5, "lyrics": NEW_WORDS}),
    ("cover_music", {"instruction": "a waltz"}),
]


def test_every_song_of_the_sandbox_has_the_times_of_its_own_words(
    order: Order, settle: Callable[[], None]
) -> None:
    """Its makers of the tests sing one word, "night", from 0.5 s to 1 s."""
    source: Clip | None = None
    for operation, params in MADE:
        of: dict[str, Any] = {"clip_id": source.upstream_id} if source else {"sound": "folk"}
        task = order(operation=operation, params={**params, **of}, source=source)[0]
        settle()
        made = Clip.objects.get(task=Task.objects.get(pk=task.pk))
        timing = Timing.objects.get(clip=made)
        assert (timing.source, timing.changed_by) == (Source.PROVIDER, None)
        assert NEW_WORDS in made.lyrics
        assert (0.5, 1.0) in [(line.start, line.end) for line in timings.lines_of(timing)]
        source = source or made
