"""Songs, words and what orders make of them: rows and addresses of the access matrix."""

from typing import Any
from urllib.parse import urlsplit

from studio.models import Attempt, Clip, LyricProposal, Upload
from studio.services import imports, line_comments, lyrics, playlists, uploads
from tests.views.conftest import WORDS
from tests.views.matrix.codes import *
from tests.views.matrix.world import World

GET: Rows = {
    "home": (SIGN_IN, *(LED_ON,) * 6),
    "projects": EVERYBODY_SIGNED_IN,
    "project": WHO_MAY_SEE,
    "project_settings": WHO_MAY_MANAGE,
    "new_song": WHO_MAY_ORDER,
    "upload": WHO_MAY_ORDER,
    "upload_file": (OK,) * 7,  # who has the address may have the file, and the address expires
    "import": WHO_MAY_ORDER,
    "import_files": WHO_MAY_ORDER,
    "library_zip": EVERYBODY_SIGNED_IN,
    "tasks": EVERYBODY_SIGNED_IN,
    "task": WHO_MAY_SEE,
    "clip": WHO_MAY_SEE,
    "compare": WHO_MAY_SEE,
    "clip_order": WHO_MAY_ORDER,
    "clip_timing": WHO_MAY_ORDER,
    "clip_words": WHO_MAY_ORDER,
    "clip_lyrics": WHO_MAY_SEE,
    "asset": WHO_MAY_SEE,
    "library": EVERYBODY_SIGNED_IN,
    "lyrics": EVERYBODY_SIGNED_IN,
    "project_lyrics": WHO_MAY_SEE,
    "new_lyric_sheet": WHO_MAY_ORDER,
    "lyric_sheet": WHO_MAY_SEE,
    "lyric_write": WHO_MAY_SEE,
    "lyric_proposal": WHO_MAY_SEE,
    "lyric_comments": WHO_MAY_SEE,
    "lyric_history": WHO_MAY_SEE,
    "lyric_about": WHO_MAY_ORDER,
    "bin": EVERYBODY_SIGNED_IN,
    "playlists": EVERYBODY_SIGNED_IN,
    "playlist": WHO_MAY_SEE,
    "credits": EVERYBODY_SIGNED_IN,
    "providers": OWNERS_ONLY,
    "healthz": (OK,) * 7,
    "live": EVERYBODY_SIGNED_IN,
    "welcome": (NOT_FOUND, *(LED_ON,) * 6),
}
# What an empty form gets: refused by its fields (422), or done (a redirect), for who may at all.
POST: Rows = {
    "projects": (SIGN_IN, *(UNPROCESSABLE,) * 6),
    "project_settings": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE),
    "project_members": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE),
    "project_quota": (SIGN_IN, NOT_FOUND, *(FORBIDDEN,) * 4, LED_ON),
    "project_member_remove": (SIGN_IN, NOT_FOUND, *(FORBIDDEN,) * 3, NOT_FOUND, NOT_FOUND),
    "new_song": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    "upload": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    "import": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    "import_files": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    "import_begin": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    # Only who brings a file sends its parts; an empty one is told where the file goes on.
    "import_part": (SIGN_IN, *(NOT_FOUND,) * 4, 409, NOT_FOUND),
    "import_put_away": (SIGN_IN, *(NOT_FOUND,) * 4, LED_ON, NOT_FOUND),
    "project_lyrics": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    "new_lyric_sheet": (
        SIGN_IN,
        NOT_FOUND,
        FORBIDDEN,
        FORBIDDEN,
        UNPROCESSABLE,
        UNPROCESSABLE,
        UNPROCESSABLE,
    ),
    "library_zip": (SIGN_IN, *(UNPROCESSABLE,) * 6),
    "lyric_sheet": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    "lyric_about": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    "lyric_merge": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    "lyric_put_away": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "clip_lyric_sheet": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "lyric_write": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    "lyric_proposal_take": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "lyric_proposal_discard": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    # Whoever sees a sheet may say something to it.
    "lyric_comments": (SIGN_IN, NOT_FOUND, *(UNPROCESSABLE,) * 5),
    "lyric_comment_answer": (SIGN_IN, NOT_FOUND, *(UNPROCESSABLE,) * 5),
    "lyric_comment_resolve": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "lyric_measure": (SIGN_IN, *(OK,) * 6),
    "lyric_draft": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    # One that is not theirs is gone for them: they are led to the sheet.
    "lyric_draft_open": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "lyric_draft_discard": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "lyric_bring_back": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "library_bulk": (SIGN_IN, *(UNPROCESSABLE,) * 6),
    "bin_restore": (SIGN_IN, LED_ON, LED_ON, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "bin_empty": (SIGN_IN, *(FORBIDDEN,) * 5, LED_ON),
    "playlists": (SIGN_IN, *(UNPROCESSABLE,) * 6),
    "playlist_rename": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, *(UNPROCESSABLE,) * 3),
    "playlist_order": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, STALE, STALE, STALE),
    "playlist_remove": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "playlist_add": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    # The first who may takes it away from the others.
    "playlist_delete": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, NOT_FOUND, NOT_FOUND),
    "task_cancel": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "task_give_up": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "task_enter_id": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "welcome": (NOT_FOUND, *(LED_ON,) * 6),
    "provider_offer_again": (SIGN_IN, *(FORBIDDEN,) * 5, LED_ON),
    "provider_attended": (SIGN_IN, *(FORBIDDEN,) * 5, LED_ON),
    "clip_order": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    "clip_words": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    "clip_timing": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    "clip_convert": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "clip_pick": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "clip_edit": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    "clip_tags": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE, UNPROCESSABLE),
    "clip_rate": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "clip_approve": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON, LED_ON),
    "clip_played": (SIGN_IN, NOT_FOUND, *(DONE,) * 5),
    "hook": (401,) * 7,
}


