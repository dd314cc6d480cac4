"""When the lines of a song are sung: told by the provider, read from a file, or set by hand."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from django.db import transaction

from accounts.models import User
from studio.errors import Refusal
from studio.models import Clip, Timing
from studio.services import finals
from studio.text.following import again
from studio.text.sections import lines_of as texts_of
from studio.text.timing import Line, from_words

Source = Timing.Source
CHANGED = (
    "Somebody saved other times meanwhile; they can be had as an .lrc file from the song’s page. "
    "Save once more to put yours in their place."
)
REMOVED = "Somebody removed the times meanwhile. Save once more to keep yours."


class ChangedMeanwhile(Refusal):
    """Somebody else saved other times, or removed them, after this person had opened theirs."""

    field = "lrc"


def of(clip: Clip) -> Timing | None:
    return Timing.objects.select_related("changed_by").filter(clip=clip).first()


def lines_of(timing: Timing | None) -> list[Line]:
    """The lines with their times in seconds, as they follow one another; empty where nothing is known."""
    return [Line(**line) for line in timing.lines] if timing else []


def words_between(clip: Clip, start: float, end: float) -> str:
    """The lines that are sung from `start` to `end` in seconds, one below the other: those whose middle
    lies there, or that fill all of it. "" where no times are known, or nobody sings."""
    texts: dict[int | None, str] = dict(enumerate(texts_of(clip.lyrics)))
    sung = [line for line in lines_of(of(clip)) if _is_sung(line, start, end)]
    return "\n".join(texts.get(line.line, line.text).strip() for line in sung)


def _is_sung(line: Line, start: float, end: float) -> bool:
    return start <= (line.start + line.end) / 2 <= end or line.start <= start < end <= line.end


def version_of(timing: Timing | None) -> str:
    """What `write` takes as `before`: it changes whenever the times are saved. "" without times."""
    return timing.changed_at.isoformat() if timing else ""


def keep_words(clip: Clip, words: Sequence[tuple[str, float, float]]) -> None:
    """The times that the provider tells with a song, (word, start, end) in seconds.

    They never replace what a person set. Inside the transaction of whoever holds the clip's row.
    """
    if clip.final_at:
        return
    lines = from_words(clip.lyrics, words) if words else []
    if lines and clip.lyrics:
        lines += again(clip.lyrics, words, max(line.end for line in lines))
    if not lines or Timing.objects.filter(clip=clip).exclude(source=Source.PROVIDER).exists():
        return
    facts = {"lines": _stored(lines), "source": Source.PROVIDER, "changed_by": None}
    Timing.objects.update_or_create(clip=clip, defaults=facts)


@transaction.atomic
def write(clip: Clip, lines: Iterable[Line], *, by: User, source: str, before: str) -> None:
    """Keep what a person set; `before` is the version that the person had been shown. No lines: no times.

    Raises ChangedMeanwhile instead of writing over what somebody else saved, and finals.IsFinal.
    """
    finals.hold(clip)
    stored = _stored(lines)
    now = of(clip)
    if stored == (now.lines if now else []):
        return  # sent twice, or nothing was changed: it stays whose it is
    if version_of(now) != before:
        raise ChangedMeanwhile(CHANGED if now else REMOVED)
    if not stored:
        Timing.objects.filter(clip=clip).delete()
        return
    Timing.objects.update_or_create(clip=clip, defaults={"lines": stored, "source": source, "changed_by": by})


def _stored(lines: Iterable[Line]) -> list[dict[str, object]]:
    return [asdict(line) for line in sorted(lines, key=lambda line: line.start)]
