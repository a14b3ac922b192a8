"""The addresses of the product."""

from django.contrib import admin
from django.urls import include, path

from messaging_center import health, pages, sign_in_guard

handler500 = "messaging_center.trouble.server_error"

urlpatterns = [
    path("", pages.home, name="home"),
    path("theme/", pages.set_theme, name="set_theme"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("accounts.urls")),
    path("", include("messages_app.urls")),
    path("demo/mailboxes/", include("messaging_center.demo_mailboxes.urls")),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("admin/login/", sign_in_guard.admin_door),  # before the admin's own page of that address
    path("admin/", admin.site.urls),
]
