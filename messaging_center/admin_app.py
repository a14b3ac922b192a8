"""Makes our own site the administration."""

from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    """Django's app with the site that is arranged for moderators."""

    default_site = "messaging_center.staff_site.StaffSite"
