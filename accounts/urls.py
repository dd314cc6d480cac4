from allauth.account import views as allauth
from django.urls import path, re_path

from accounts.oidc import PROVIDER
from accounts.views import erasure, oidc, owner_links, profile, security
from accounts.views import second_factors as factors

urlpatterns = [
    # /account/: signing in and out, and the password. Only what a closed studio needs of allauth.
    path("sign-in/", allauth.login, name="account_login"),
    path("sign-in/code/", factors.Code.as_view(), name="mfa_authenticate"),
    path("sign-in/passkey/", factors.PasskeySignIn.as_view(), name="mfa_login_webauthn"),
    path("sign-out/", allauth.logout, name="account_logout"),
    path("sign-up/", allauth.signup, name="account_signup"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("confirm/", allauth.reauthenticate, name="account_reauthenticate"),
    path("confirm/code/", factors.CodeAgain.as_view(), name="mfa_reauthenticate"),
    path("confirm/passkey/", factors.PasskeyAgain.as_view(), name="mfa_reauthenticate_webauthn"),
    path("password/change/", allauth.password_change, name="account_change_password"),
    path("password/set/", allauth.password_set, name="account_set_password"),
    path("password/reset/", allauth.password_reset, name="account_reset_password"),
    path("password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    # The first hyphen ends the person's number; those behind it belong to the key.
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    # What keeps an account safe. allauth leads to its own names of that page.
    path("security/", security.page, name="account_security"),
    path("security/", security.page, name="mfa_index"),
    path("security/app/", factors.AddApp.as_view(), name="mfa_activate_totp"),
    path("security/app/remove/", factors.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("security/codes/", factors.Codes.as_view(), name="mfa_view_recovery_codes"),
    path("security/codes/new/", factors.NewCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("security/passkeys/add/", factors.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("security/passkeys/<int:pk>/name/", factors.RenamePasskey.as_view(), name="mfa_edit_webauthn"),
    path("security/passkeys/<int:pk>/remove/", factors.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("security/sessions/end/", security.end_others, name="sessions_end"),
    path("security/sessions/<int:session_id>/end/", security.end_session, name="session_end"),
    # The team's own OpenID Connect server, where one is set
    path("oidc/", oidc.leave, {"provider_id": PROVIDER}, name="openid_connect_login"),
    path("oidc/back/", oidc.come_back, {"provider_id": PROVIDER}, name="openid_connect_callback"),
    path("delete/", erasure.erase, name="erase_account"),
    # What one says about oneself
    path("profile/", profile.profile, name="profile"),
    path("profile/picture/remove/", profile.remove_picture, name="picture_remove"),
    path("theme/", profile.theme, name="theme"),
    # The first minute of a new studio
    path("welcome/<str:token>/", owner_links.welcome, name="welcome"),
]
