"""What is known of a final song, on one sheet: how it was made, from what, by whom, and by which bytes it can
be told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import User
from studio.models import Clip
from studio.services import handovers, providers
from studio.templatetags.figures import duration, size
from studio.templatetags.orders import label_of, order_facts, relation
from studio.views.family import CAME_FROM_OUTSIDE, ids_above

STYLE = "css/sheet.css"
SHOWN_APART = ("Model", "Seed", "Title")
COMPOSED = ("create_music", "extend_music", "replace_music", "cover_music")
NAMELESS = "A member of the team"

Fact = tuple[str, str]


@dataclass(frozen=True)
class File:
    name: str
    size: str
    sha256: str


@dataclass(frozen=True)
class Sheet:
    """`facts` and `people` are pairs of a label and what is said; nothing in it is an id of the studio."""

    clip: Clip
    disclosure: str
    facts: list[Fact]
    people: list[Fact]
    files: list[File]


def of(clip: Clip, *, inside: bool) -> Sheet:
    """`inside` the team it also tells which link somebody came by, and how the provider calls the song."""
    return Sheet(
        clip=clip,
        disclosure=handovers.disclosure(clip),
        facts=[fact for fact in _facts(clip, inside) if fact[1]],
        people=[fact for fact in _people(clip, inside) if fact[1]],
        files=_files(clip),
    )


def page(clip: Clip, *, inside: bool, style: str = "") -> str:
    """The sheet as a page of its own. `style` is the address of its style sheet, where it lies elsewhere."""
    return render_to_string("handovers/sheet.html", {"sheet": of(clip, inside=inside), "style": style})


def in_a_zip(clip: Clip) -> dict[str, bytes]:
    """The page as it is given away, with its style sheet beside it."""
    style = finders.find(STYLE)
    page_ = {"provenance.html": page(clip, inside=False, style="provenance.css").encode()}
    if style is None:
        return page_
    return {**page_, "provenance.css": Path(style).read_bytes()}


# -- How it was made -------------------------------------------------------------------------------


def _facts(clip: Clip, inside: bool) -> Iterator[Fact]:
    yield "Length", duration(clip.duration)
    yield "Loudness", f"{clip.loudness:.1f} LUFS, peak {clip.true_peak:.1f} dBTP"
    yield "Made by", providers.named(clip.provider).label if clip.provider else "A file from the disk"
    yield "What", label_of(clip.task) if clip.task else ""
    yield "Model", clip.model
    yield "Seed", clip.seed
    if clip.task and clip.operation in COMPOSED:
        yield from (fact for fact in order_facts(clip.task) if fact[0] not in SHOWN_APART)
    yield "Made from", "; ".join(_parents(clip))
    yield "Words", _words(clip)
    yield "Id at the provider", clip.upstream_id if inside else ""


def _parents(clip: Clip) -> Iterator[str]:
    """From its parent up to where it began. Songs of other projects are not named."""
    ids = ids_above(clip)
    above = {each.pk: each for each in Clip.objects.filter(pk__in=ids).select_related("task")}
    child: Clip | None = clip
    for number in ids:
        parent = above.get(number)
        is_near = parent is not None and parent.project_id == clip.project_id
        title = parent.title if parent and is_near else "another song"
        if child and child.task:
            yield f"{relation(child.task)} {title}"
        child = parent
    if child and child.operation in CAME_FROM_OUTSIDE:
        yield CAME_FROM_OUTSIDE[child.operation].format(providers.named(child.provider).label)


def _words(clip: Clip) -> str:
    """The version of a sheet that it sings, where that lies beside the song."""
    revision = clip.task.lyric_revision if clip.task else None
    if revision is None or revision.sheet.project_id != clip.project_id:
        return ""
    return f"{revision.sheet.title}, version {revision.number}"


# -- By whom, and which files ----------------------------------------------------------------------


def _people(clip: Clip, inside: bool) -> Iterator[Fact]:
    ordered = clip.task.created_at if clip.task else clip.created_at
    yield "Ordered" if clip.task else "Brought", _by(clip.created_by, ordered)
    if clip.approved_guest:
        through = f", through “{clip.approved_guest.share.label}”" if inside else ""
        yield "Approved", f"{clip.approved_guest.name} (guest{through}), {_when(clip.approved_at)}"
    elif clip.approved_by:
        yield "Approved", _by(clip.approved_by, clip.approved_at)
    if clip.final_by:
        yield "Made final", _by(clip.final_by, clip.final_at)


def _by(person: User, moment: datetime | None) -> str:
    """By name: an e-mail address is nobody's affair outside."""
    return f"{person.name or NAMELESS}, {_when(moment)}"


def _when(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%-d %B %Y, %H:%M %Z}" if moment else ""


def _files(clip: Clip) -> list[File]:
    return [
        File(handovers.filename(clip, each), size(each.asset.size), each.asset.sha256)
        for each in handovers.files_of(clip)
    ]