def addresses(world: World) -> dict[str, list[Any]]:
    clip = world.clip
    attempt = Attempt.objects.get(task=clip.task)
    sheet = lyrics.create_sheet(project=clip.project, by=clip.created_by, title="Blue night", text=WORDS)
    words = sheet.revisions.get()
    written = world.order(operation="make_lyrics", params={"prompt": "the sea"}, lyric_revision=words)[0]
    proposal = LyricProposal.objects.create(sheet=sheet, task=written, beside=words, text=WORDS)
    comment = line_comments.add(words, line=1, text="Too long?", by=clip.created_by)
    coming = imports.begin(project=clip.project, by=clip.created_by, filename="a.wav", size=1)
    playlist = playlists.create(project=clip.project, by=clip.created_by, name="Album")
    Clip.objects.filter(pk=clip.pk).update(lyrics="Blue, blue night")
    return {
        "project": [clip.project_id],
        "project_settings": [clip.project_id],
        "project_members": [clip.project_id],
        "project_quota": [clip.project_id],
        "project_member_remove": [clip.project_id, 10**9],
        "new_song": [clip.project_id],
        "upload": [clip.project_id],
        "upload_file": [token_of_an_upload(clip)],
        "import": [clip.project_id],
        "import_files": [clip.project_id],
        "import_begin": [clip.project_id],
        "import_part": [coming.key],
        "import_put_away": [coming.key],
        "project_lyrics": [clip.project_id],
        "new_lyric_sheet": [clip.project_id],
        "lyric_sheet": [sheet.pk],
        "lyric_draft": [sheet.pk],
        "lyric_draft_open": [sheet.pk, 10**9],
        "lyric_draft_discard": [sheet.pk],
        "lyric_bring_back": [sheet.pk, 1],
        "lyric_write": [sheet.pk],
        "lyric_proposal": [sheet.pk, proposal.pk],
        "lyric_proposal_take": [sheet.pk, proposal.pk],
        "lyric_proposal_discard": [sheet.pk, proposal.pk],
        "lyric_comments": [sheet.pk],
        "lyric_comment_answer": [sheet.pk, comment.pk],
        "lyric_comment_resolve": [sheet.pk, comment.pk],
        "lyric_history": [sheet.pk],
        "lyric_about": [sheet.pk],
        "lyric_merge": [sheet.pk],
        "lyric_put_away": [sheet.pk],
        "clip_lyric_sheet": [clip.pk],
        "playlist": [playlist.pk],
        "playlist_rename": [playlist.pk],
        "playlist_delete": [playlist.pk],
        "playlist_order": [playlist.pk],
        "playlist_remove": [playlist.pk],
        "playlist_add": [clip.pk],
        "task": [clip.task_id],
        "task_cancel": [clip.task_id],
        "task_give_up": [clip.task_id],
        "task_enter_id": [clip.task_id],
        "clip": [clip.pk],
        "clip_order": [clip.pk, "video_clip"],
        "clip_timing": [clip.pk],
        "clip_words": [clip.pk],
        "clip_lyrics": [clip.pk, "txt"],
        "clip_convert": [clip.pk],
        "clip_pick": [clip.pk],
        "clip_edit": [clip.pk],
        "clip_tags": [clip.pk],
        "clip_rate": [clip.pk],
        "clip_approve": [clip.pk],
        "clip_played": [clip.pk],
        "asset": [clip.assets.get(kind="master").pk],
        "provider_offer_again": ["sandbox", "video_clip"],
        "provider_attended": ["sandbox"],
        "welcome": ["no-such-token"],
        "hook": [attempt.token],
    }


def token_of_an_upload(clip: Clip) -> str:
    facts = clip.assets.filter(kind="master").values("name", "content_type", "size", "sha256").get()
    who = {"project": clip.project, "created_by": clip.created_by}
    upload = Upload.objects.create(**who, **facts, title="Blue night", duration=2.0)
    return urlsplit(uploads.address_of(upload)).path.split("/")[2]
