from django.urls import path

from accounts.views import invitations, people, profile, trail

urlpatterns = [
    # /team/: who is in it
    path("", people.index, name="people"),
    path("<int:person_id>/", people.detail, name="person"),
    path("<int:person_id>/role/", people.set_role, name="person_role"),
    path("<int:person_id>/email/", people.change_email, name="person_email"),
    path("<int:person_id>/deactivate/", people.deactivate, name="person_deactivate"),
    path("<int:person_id>/reactivate/", people.reactivate, name="person_reactivate"),
    path("<int:person_id>/picture/", profile.picture, name="picture"),
    path("trail/", trail.index, name="trail"),
    path("trail/export/", trail.export, name="trail_export"),
    path("invitations/<int:invitation_id>/reissue/", invitations.reissue, name="invitation_reissue"),
    path("invitations/<int:invitation_id>/revoke/", invitations.revoke, name="invitation_revoke"),
]
