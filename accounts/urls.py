"""The pages of accounts."""

from django.urls import path

from accounts.views import (
    claim,
    invitation,
    overview,
    privacy,
    second_factor,
    security,
    settings,
    sign_in,
    team,
)

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/code/", sign_in.sign_in_code, name="sign_in_code"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("role/", sign_in.choose_role, name="switch_role"),
    path("sign-up/", claim.sign_up, name="sign_up"),
    path("claim/", claim.claim, name="claim"),
    path("set-password/<str:token>/", claim.set_password, name="set_password"),
    path("confirm-address/<str:token>/", settings.confirm_address, name="confirm_address"),
    path("confirm-new-address/<str:token>/", security.confirm_new_address, name="confirm_new_address"),
    path("invitation/<str:token>/", invitation.invitation, name="invitation"),
    path("settings/", overview.overview, name="settings"),
    path("settings/profile/", settings.profile, name="settings_profile"),
    path("settings/security/", security.security, name="settings_security"),
    path("settings/security/password/", security.password, name="settings_password"),
    path("settings/security/address/", security.address, name="settings_address"),
    path("settings/security/address/keep/", security.keep_address, name="keep_address"),
    path("settings/security/second-factor/", second_factor.second_factor, name="second_factor"),
    path("settings/security/second-factor/key/", second_factor.start_again, name="second_factor_key"),
    path("settings/security/second-factor/confirm/", second_factor.confirm, name="confirm_second_factor"),
    path("settings/security/second-factor/change/", second_factor.change, name="change_second_factor"),
    path("settings/notifications/", settings.notifications, name="settings_notifications"),
    path("settings/addresses/", settings.address_list, name="settings_addresses"),
    path("settings/addresses/<int:pk>/", settings.change_address, name="change_address"),
    path("settings/team/", team.team, name="settings_team"),
    path("settings/team/invite/", team.invite, name="invite"),
    path("settings/team/invitations/<int:pk>/", team.change_invitation, name="change_invitation"),
    path("settings/team/<int:pk>/", team.change_member, name="change_member"),
    path("settings/privacy/", privacy.privacy, name="settings_privacy"),
    path("settings/privacy/unsolicited/", privacy.set_unsolicited, name="set_unsolicited"),
    path("settings/privacy/<int:pk>/", privacy.change_seller, name="change_seller"),
]
