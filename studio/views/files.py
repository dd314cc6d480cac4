"""The list of a clip's files: what there is, what is being made, what could be."""

from dataclasses import dataclass

from accounts.models import User
from studio.models import Asset, Clip, Conversion
from studio.services import conversions
from studio.views import access, offers

# A picture for lists, and what has a list of its own.
HIDDEN = (Asset.Kind.THUMB, Asset.Kind.STEM, conversions.DELIVERY)


@dataclass(frozen=True)
class Files:
    clip: Clip
    asked: list[Conversion]  # being made, or given up with the reason
    refusal: str  # why this person may have nothing made
    download: offers.Offer | None  # the same from the provider, for credits

    @property
    def assets(self) -> list[Asset]:
        return [asset for asset in self.clip.assets.all() if asset.kind not in HIDDEN]

    @property
    def stems(self) -> list[Asset]:
        return [asset for asset in self.clip.assets.all() if asset.kind == Asset.Kind.STEM]

    @property
    def pending(self) -> list[Conversion]:
        return [row for row in self.asked if not row.problem]

    @property
    def given_up(self) -> list[Conversion]:
        return [row for row in self.asked if row.problem]

    @property
    def missing(self) -> list[Asset.Kind]:
        """The formats that nobody has asked for yet."""
        asked = {row.kind for row in self.asked}
        return [Asset.Kind(kind) for kind in conversions.missing(self.clip) if kind not in asked]

    @property
    def signature(self) -> str:
        """Differs whenever the list would look different."""
        files = sorted(asset.pk for asset in self.clip.assets.all())
        asked = sorted(f"{row.kind}{'x' if row.problem else ''}" for row in self.asked)
        return ".".join([str(len(files)), str(files[-1] if files else 0), *asked])


def of(clip: Clip, user: User) -> Files:
    """`clip` comes with its assets prefetched."""
    refusal = access.reason_not_to(user, clip.project, "order")
    missing = conversions.missing(clip)
    asked = [row for row in clip.conversions.order_by("pk") if row.kind in missing]
    return Files(clip, asked, refusal, offers.offer(clip, offers.DOWNLOAD, refusal))
