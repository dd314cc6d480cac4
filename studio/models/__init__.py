from studio.models.clips import Asset, Clip
from studio.models.credits import CreditAccount, CreditEntry
from studio.models.hooks import WebhookDelivery
from studio.models.projects import Project, ProjectMember
from studio.models.providers import ProviderState
from studio.models.tasks import Attempt, Task, TaskEvent
from studio.models.workers import Lease

__all__ = [
    "Asset",
    "Attempt",
    "Clip",
    "CreditAccount",
    "CreditEntry",
    "Lease",
    "Project",
    "ProjectMember",
    "ProviderState",
    "Task",
    "TaskEvent",
    "WebhookDelivery",
]
