"""The queue, and the records of threads, messages and mails, as staff see them."""

from messages_app.admin import cases, rows, threads

__all__ = ["cases", "rows", "threads"]
