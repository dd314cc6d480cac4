"""What can be made of a clip: each operation with its price, or the reason why not."""

from dataclasses import dataclass

from studio.models import Clip
from studio.services import providers

MAKES = ("extend_music", "replace_music", "cover_music", "video_clip")
DOWNLOAD = "download"


@dataclass(frozen=True)
class Offer:
    clip: Clip
    operation: providers.Operation
    reason: str  # why it can't be ordered now, or ""


def offer(clip: Clip, name: str, refusal: str) -> Offer | None:
    """None for what nobody does to a clip. `refusal` is why this person may order nothing here, or ""."""
    operation = providers.described(clip.provider, name, on_a_clip=True)
    return Offer(clip, operation, refusal or reason_not_to(clip, name)) if operation else None


def row(clip: Clip, refusal: str) -> list[Offer]:
    """What the clip's page offers to make."""
    offers = (offer(clip, name, refusal) for name in MAKES)
    return [each for each in offers if each]


def reason_not_to(clip: Clip, name: str) -> str:
    """Why the clip's provider does not do this to it now, or ""."""
    provider = providers.named(clip.provider)
    if reason := providers.is_offered(clip.provider, name):
        return reason
    # It may sell songs under the same name as others sell files.
    return "" if provider.operation(name).works_on_a_clip else f"{provider.label} does not offer this."
