from django.apps import AppConfig


class MessagesConfig(AppConfig):
    """Threads, the gate, the relay."""

    name = "messages_app"
    default_auto_field = "django.db.models.BigAutoField"
