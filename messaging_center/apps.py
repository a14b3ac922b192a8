"""The composition root as a Django app: it carries the checks of the settings."""

from django.apps import AppConfig

from messaging_center import celery, checks  # noqa: F401 - importing sets the Celery app and registers the checks


class MessagingCenterConfig(AppConfig):
    """No models; here so that its checks run with `manage.py check`."""

    name = "messaging_center"
