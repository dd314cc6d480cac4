"""Everything of one person in a zip, made while it is sent: their songs, and the rest as JSON.

Rows are read in short batches by their keys, so that neither memory nor a long transaction grows with them.
Songs, orders, words and lists are those of projects that the person can still see; the money is all theirs.
"""

import json
from collections.abc import Callable, Generator, Iterator
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from stream_zip import ZIP_AUTO, MemberFile, stream_zip

from accounts.models import Picture, TrailEvent, User
from studio.models import (
    Clip,
    Comment,
    CreditEntry,
    CreditRequest,
    LineComment,
    LyricDraft,
    LyricRevision,
    LyricSheet,
    Notice,
    NoticeChoice,
    Playlist,
    Project,
    ProjectMember,
    Share,
    Task,
    TaskEvent,
)
from studio.services import shares, zips

FOLDER = "data"
AT_ONCE = 200  # rows of one read
TEXT_BYTES = 1 << 30
Fact = dict[str, Any]


def stream(user: User) -> Generator[bytes, None, None]:
    """The bytes of the zip. Raises OSError when a file breaks after it was found whole."""
    yield from stream_zip(_members(user), chunk_size=zips.BLOCK_BYTES, extended_timestamps=False)


def _members(user: User) -> Iterator[MemberFile]:
    songs = Clip.objects.visible_to(user).kept().filter(created_by=user)
    ids = list(songs.order_by("pk").values_list("pk", flat=True))
    yield from zips.Archive(user, ids, (zips.Kind.MASTER,), FOLDER).members()
    yield _file("profile.json", iter([_json(_profile(user))]))
    for name, found in _parts(user):
        yield _file(f"{name}.json", _array(found))
    if picture := Picture.objects.filter(user=user).first():
        yield _file("picture.webp", iter([bytes(picture.content)]))


def _file(name: str, content: Iterator[bytes]) -> MemberFile:
    method = ZIP_AUTO(TEXT_BYTES, level=6)
    return f"{FOLDER}/{name}", timezone.localtime(), zips.MODE, method, content


