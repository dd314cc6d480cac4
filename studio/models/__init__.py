from studio.models.allowances import Allowance
from studio.models.audits import AuditState
from studio.models.clips import Asset, Clip, ClipTag, Conversion
from studio.models.comments import Comment
from studio.models.credits import CreditAccount, CreditEntry
from studio.models.hooks import WebhookDelivery
from studio.models.imports import Import
from studio.models.limits import Limit, LimitRaise
from studio.models.line_comments import LineComment
from studio.models.lyrics import LyricDraft, LyricRevision, LyricSheet
from studio.models.notices import Notice, NoticeChoice
from studio.models.playlists import Playlist, PlaylistEntry
from studio.models.projects import Project, ProjectMember
from studio.models.proposals import LyricProposal
from studio.models.providers import ProviderState
from studio.models.readings import BalanceReading
from studio.models.requests import CreditRequest
from studio.models.search import SearchText
from studio.models.shares import Guest, ListenDay, Share
from studio.models.sums import CreditSum, SongSum, SumMark
from studio.models.tags import Tag
from studio.models.tasks import Attempt, Task, TaskEvent
from studio.models.team import Team
from studio.models.timings import Timing
from studio.models.uploads import Upload
from studio.models.workers import Lease

__all__ = [
    "Allowance",
    "Asset",
    "Attempt",
    "AuditState",
    "BalanceReading",
    "Clip",
    "ClipTag",
    "Comment",
    "Conversion",
    "CreditAccount",
    "CreditEntry",
    "CreditRequest",
    "CreditSum",
    "Guest",
    "Import",
    "Lease",
    "Limit",
    "LimitRaise",
    "LineComment",
    "ListenDay",
    "LyricDraft",
    "LyricProposal",
    "LyricRevision",
    "LyricSheet",
    "Notice",
    "NoticeChoice",
    "Playlist",
    "PlaylistEntry",
    "Project",
    "ProjectMember",
    "ProviderState",
    "SearchText",
    "Share",
    "SongSum",
    "SumMark",
    "Tag",
    "Task",
    "TaskEvent",
    "Team",
    "Timing",
    "Upload",
    "WebhookDelivery",
]
