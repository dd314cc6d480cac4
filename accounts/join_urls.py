from django.urls import path

from accounts.views import invitations

urlpatterns = [
    path("<str:token>/", invitations.join, name="join"),
]
