"""How much a project may keep. What was paid for is always kept, whatever is said here."""

from django.db.models import Q, Sum

from studio.errors import Refusal
from studio.models import Asset, Import, Project, Upload

MB, GB = 10**6, 10**9
HELP = "An owner of the team can allow more, or empty the bin."


class Full(Refusal):
    """There is no room in the project for what was asked for."""


def used(project: Project) -> int:
    """Bytes that the project's files take: those of its clips, also in the bin, and what comes in."""
    # The file of an upload that became a clip is one of the clip's.
    coming = Upload.objects.filter(Q(task=None) | Q(task__clips=None), project=project)
    parts = Import.objects.filter(project=project, status__in=(Import.Status.COMING, Import.Status.WAITING))
    sums = (
        Asset.objects.filter(clip__project=project).aggregate(bytes=Sum("size")),
        coming.aggregate(bytes=Sum("size")),
        parts.aggregate(bytes=Sum("size")),  # as announced: all of it will be here
    )
    return sum(each["bytes"] or 0 for each in sums)


def why_full(project: Project, *, more: int = 0) -> str:
    """Why the project can't take (`more` bytes), or "". Without a limit nothing is counted."""
    if project.quota_mb is None:
        return ""
    limit, taken = project.quota_mb * MB, used(project)
    if taken >= limit:
        return f"This project's storage is full: {figure(taken, limit)}. {HELP}"
    if taken + more > limit:
        size = f"This takes {more / MB:,.1f} MB, and of the project's storage"
        return f"{size} {figure(taken, limit)} are taken. {HELP}"
    return ""


def kept(project: Project) -> str:
    """What the project's files take, in words: "2.0 of 2.0 GB", or "12.3 MB" where there is no limit."""
    taken = used(project)
    if project.quota_mb is not None:
        return figure(taken, project.quota_mb * MB)
    return f"{taken / GB:,.1f} GB" if taken >= GB else f"{taken / MB:,.1f} MB"


def check(project: Project, *, more: int = 0) -> None:
    """Before anything is charged or begun. Raises Full."""
    if why := why_full(project, more=more):
        raise Full(why)


def check_order(project: Project, operation: str) -> None:
    """The same for an order; words take no room. Raises Full."""
    if operation != "make_lyrics":
        check(project)


def set_limit(project: Project, megabytes: int | None) -> None:
    """None: no limit. A limit below what is there already only stops what is new."""
    project.quota_mb = megabytes
    project.save(update_fields=["quota_mb"])


def figure(taken: int, limit: int) -> str:
    """ "2.0 of 2.0 GB", or in MB where a GB is much; what is taken is never rounded up to the limit."""
    unit, name = (GB, "GB") if limit >= GB else (MB, "MB")
    shown = min(round(taken / unit, 1), limit / unit - 0.1) if taken < limit else taken / unit
    return f"{shown:,.1f} of {limit / unit:,.1f} {name}"
