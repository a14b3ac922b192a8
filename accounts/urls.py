"""The pages of accounts."""

from django.urls import path

from accounts.views import claim, privacy, settings, sign_in, team

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("role/", sign_in.choose_role, name="switch_role"),
    path("sign-up/", claim.sign_up, name="sign_up"),
    path("claim/", claim.claim, name="claim"),
    path("set-password/<str:token>/", claim.set_password, name="set_password"),
    path("confirm-address/<str:token>/", settings.confirm_address, name="confirm_address"),
    path("settings/profile/", settings.profile, name="settings_profile"),
    path("settings/notifications/", settings.notifications, name="settings_notifications"),
    path("settings/addresses/", settings.address_list, name="settings_addresses"),
    path("settings/addresses/<int:pk>/", settings.change_address, name="change_address"),
    path("settings/team/", team.team, name="settings_team"),
    path("settings/team/<int:pk>/", team.change_member, name="change_member"),
    path("settings/privacy/", privacy.privacy, name="settings_privacy"),
    path("settings/privacy/unsolicited/", privacy.set_unsolicited, name="set_unsolicited"),
    path("settings/privacy/<int:pk>/", privacy.change_seller, name="change_seller"),
]
