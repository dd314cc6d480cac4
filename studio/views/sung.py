"""Which songs sing which version of a sheet, and which version a song sings."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from studio.models import Clip, LyricRevision, LyricSheet, Task
from studio.views import cards
from studio.views.htmx import StudioRequest, whole_number

PAGE = 20


@dataclass(frozen=True)
class Sung:
    """The saved words of a song, and how many versions their sheet has by now."""

    revision: LyricRevision
    newest: int

    @property
    def moved_on(self) -> bool:
        return self.newest > self.revision.number


def context(request: StudioRequest, sheet: LyricSheet) -> dict[str, Any]:
    """What `lyrics/_songs.html` shows: the orders that sing the sheet, the newest first."""
    orders = Task.objects.visible_to(request.user).filter(lyric_revision__sheet=sheet)
    sing = orders.exclude(operation="make_lyrics").exclude(status=Task.Status.CANCELLED)
    before = whole_number(request.GET.get("songs_before", ""))
    if before is not None:
        sing = sing.filter(pk__lt=before)
    shown = sing.for_card().select_related("lyric_revision").defer("lyric_revision__text")
    rows = list(shown.order_by("-pk")[: PAGE + 1])
    songs = cards.build(rows[:PAGE], request.user)
    return {
        "songs": songs,
        "comparable": sum(card.clip is not None for card in songs) > 1,
        "older_songs": rows[PAGE - 1].pk if len(rows) > PAGE else None,
    }


def of(clip: Clip, user: User) -> Sung | None:
    """What a song sings, unless nobody saved it or its sheet lies where this person can't look."""
    revision = of_all([clip], user).get(clip.pk)
    if revision is None:
        return None
    newest = LyricRevision.objects.filter(sheet=revision.sheet).order_by("-number")
    return Sung(revision, newest.values_list("number", flat=True)[0])


def of_all(clips: Iterable[Clip], user: User) -> dict[int, LyricRevision]:
    """The saved words of songs, by the song; their text is not read."""
    singing = {
        clip.pk: clip.task.lyric_revision_id for clip in clips if clip.task and clip.task.lyric_revision_id
    }
    seen = LyricRevision.objects.filter(sheet__in=LyricSheet.objects.visible_to(user))
    found = seen.select_related("sheet").defer("text").in_bulk(set(singing.values()))
    return {clip: found[revision] for clip, revision in singing.items() if revision in found}
