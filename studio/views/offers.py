"""What can be made of a clip: each operation with its price, or the reason why not."""

from dataclasses import dataclass

from studio.models import Clip
from studio.services import finals, providers, uploads
from studio.templatetags.orders import again_url

NOT_THERE = "No provider has this recording. Upload it to one first."
IN_THE_BIN = "This song is in the bin. Restore it first."
COMPOSES = ("create_music", "extend_music", "replace_music", "cover_music")
MAKES = ("extend_music", "replace_music", "cover_music", "video_clip")
DOWNLOAD = "download"


@dataclass(frozen=True)
class Offer:
    clip: Clip
    operation: providers.Operation
    reason: str  # why it can't be ordered now, or ""

    @property
    def part(self) -> str:
        """Which ends of a part that was chosen on the waveform it takes: "start end", "start" or ""."""
        ends = {"starts_at": "start", "ends_at": "end"}
        return " ".join(end for name, end in ends.items() if self.operation.field(name))


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
    if clip.binned_at:
        return IN_THE_BIN
    if clip.final_at:
        return finals.FINAL
    if not clip.provider:
        return NOT_THERE
    provider = providers.named(clip.provider)
    if reason := providers.is_offered(clip.provider, name):
        return reason
    # It may sell songs under the same name as others sell files.
    return "" if provider.operation(name).works_on_a_clip else f"{provider.label} does not offer this."


@dataclass(frozen=True)
class Again:
    """Addresses of the form that holds the clip's own order once more, or ""."""

    same: str  # with everything that was asked for
    another_take: str  # one more, with a new seed


def again(clip: Clip, *, is_there: bool) -> Again:
    """Nothing for a clip that nobody ordered, or whose order or source is gone or hidden."""
    address = again_url(clip.task) if clip.task and is_there else ""
    if not address or clip.task is None or clip.operation not in COMPOSES:
        return Again(address, "")
    takes = f"&takes={clip.task.takes}" if clip.task.source_id is None else ""
    return Again(f"{address}{takes}", f"{address}&takes=1&seed=")


def needs_upload(clip: Clip) -> bool:
    """Whether a provider could do all that once it had the recording."""
    changes = not clip.binned_at and not clip.final_at
    return not clip.provider and changes and bool(providers.offering(uploads.OPERATION))
