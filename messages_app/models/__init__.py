"""Threads, messages and what happens to them. See docs/architecture.md for the whole schema."""

from messages_app.models.clock import ResponseContact
from messages_app.models.delivery import Delivery, DeliveryAttempt
from messages_app.models.draft import Draft, Upload
from messages_app.models.inbound import InboundMail, RawMail
from messages_app.models.message import Attachment, Decision, Message
from messages_app.models.moderation import Case
from messages_app.models.sealing_key import SealingKey
from messages_app.models.search import SearchEntry
from messages_app.models.thread import MailboxEntry, Thread
from messages_app.models.usage import DailyUsage

__all__ = [
    "Attachment",
    "Case",
    "DailyUsage",
    "Decision",
    "Delivery",
    "DeliveryAttempt",
    "Draft",
    "InboundMail",
    "MailboxEntry",
    "Message",
    "RawMail",
    "ResponseContact",
    "SealingKey",
    "SearchEntry",
    "Thread",
    "Upload",
]
