"""What people type, checked before anything is spent. The limits themselves are the provider's data."""

from studio.forms.clips import ClipOrderForm
from studio.forms.lyrics import NewSheetForm, SheetForm, WriteLyricsForm
from studio.forms.projects import MemberForm, ProjectForm
from studio.forms.songs import SongForm
from studio.forms.tasks import UpstreamIdForm
from studio.forms.uploads import ImportForm, UploadForm

__all__ = [
    "ClipOrderForm",
    "ImportForm",
    "MemberForm",
    "NewSheetForm",
    "ProjectForm",
    "SheetForm",
    "SongForm",
    "UploadForm",
    "UpstreamIdForm",
    "WriteLyricsForm",
]
