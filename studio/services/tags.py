"""Tags: words that people put on clips. The team has one list; "Chorus" and "chorus" are one tag."""

from collections.abc import Iterable

from django.db import transaction

from studio.errors import Refusal
from studio.models import Clip, ClipTag, Project, Tag
from studio.models.search import fold
from studio.services import finals, search

MOST = 20  # on one clip
NEWEST = 200  # songs of a project whose tags are suggested: a look at all of 100,000 takes too long
SUGGESTED = 200


class TooManyTags(Refusal):
    field = "add"


@transaction.atomic
def add(clip: Clip, names: Iterable[str]) -> None:
    """Put these on the clip; those it has already stay. Raises TooManyTags, and then none is put on; and
    finals.IsFinal."""
    finals.hold(clip)  # two people's tags at once must not be more than MOST
    wanted = named(names)
    has = set(ClipTag.objects.filter(clip=clip).values_list("tag_id", flat=True))
    if (count := len(has | {tag.pk for tag in wanted})) > MOST:
        raise TooManyTags(f"A song has at most {MOST} tags; with these it would have {count}.")
    ClipTag.objects.bulk_create([ClipTag(clip=clip, tag=tag) for tag in wanted], ignore_conflicts=True)
    search.index(clip)


@transaction.atomic
def remove(clip: Clip, tag_id: int) -> None:
    """Take one off the clip; one that it does not have changes nothing. Raises finals.IsFinal."""
    finals.hold(clip)  # first of all, as whoever else changes its words
    ClipTag.objects.filter(clip=clip, tag_id=tag_id).delete()
    search.index(clip)


def named(names: Iterable[str]) -> list[Tag]:
    """The tags of these names, new ones made. Each name has a letter or digit, and 40 characters at most."""
    wanted = {fold(name): name for name in reversed(list(names))}  # of two spellings the first is kept
    # In one order: of two people with the same new tags each would wait for what the other has written.
    new = [Tag(name=name, key=key) for key, name in sorted(wanted.items())]
    Tag.objects.bulk_create(new, ignore_conflicts=True)
    return list(Tag.objects.filter(key__in=wanted))


def known_in(project: Project) -> list[Tag]:
    """Tags of the newest songs of a project, to choose from while typing."""
    newest = Clip.objects.filter(project=project).kept().order_by("-pk").values_list("pk", flat=True)
    # Asked for in two steps: PostgreSQL would read every tag of every clip for both in one.
    used = ClipTag.objects.filter(clip__in=list(newest[:NEWEST])).values("tag")
    return list(Tag.objects.filter(pk__in=used)[:SUGGESTED])
