"""Asks the content policy about a submission (POL-1, POL-3)."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings

from accounts.models import Pair
from messages_app.mail.html_text import html_to_text
from messages_app.mail.reply_text import split_reply
from messages_app.models import Message, Thread
from messages_app.policy.content import Judged, judge
from messages_app.policy.content.quoted import Body, Quoted
from messages_app.policy.facts import ContentMatch, Side
from messages_app.services.own_marks import quote_marks
from messages_app.services.submission import Submission
from messages_app.vault.content import Content, shown_content
from messages_app.vault.keys import open_key
from orders.models import Order

EARLIER_MESSAGES = 50  # of the thread, that a quote is compared with
_CARRIED = (Order.Status.SHIPPED, Order.Status.DELIVERED)


def content_matches(
    submission: Submission,
    content: Content,
    *,
    file_names: Sequence[str],
    file_links: Sequence[str],
    pair: Pair,
    thread: Thread | None,
    order: Order | None,
    known: Sequence[str],
) -> tuple[ContentMatch, ...]:
    """What the content policy finds in what the author wrote now; what this center sent and the
    author only quotes is not judged (POL-1). `known` are the real addresses of the author's own side, which
    mail programs quote: an answer that knew the other side's could be asked for them by guesses (ACC-9)."""
    aliases = frozenset(alias.address for alias in pair.aliases.all())
    found = judge(
        Judged(
            text=content.text,
            html=submission.html,
            subject=content.subject,
            file_names=tuple(file_names),
            file_links=tuple(file_links),
            own_addresses=aliases,
            marketplace_domains=frozenset(settings.MARKETPLACE_DOMAINS) | {_public_host()},
            carriers=_may_name_carriers(submission, thread, order),
        )
    )
    if not found:
        return ()
    html = html_to_text(submission.html)
    quoted = Quoted(
        Body(content.text, content.new),
        Body(html, split_reply(html, own_marks=quote_marks(pair)).new),
        source=submission.html,
        sent=[*_earlier_texts(thread), *known],
    )
    return tuple(match for match in found if not quoted.holds(match))


def _may_name_carriers(submission: Submission, thread: Thread | None, order: Order | None) -> bool:
    """In every reply, and about an order that is on its way or there (POL-3)."""
    if order is not None and order.status in _CARRIED:
        return True
    if thread is None or not submission.evidence.proves_reply:
        return False
    return submission.author is Side.BUYER or thread.buyer_wrote_at is not None


def _public_host() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or ""


def _earlier_texts(thread: Thread | None) -> list[str]:
    if thread is None:
        return []
    key = open_key(thread.key)
    earlier = Message.objects.filter(thread=thread, state=Message.State.DELIVERED).order_by(
        "-accepted_at", "-id"
    )
    return [shown_content(key, message).text for message in earlier[:EARLIER_MESSAGES]]
