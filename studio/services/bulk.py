"""What is done to many clips at once, in few statements. Each verb tells how many it really changed."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet, Sum

from accounts.models import User
from studio.errors import Refusal
from studio.models import Asset, Clip, ClipTag, Project, Tag
from studio.models.search import fold
from studio.services import playlists, quotas, search, tags, takes
from studio.services.batches import batches

MOST = 10_000


class TooMany(Refusal):
    """More clips than are changed in one go."""


@dataclass(frozen=True)
class Choice:
    """The clips that may be changed, and how many were left out because the person may only look at them, or
    because they are final."""

    ids: list[int]
    locked: int
    final: int = 0

    @property
    def left_out(self) -> str:
        songs = "1 song of a project" if self.locked == 1 else f"{self.locked:,} songs of projects"
        return f"{songs} that you may only look at {'was' if self.locked == 1 else 'were'} left out."

    @property
    def final_left_out(self) -> str:
        if self.final == 1:
            return "1 final song was left out. Reopen it to change it."
        return f"{self.final:,} final songs were left out. Reopen them to change them."


@dataclass(frozen=True)
class Tagged:
    count: int
    full: int  # have as many tags as a clip can have


def choose(user: User, clips: QuerySet[Clip], *, with_final: bool = False) -> Choice:
    """What of these clips the person may change; `with_final` for what is no change of a song.

    Raises TooMany.
    """
    rows = list(clips.order_by("pk").values_list("pk", "project_id", "final_at")[: MOST + 1])
    if len(rows) > MOST:
        raise TooMany(f"At most {MOST:,} songs are changed at once. Narrow what is found by a filter.")
    editable = set(Project.objects.editable_by(user).values_list("pk", flat=True))
    mine = [(pk, final_at) for pk, project, final_at in rows if project in editable]
    ids = [pk for pk, final_at in mine if with_final or final_at is None]
    return Choice(ids, len(rows) - len(mine), len(mine) - len(ids))


# -- Tags ------------------------------------------------------------------------------------------


def tag(ids: Sequence[int], names: Sequence[str]) -> Tagged:
    """Put tags on clips; one that has no room for all of them gets none."""
    wanted = [each.pk for each in tags.named(names)]
    parts = [_tag(some, wanted) for some in batches(ids)]
    return Tagged(sum(part.count for part in parts), sum(part.full for part in parts))


@transaction.atomic
def _tag(ids: Sequence[int], wanted: Sequence[int]) -> Tagged:
    has = _lock_tags(ids)
    lacks = {pk: [each for each in wanted if each not in has[pk]] for pk in has}
    full = {pk for pk, missing in lacks.items() if missing and len(has[pk]) + len(missing) > tags.MOST}
    new = [ClipTag(clip_id=pk, tag_id=each) for pk in lacks if pk not in full for each in lacks[pk]]
    ClipTag.objects.bulk_create(new)
    changed = {row.clip_id for row in new}
    search.index(*Clip.objects.filter(pk__in=changed).only("pk"))
    return Tagged(len(changed), len(full))


def untag(ids: Sequence[int], names: Sequence[str]) -> int:
    """Take tags off clips; how many had one of them."""
    named = Tag.objects.filter(key__in=[fold(name) for name in names])
    unwanted = set(named.values_list("pk", flat=True))
    return sum(_untag(some, unwanted) for some in batches(ids))


@transaction.atomic
def _untag(ids: Sequence[int], unwanted: set[int]) -> int:
    changed = [pk for pk, has in _lock_tags(ids).items() if has & unwanted]
    ClipTag.objects.filter(clip__in=changed, tag__in=unwanted).delete()
    search.index(*Clip.objects.filter(pk__in=changed).only("pk"))
    return len(changed)


def _lock_tags(ids: Sequence[int]) -> dict[int, set[int]]:
    """{clip: its tags}, with the clips locked: two people may tag the same ones at once."""
    rows = Clip.objects.filter(pk__in=ids, purged_at=None, final_at=None).select_for_update().order_by("pk")
    has: dict[int, set[int]] = {pk: set() for pk in rows.values_list("pk", flat=True)}
    for pk, each in ClipTag.objects.filter(clip__in=has).values_list("clip_id", "tag_id"):
        has[pk].add(each)
    return has


# -- Moving ----------------------------------------------------------------------------------------


def move(ids: Sequence[int], target: Project, *, alone: bool = False) -> int:
    """Bring clips to another project; how many went. Their orders and lyric sheets stay where they are.

    Which stands in front of a stack takes all of it along, unless `alone`; any other take goes by itself.
    Playlists of other projects lose them. Raises quotas.Full before anything went.
    """
    fronts = Clip.objects.filter(is_front=True)
    whole: set[uuid.UUID] = set()
    for some in () if alone else batches(ids):
        whole |= set(fronts.filter(pk__in=some).values_list("stack", flat=True))
    _check_room(ids, target, whole)
    return sum(_move(some, target, whole) for some in batches(ids))


def _check_room(ids: Sequence[int], target: Project, whole: set[uuid.UUID]) -> None:
    if target.quota_mb is None:
        return
    elsewhere = _movable(target)
    going = set(ids)
    for some in batches(ids):
        stacks = whole & set(elsewhere.filter(pk__in=some).values_list("stack", flat=True))
        going |= set(elsewhere.filter(stack__in=stacks).values_list("pk", flat=True))
    files = (Asset.objects.filter(clip__in=elsewhere.filter(pk__in=some)) for some in batches(list(going)))
    if size := sum(each.aggregate(bytes=Sum("size"))["bytes"] or 0 for each in files):
        quotas.check(target, more=size)


def _movable(target: Project) -> QuerySet[Clip]:
    """Final takes stay where they are, also when the others of their order go."""
    return Clip.objects.filter(purged_at=None, final_at=None).exclude(project=target)


@transaction.atomic
def _move(ids: Sequence[int], target: Project, whole: set[uuid.UUID]) -> int:
    elsewhere = _movable(target)
    stacks = set(elsewhere.filter(pk__in=ids).values_list("stack", flat=True))
    rows = elsewhere.filter(stack__in=stacks).select_for_update().order_by("pk")
    # New stacks: a take of the same order that comes late must not lie hidden behind one in another project.
    stack_of: defaultdict[uuid.UUID, uuid.UUID] = defaultdict(uuid.uuid4)
    moved = [clip for clip in rows.only("stack") if clip.stack in whole or clip.pk in ids]
    alone = [clip.pk for clip in moved if clip.stack not in whole]
    for clip in moved:
        clip.stack = stack_of[clip.stack] if clip.stack in whole else uuid.uuid4()
    Clip.objects.filter(pk__in=alone).update(is_front=False, picked=False)
    Clip.objects.bulk_update(moved, ["stack"])
    Clip.objects.filter(pk__in=[clip.pk for clip in moved]).update(project=target)
    takes.settle_front(stacks | {clip.stack for clip in moved})
    playlists.drop([clip.pk for clip in moved], stay_in=target)
    return len(moved)
