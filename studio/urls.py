from django.urls import include, path

from studio.views import (
    bin,
    bulk,
    clips,
    credits,
    health,
    hooks,
    imports,
    library,
    live,
    lyrics,
    media,
    notes,
    playlists,
    projects,
    providers,
    queue,
    songs,
    tags,
    takes,
    tasks,
    uploads,
    zips,
)

handler400 = "studio.views.errors.bad_request"
handler403 = "studio.views.errors.forbidden"
handler404 = "studio.views.errors.not_found"
handler500 = "studio.views.errors.server_error"

urlpatterns = [
    path("", projects.home, name="home"),
    # For whoever watches over the studio
    path("healthz", health.healthz, name="healthz"),
    # /account/: signing in and out
    path("account/", include("accounts.urls")),
    # /projects/
    path("projects/", projects.index, name="projects"),
    path("projects/<int:project_id>/", projects.detail, name="project"),
    path("projects/<int:project_id>/settings/", projects.edit, name="project_settings"),
    path("projects/<int:project_id>/quota/", projects.set_quota, name="project_quota"),
    path("projects/<int:project_id>/members/", projects.add_member, name="project_members"),
    path(
        "projects/<int:project_id>/members/<int:user_id>/remove/",
        projects.remove_member,
        name="project_member_remove",
    ),
    path("projects/<int:project_id>/new-song/", songs.new, name="new_song"),
    path("projects/<int:project_id>/upload/", uploads.upload, name="upload"),
    path("projects/<int:project_id>/import/", uploads.bring, name="import"),
    path("projects/<int:project_id>/import-files/", imports.files, name="import_files"),
    path("projects/<int:project_id>/import-files/begin/", imports.begin, name="import_begin"),
    path("projects/<int:project_id>/lyrics/", lyrics.project, name="project_lyrics"),
    path("projects/<int:project_id>/lyrics/new/", lyrics.new, name="new_lyric_sheet"),
    # /imports/: files that come in parts
    path("imports/<uuid:key>/part/", imports.part, name="import_part"),
    path("imports/<uuid:key>/put-away/", imports.put_away, name="import_put_away"),
    # /library/: all songs
    path("library/", library.index, name="library"),
    path("library/bulk/", bulk.change, name="library_bulk"),
    path("bin/", bin.index, name="bin"),
    path("bin/restore/", bin.restore, name="bin_restore"),
    path("bin/empty/", bin.empty, name="bin_empty"),
    # /playlists/
    path("playlists/", playlists.index, name="playlists"),
    path("playlists/<int:playlist_id>/", playlists.detail, name="playlist"),
    path("playlists/<int:playlist_id>/rename/", playlists.rename, name="playlist_rename"),
    path("playlists/<int:playlist_id>/delete/", playlists.delete, name="playlist_delete"),
    path("playlists/<int:playlist_id>/order/", playlists.arrange, name="playlist_order"),
    path("playlists/<int:playlist_id>/remove/", playlists.remove, name="playlist_remove"),
    path("clips/<int:clip_id>/playlist/", playlists.add, name="playlist_add"),
    path("library/zip/", zips.library_zip, name="library_zip"),
    # /lyrics/
    path("lyrics/", lyrics.index, name="lyrics"),
    path("lyrics/<int:sheet_id>/", lyrics.sheet, name="lyric_sheet"),
    path(
        "lyrics/<int:sheet_id>/versions/<int:number>/bring-back/", lyrics.bring_back, name="lyric_bring_back"
    ),
    # /tasks/
    path("tasks/", tasks.index, name="tasks"),
    path("tasks/<int:task_id>/", tasks.detail, name="task"),
    path("tasks/<int:task_id>/cancel/", tasks.cancel, name="task_cancel"),
    path("tasks/<int:task_id>/give-up/", tasks.give_up, name="task_give_up"),
    path("tasks/<int:task_id>/upstream-id/", tasks.enter_id, name="task_enter_id"),
    # /clips/ and the files of clips
    path("clips/<int:clip_id>/", clips.detail, name="clip"),
    path("clips/<int:clip_id>/order/<str:operation>/", clips.order, name="clip_order"),
    path("clips/<int:clip_id>/convert/", clips.convert, name="clip_convert"),
    path("clips/<int:clip_id>/edit/", notes.edit, name="clip_edit"),
    path("clips/<int:clip_id>/rating/", notes.rate, name="clip_rate"),
    path("clips/<int:clip_id>/approval/", notes.approve, name="clip_approve"),
    path("clips/<int:clip_id>/played/", notes.played, name="clip_played"),
    path("clips/<int:clip_id>/tags/", tags.change, name="clip_tags"),
    path("clips/<int:clip_id>/pick/", takes.pick, name="clip_pick"),
    path("compare/", takes.compare, name="compare"),
    path("media/<int:asset_id>/", media.asset, name="asset"),
    # /credits/
    path("credits/", credits.index, name="credits"),
    # /providers/: for the team's owners
    path("providers/", providers.index, name="providers"),
    path(
        "providers/<str:name>/offer/<str:operation>/",
        providers.offer_again,
        name="provider_offer_again",
    ),
    path("providers/<str:name>/attended/", providers.attended, name="provider_attended"),
    # /queue/: what waits, what is in doubt and what was set aside
    path("queue/", queue.index, name="queue"),
    path("queue/<int:task_id>/take-up/", queue.take_up, name="queue_take_up"),
    path("queue/<int:task_id>/put-away/", queue.put_away, name="queue_put_away"),
    # What changed on the page
    path("live/", live.live, name="live"),
    # From the provider
    path("hooks/<str:token>/", hooks.hook, name="hook"),
    path("uploads/<str:token>/", uploads.file, name="upload_file"),
    path("uploads/<str:token>/<str:filename>", uploads.file, name="upload_file"),
]
