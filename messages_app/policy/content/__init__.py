"""The content policy: what may not stand in a message, whatever way it is written (POL)."""

from messages_app.policy.content.judge import judge
from messages_app.policy.content.judged import Judged
from messages_app.policy.content.lexicon import POLICY_VERSION
from messages_app.policy.content.masking import mask
from messages_app.policy.content.rules import CONTACT_EMAIL, CONTENT_RULES, EXTERNAL_LINK

__all__ = ["CONTACT_EMAIL", "CONTENT_RULES", "EXTERNAL_LINK", "POLICY_VERSION", "Judged", "judge", "mask"]
