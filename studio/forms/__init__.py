"""What people type, checked before anything is spent. The limits themselves are the provider's data."""

from studio.forms.bulk import BulkForm
from studio.forms.clips import ClipOrderForm
from studio.forms.imports import FileForm
from studio.forms.lyrics import NewSheetForm, SheetForm, WriteLyricsForm
from studio.forms.notes import NotesForm, TagsForm
from studio.forms.playlists import AddToPlaylistForm, PlaylistForm, PlaylistNameForm
from studio.forms.projects import MemberForm, ProjectForm, QuotaForm
from studio.forms.songs import SongForm
from studio.forms.tasks import UpstreamIdForm
from studio.forms.uploads import ImportForm, UploadForm

__all__ = [
    "AddToPlaylistForm",
    "BulkForm",
    "ClipOrderForm",
    "FileForm",
    "ImportForm",
    "MemberForm",
    "NewSheetForm",
    "NotesForm",
    "PlaylistForm",
    "PlaylistNameForm",
    "ProjectForm",
    "QuotaForm",
    "SheetForm",
    "SongForm",
    "TagsForm",
    "UploadForm",
    "UpstreamIdForm",
    "WriteLyricsForm",
]
