from django.urls import include, path

from studio.views import clips, credits, hooks, live, media, projects, songs, tasks

handler400 = "studio.views.errors.bad_request"
handler403 = "studio.views.errors.forbidden"
handler404 = "studio.views.errors.not_found"
handler500 = "studio.views.errors.server_error"

urlpatterns = [
    path("", projects.home, name="home"),
    # /account/: signing in and out
    path("account/", include("accounts.urls")),
    # /projects/
    path("projects/", projects.index, name="projects"),
    path("projects/<int:project_id>/", projects.detail, name="project"),
    path("projects/<int:project_id>/settings/", projects.edit, name="project_settings"),
    path("projects/<int:project_id>/members/", projects.add_member, name="project_members"),
    path(
        "projects/<int:project_id>/members/<int:user_id>/remove/",
        projects.remove_member,
        name="project_member_remove",
    ),
    path("projects/<int:project_id>/new-song/", songs.new, name="new_song"),
    # /tasks/
    path("tasks/", tasks.index, name="tasks"),
    path("tasks/<int:task_id>/", tasks.detail, name="task"),
    path("tasks/<int:task_id>/cancel/", tasks.cancel, name="task_cancel"),
    path("tasks/<int:task_id>/give-up/", tasks.give_up, name="task_give_up"),
    path("tasks/<int:task_id>/upstream-id/", tasks.enter_id, name="task_enter_id"),
    # /clips/ and the files of clips
    path("clips/<int:clip_id>/", clips.detail, name="clip"),
    path("media/<int:asset_id>/", media.asset, name="asset"),
    # /credits/
    path("credits/", credits.index, name="credits"),
    # What changed on the page
    path("live/", live.live, name="live"),
    # From the provider
    path("hooks/<str:token>/", hooks.hook, name="hook"),
]
