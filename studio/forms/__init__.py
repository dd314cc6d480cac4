"""What people type, checked before anything is spent. The limits themselves are the provider's data."""

from studio.forms.allowances import AllowanceForm
from studio.forms.bulk import BulkForm
from studio.forms.clips import ClipOrderForm
from studio.forms.comments import CommentForm, EditCommentForm
from studio.forms.credits import CorrectionForm, GrantForm
from studio.forms.drafts import DraftForm
from studio.forms.guests import GuestAnswerForm, GuestCommentForm, GuestForm
from studio.forms.imports import FileForm
from studio.forms.line_comments import AnswerForm, LineCommentForm
from studio.forms.lyrics import WriteLyricsForm
from studio.forms.notes import NotesForm, TagsForm
from studio.forms.notices import NoticeChoiceForm
from studio.forms.pauses import PauseForm
from studio.forms.playlists import AddToPlaylistForm, PlaylistForm, PlaylistNameForm
from studio.forms.projects import (
    AccessForm,
    HandOverForm,
    MemberForm,
    OpennessForm,
    ProjectForm,
    ProjectNameForm,
    QuotaForm,
)
from studio.forms.shares import ShareForm, ShareSettingsForm
from studio.forms.sheets import AboutForm, MergeForm, NewSheetForm, SheetForm
from studio.forms.songs import SongForm
from studio.forms.spending import LinesForm, SpendingForm
from studio.forms.tasks import UpstreamIdForm
from studio.forms.team import TeamForm
from studio.forms.timings import TimingForm
from studio.forms.uploads import ImportForm, UploadForm

__all__ = [
    "AboutForm",
    "AccessForm",
    "AddToPlaylistForm",
    "AllowanceForm",
    "AnswerForm",
    "BulkForm",
    "ClipOrderForm",
    "CommentForm",
    "CorrectionForm",
    "DraftForm",
    "EditCommentForm",
    "FileForm",
    "GrantForm",
    "GuestAnswerForm",
    "GuestCommentForm",
    "GuestForm",
    "HandOverForm",
    "ImportForm",
    "LineCommentForm",
    "LinesForm",
    "MemberForm",
    "MergeForm",
    "NewSheetForm",
    "NotesForm",
    "NoticeChoiceForm",
    "OpennessForm",
    "PauseForm",
    "PlaylistForm",
    "PlaylistNameForm",
    "ProjectForm",
    "ProjectNameForm",
    "QuotaForm",
    "ShareForm",
    "ShareSettingsForm",
    "SheetForm",
    "SongForm",
    "SpendingForm",
    "TagsForm",
    "TeamForm",
    "TimingForm",
    "UploadForm",
    "UpstreamIdForm",
    "WriteLyricsForm",
]
