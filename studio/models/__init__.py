from studio.models.audits import AuditState
from studio.models.clips import Asset, Clip, ClipTag, Conversion
from studio.models.credits import CreditAccount, CreditEntry
from studio.models.hooks import WebhookDelivery
from studio.models.imports import Import
from studio.models.lyrics import LyricRevision, LyricSheet
from studio.models.playlists import Playlist, PlaylistEntry
from studio.models.projects import Project, ProjectMember
from studio.models.providers import ProviderState
from studio.models.search import SearchText
from studio.models.tags import Tag
from studio.models.tasks import Attempt, Task, TaskEvent
from studio.models.uploads import Upload
from studio.models.workers import Lease

__all__ = [
    "Asset",
    "Attempt",
    "AuditState",
    "Clip",
    "ClipTag",
    "Conversion",
    "CreditAccount",
    "CreditEntry",
    "Import",
    "Lease",
    "LyricRevision",
    "LyricSheet",
    "Playlist",
    "PlaylistEntry",
    "Project",
    "ProjectMember",
    "ProviderState",
    "SearchText",
    "Tag",
    "Task",
    "TaskEvent",
    "Upload",
    "WebhookDelivery",
]
