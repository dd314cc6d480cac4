"""Two people wrote at once: both texts beside each other, and one made of them line by line."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST
from django_htmx.http import reswap, retarget

from studio.forms import MergeForm
from studio.forms.sheets import LONGEST_TEXT
from studio.models import LyricRevision, LyricSheet
from studio.services import drafts, lyrics
from studio.text.merge import Chunk, joined, merge
from studio.views import access, diffs, versions
from studio.views.htmx import StudioRequest, fragments, is_fragment, whole_number
from studio.views.kept import keeps

CLASH = "clash"
LOST = "This version is not there. Look through both texts once more."
CHOICES = ("mine", "theirs", "both")
SHORT = 6  # lines that both have are shown up to here; more are folded


@dataclass(frozen=True)
class Mine:
    """What somebody wrote, on top of which version, and in which window."""

    title: str
    text: str
    base: int | None
    draft_key: UUID | None = None
    title_shown: str = ""
    note: str = ""

    @classmethod
    def of(cls, data: dict[str, Any], text: str, key: UUID | None) -> "Mine":
        """With what else a form of it says."""
        return cls(data["title"], text, data["base"], key, data["title_shown"], data["note"])

    def under(self, title: str) -> "Mine":
        """A title that was left as it was shown goes along with the sheet's."""
        untouched = self.title in ("", self.title_shown.strip())
        return replace(self, title=title, title_shown=title) if untouched else self


@dataclass(frozen=True)
class Part:
    """A stretch of the merged text: as both have it, as one of them changed it, or to be decided."""

    index: int
    kind: str
    mine: str | None  # None: no line, which is not the same as an empty one
    theirs: str | None
    choice: str
    lines: int

    @property
    def is_folded(self) -> bool:
        return self.kind == "same" and self.lines > SHORT


def conflict(
    request: StudioRequest,
    sheet: LyricSheet,
    mine: Mine,
    *,
    message: str = "",
    choices: dict[int, str] | None = None,
    errors: Sequence[str] = (),
) -> HttpResponse:
    """The page of two texts: 409, or 422 where something was refused. Nothing of either is lost."""
    beside = versions.beside(request, sheet)
    mine = mine.under(sheet.title)
    chosen = choices or {}
    chunks = _chunks(sheet, mine, beside["newest"])
    parts = [_part(index, chunk, chosen.get(index, "both")) for index, chunk in enumerate(chunks)]
    context = {
        **beside,
        "mine": mine,
        "message": message,
        "errors": errors,
        "parts": parts,
        "clashes": sum(part.kind == CLASH for part in parts),
        "stretches": diffs.stretches(beside["newest"].text, mine.text),
    }
    status = 422 if errors else 409
    if not is_fragment(request):
        return render(request, "lyrics/conflict.html", context, status=status)
    pieces = ("lyrics/_conflict.html", context), ("lyrics/_versions.html", {**context, "oob": True})
    answer = fragments(request, *pieces, status=status)
    swap: Any = "outerHTML show:window:top"
    return reswap(retarget(answer, "#sheet"), swap)


def _chunks(sheet: LyricSheet, mine: Mine, theirs: LyricRevision) -> list[Chunk]:
    begun_with = sheet.revisions.filter(number=mine.base).first() if mine.base else None
    # A version that never was: then all that differs is to be decided.
    return merge(begun_with.text if begun_with else "", mine.text, theirs.text)


def _part(index: int, chunk: Chunk, choice: str) -> Part:
    mine, theirs = ("\n".join(lines) if lines else None for lines in (chunk.mine, chunk.theirs))
    return Part(index, chunk.kind, mine, theirs, choice, len(chunk.mine))


@require_POST
@keeps("mine")
def merged(request: StudioRequest, sheet_id: int) -> HttpResponse:
    """Save what was put together, on top of theirs. 409 once more when a third text came meanwhile: then
    what was put together stands against it."""
    sheet = access.sheet_for(request.user, sheet_id, "edit")
    form = MergeForm(request.POST)
    if not form.is_valid():
        sentences = [str(sentence) for each in form.errors.values() for sentence in each]
        return conflict(request, sheet, _as_sent(form), errors=sentences)
    data = form.cleaned_data
    mine = Mine.of(data, data["mine"], data["draft_key"])
    theirs = sheet.revisions.filter(number=data["theirs"]).first()
    if theirs is None:
        return conflict(request, sheet, mine, errors=[LOST])
    chunks = _chunks(sheet, mine, theirs)
    choices = _choices(request, chunks)
    text = joined(chunks, choices)
    if sheet.revisions.filter(number__gt=theirs.number).exists():
        choices = {}  # they were made between other lines than the page shows now
    if len(text) > LONGEST_TEXT:
        has = f"Put together it has {len(text):,} characters, and a sheet holds {LONGEST_TEXT:,}."
        return conflict(request, sheet, mine, choices=choices, errors=[f"{has} Choose one of the two."])
    whole = replace(mine, text=text, base=theirs.number)
    try:
        _save(request, sheet, whole, theirs)
    except lyrics.SavedMeanwhile as meanwhile:
        return conflict(request, sheet, whole, message=meanwhile.message)
    except lyrics.ChangedMeanwhile as meanwhile:
        sheet.refresh_from_db(fields=["title"])
        mine = replace(mine, title_shown=sheet.title)  # both are on the screen now
        return conflict(request, sheet, mine, choices=choices, errors=[meanwhile.message])
    return redirect("lyric_sheet", sheet.pk)


def _save(request: StudioRequest, sheet: LyricSheet, whole: Mine, theirs: LyricRevision) -> None:
    own = "" if whole.text == theirs.text else f"Merged with version {theirs.number}"
    titles = {"title": whole.title, "title_shown": whole.title_shown}
    words: dict[str, Any] = {**titles, "text": whole.text, "base": theirs.number}
    saved = lyrics.save(sheet, by=request.user, note=whole.note or own, **words)
    drafts.forget(saved.sheet, request.user, whole.draft_key)


def _choices(request: StudioRequest, chunks: list[Chunk]) -> dict[int, str]:
    """What was picked where both differ. What nobody picked keeps both."""
    sent = {
        index: request.POST.get(f"part-{index}", "")
        for index, chunk in enumerate(chunks)
        if chunk.kind == CLASH
    }
    return {index: choice for index, choice in sent.items() if choice in CHOICES}


def _as_sent(form: MergeForm) -> Mine:
    names = ("title", "mine", "base", "title_shown", "note")
    title, text, base, shown, note = (str(form[name].value() or "") for name in names)
    return Mine(title, text, whole_number(base), form.cleaned_data.get("draft_key"), shown, note)
