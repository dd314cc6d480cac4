from studio.models.audits import AuditState
from studio.models.clips import Asset, Clip, Conversion
from studio.models.credits import CreditAccount, CreditEntry
from studio.models.hooks import WebhookDelivery
from studio.models.lyrics import LyricRevision, LyricSheet
from studio.models.projects import Project, ProjectMember
from studio.models.providers import ProviderState
from studio.models.tasks import Attempt, Task, TaskEvent
from studio.models.uploads import Upload
from studio.models.workers import Lease

__all__ = [
    "Asset",
    "Attempt",
    "AuditState",
    "Clip",
    "Conversion",
    "CreditAccount",
    "CreditEntry",
    "Lease",
    "LyricRevision",
    "LyricSheet",
    "Project",
    "ProjectMember",
    "ProviderState",
    "Task",
    "TaskEvent",
    "Upload",
    "WebhookDelivery",
]
