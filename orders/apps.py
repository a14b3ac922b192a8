from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """What people talk about."""

    name = "orders"
    default_auto_field = "django.db.models.BigAutoField"
