"""People, sellers and the audit chain, as staff see them."""

from accounts.admin import audit, people

__all__ = ["audit", "people"]