def _json(fact: Fact) -> bytes:
    text = json.dumps(fact, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    return text.encode(errors="replace")  # half characters can't be written


def _array(facts: Iterator[Fact]) -> Iterator[bytes]:
    before = b"[\n"
    for fact in facts:
        yield before + _json(fact)
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def _batches(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """All rows by their keys, some at a time."""
    last = 0
    while some := list(rows.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        last = some[-1].pk
        yield some


def _parts(user: User) -> Iterator[tuple[str, Iterator[Fact]]]:
    """What there is besides the profile: the name of each file, and its rows one by one."""
    projects = Project.objects.visible_to(user)
    seen = set(projects.values_list("pk", flat=True))
    sheets = LyricSheet.objects.filter(project__in=projects)

    def rows(found: QuerySet[Any], tell: Callable[[Any], Fact]) -> Iterator[Fact]:
        return (tell(row) for some in _batches(found) for row in some)

    tasks = Task.objects.filter(created_by=user, project__in=projects).select_related("project")
    yield "orders", _orders(tasks.defer("answer"))
    entries = CreditEntry.objects.filter(account__user=user).select_related("project")
    yield "credits", rows(entries, lambda entry: _entry(entry, seen))
    yield "credit_requests", rows(CreditRequest.objects.filter(user=user), _request)
    own = sheets.filter(created_by=user).select_related("project")
    yield "lyric_sheets", rows(own.defer("words"), _sheet)
    written = LyricRevision.objects.filter(created_by=user, sheet__in=sheets).select_related("sheet")
    yield "lyric_versions", rows(written, _revision)
    drafts = LyricDraft.objects.filter(created_by=user, sheet__in=sheets)
    yield "lyric_drafts", rows(drafts, _draft)
    said = LineComment.objects.filter(created_by=user, sheet__in=sheets).select_related("sheet")
    yield "comments", rows(said, _comment)
    remarks = Comment.objects.filter(created_by=user, clip__in=Clip.objects.visible_to(user))
    yield "song_comments", rows(remarks.select_related("clip"), _remark)
    links = Share.objects.filter(created_by=user, project__in=projects).select_related("project", "clip")
    yield "links", rows(links.select_related("playlist"), _link)
    lists = Playlist.objects.filter(created_by=user, project__in=projects).select_related("project")
    yield "playlists", rows(lists.prefetch_related("entries__clip"), _playlist)
    yield "notices", rows(Notice.objects.filter(user=user), _notice)
    trail = TrailEvent.objects.filter(Q(actor=user) | Q(subject=user))
    yield "trail", rows(trail, lambda event: _event(event, user))


def counts(user: User) -> dict[str, int]:
    """How much there is of what fills most of the zip."""
    projects = Project.objects.visible_to(user)
    songs = Clip.objects.visible_to(user).kept().filter(created_by=user)
    return {
        "songs": songs.count(),
        "orders": Task.objects.filter(created_by=user, project__in=projects).count(),
        "lines": CreditEntry.objects.filter(account__user=user).count(),
    }


# -- What is told of each --------------------------------------------------------------------------


def _told(row: Model, *names: str) -> Fact:
    return {name: getattr(row, name) for name in names}


def _profile(user: User) -> Fact:
    own = "name", "email", "role", "time_zone", "theme", "date_joined", "last_login"
    members = ProjectMember.objects.filter(user=user).order_by("project__name", "pk")
    choice = NoticeChoice.objects.filter(user=user).values().first()
    return {
        **_told(user, *own),
        "projects": list(Project.objects.filter(owner=user).values_list("name", flat=True)),
        "member_of": list(members.values("project__name", "access")),
        "notices": choice or {},
    }


def _orders(tasks: QuerySet[Task]) -> Iterator[Fact]:
    """Each with its history, which is read beside it: prefetched, rows would hold on to each other."""
    for some in _batches(tasks):
        history: dict[int, list[Fact]] = {task.pk: [] for task in some}
        events = TaskEvent.objects.filter(task__in=history).order_by("pk")
        for number, *told in events.values_list("task_id", "at", "old", "new", "note"):
            history[number].append(dict(zip(("at", "old", "new", "note"), told, strict=True)))
        yield from (_order(task, history[task.pk]) for task in some)


def _order(task: Task, history: list[Fact]) -> Fact:
    names = "id", "created_at", "take", "takes", "provider", "operation", "params", "price", "status"
    return {
        **_told(task, *names, "reason", "submitted_at", "ended_at"),
        "order": task.form_key,
        "project": task.project.name,
        "history": history,
    }


def _entry(entry: CreditEntry, seen: set[int]) -> Fact:
    project = entry.project.name if entry.project and entry.project_id in seen else None
    known = _told(entry, "id", "at", "kind", "amount", "reason", "period")
    return {**known, "order": entry.task_id, "project": project}


def _request(request: CreditRequest) -> Fact:
    return _told(request, "id", "created_at", "credits", "reason", "status", "answered_at", "answer")


def _sheet(sheet: LyricSheet) -> Fact:
    names = "id", "created_at", "changed_at", "title", "language", "notes"
    return {**_told(sheet, *names), "project": sheet.project.name}


def _revision(revision: LyricRevision) -> Fact:
    names = "number", "created_at", "note", "text", "sound"
    return {"sheet": revision.sheet_id, "title": revision.sheet.title, **_told(revision, *names)}


def _draft(draft: LyricDraft) -> Fact:
    return {"sheet": draft.sheet_id, **_told(draft, "saved_at", "title", "text", "discarded_at")}


def _comment(comment: LineComment) -> Fact:
    names = "created_at", "line", "quote", "text", "resolved_at"
    return {"sheet": comment.sheet_id, "title": comment.sheet.title, **_told(comment, *names)}


def _remark(comment: Comment) -> Fact:
    names = "created_at", "edited_at", "start", "end", "text", "resolved_at"
    return {"song": comment.clip_id, "title": comment.clip.title, **_told(comment, *names)}


def _link(share: Share) -> Fact:
    """Neither its address nor its password is known to us."""
    names = "id", "created_at", "kind", "expires_at", "last_used_at", "revoked_at"
    title = str(share.clip or share.playlist or "")
    return {"project": share.project.name, "title": title, **_told(share, *names, *shares.FIELDS)}


def _playlist(playlist: Playlist) -> Fact:
    kept = [entry for entry in playlist.entries.all() if entry.clip.project_id == playlist.project_id]
    songs = [entry.clip.title for entry in kept if entry.clip.binned_at is None]
    names = "name", "created_at", "changed_at"
    return {**_told(playlist, *names), "project": playlist.project.name, "songs": songs}


def _notice(notice: Notice) -> Fact:
    return _told(notice, "at", "kind", "facts", "read_at", "mailed_at")


def _event(event: TrailEvent, user: User) -> Fact:
    """The address of somebody else's request is theirs."""
    by_me = event.actor_id == user.pk
    address = event.address if by_me or event.actor_id is None else None
    about_me = event.subject_id == user.pk
    return {**_told(event, "at", "what", "facts"), "by_me": by_me, "about_me": about_me, "address": address}
