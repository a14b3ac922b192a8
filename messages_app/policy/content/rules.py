"""The content rules by their stable names (POL)."""

from __future__ import annotations

CONTACT_EMAIL = "contact_email"
EXTERNAL_LINK = "external_link"

# In the order in which a notice names them.
CONTENT_RULES: tuple[str, ...] = (CONTACT_EMAIL, EXTERNAL_LINK)
