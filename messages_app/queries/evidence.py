"""Which thread of a pair a mail answers, and how well that is known (MAIL-11, MAIL-12).

Every look-up names the pair: an id or a code of another pair finds nothing. A fixed number of statements.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from accounts.models import Pair
from messages_app.mail.evidence import Evidence
from messages_app.mail.parsed import ParsedMail
from messages_app.mail.quotes import QuotedText, quoted_part
from messages_app.mail.references import code_number, find_reference_codes, read_message_id
from messages_app.mail.subjects import bare_subject
from messages_app.models import Delivery, Message, Thread
from messages_app.vault.content import Content, shown_content
from messages_app.vault.keys import installation_key, open_key
from messages_app.vault.values import token
from orders.models import Order
from orders.numbers import order_numbers

T = TypeVar("T", bound=Hashable)

COMPARED_MESSAGES = 20
QUOTED_WITHIN = timedelta(days=180)
SUBJECT_WITHIN = timedelta(days=30)
_COMPARED = ("thread__key__wrapped", "accepted_at", "content_sealed", "shown_sealed")


@dataclass(frozen=True, slots=True)
class Found:
    """The best evidence and the thread it leads to; no thread means `Evidence.NONE`."""

    evidence: Evidence
    thread_id: UUID | None = None


def find_evidence(pair: Pair, mail: ParsedMail, *, now: datetime) -> Found:
    """The best evidence of that mail within that pair, from our own ids down to the subject."""
    ladder = (
        (Evidence.MESSAGE_ID, _by_our_ids),
        (Evidence.CODE, _by_codes),
        (Evidence.FOREIGN_ID, _by_foreign_ids),
    )
    for evidence, look_up in ladder:
        if thread_id := look_up(pair, mail):
            return Found(evidence, thread_id)
    return _by_words(pair, mail, now) or Found(Evidence.NONE)


def order_named(pair: Pair, mail: ParsedMail) -> int | None:
    """The first order of this pair whose number stands in the subject, else in the text (MAIL-12)."""
    numbers = list(dict.fromkeys([*order_numbers(mail.subject), *order_numbers(mail.text)]))
    if not numbers:
        return None
    own = Order.objects.filter(buyer_id=pair.buyer_id, seller_id=pair.seller_id, number__in=numbers)
    ids = dict(own.values_list("number", "id"))
    return next((ids[number] for number in numbers if number in ids), None)


def latest_thread(pair: Pair) -> UUID | None:
    """The thread of the pair's last delivered message: what an automatic answer is most likely about."""
    last = Message.objects.filter(pair=pair, state=Message.State.DELIVERED).order_by("-accepted_at", "-id")
    return last.values_list("thread_id", flat=True).first()


def _by_our_ids(pair: Pair, mail: ParsedMail) -> UUID | None:
    key = installation_key("message_ids")
    signed = [found for value in mail.reference_ids if (found := read_message_id(value, key=key))]
    if not signed:
        return None
    rows = [row_id for _, row_id in signed]
    threads = dict(Message.objects.filter(pair=pair, id__in=rows).values_list("id", "thread_id"))
    # A notice carries the id of its delivery; what it was about is that delivery's message.
    notices = Delivery.objects.filter(message__pair=pair, id__in=rows).values_list("id", "message__thread_id")
    return _first(rows, {**dict(notices), **threads})


def _by_codes(pair: Pair, mail: ParsedMail) -> UUID | None:
    key = installation_key("reference_codes")
    codes = dict.fromkeys([*find_reference_codes(mail.text), *find_reference_codes(mail.html)])
    numbers = [number for code in codes if (number := code_number(code, key=key)) is not None]
    if not numbers:
        return None
    return _first(
        numbers, dict(Thread.objects.filter(pair=pair, number__in=numbers).values_list("number", "id"))
    )


def _by_foreign_ids(pair: Pair, mail: ParsedMail) -> UUID | None:
    tokens = [token(value, purpose="foreign_id") for value in mail.reference_ids]
    if not tokens:
        return None
    stored = Message.objects.filter(pair=pair, foreign_id_token__in=tokens)
    threads = stored.values_list("foreign_id_token", "thread_id")
    return _first(tokens, {bytes(found or b""): thread_id for found, thread_id in threads})


def _first(wanted: Iterable[T], threads: Mapping[T, UUID]) -> UUID | None:
    return next((threads[one] for one in wanted if one in threads), None)


def _by_words(pair: Pair, mail: ParsedMail, now: datetime) -> Found | None:
    """By a quoted message, else by the subject: both need the pair's latest messages opened."""
    quoted = quoted_part(mail.text, mail.spans.new)
    subject = bare_subject(mail.subject)
    if not (quoted.strip() or subject):
        return None
    recent = _recent_messages(pair, now)
    if quoted.strip() and (thread_id := _quoted_in(quoted, recent)):
        return Found(Evidence.QUOTE, thread_id)
    lately = [message for message in recent if message.accepted_at >= now - SUBJECT_WITHIN]
    if subject and (thread_id := _named_like(subject, lately)):
        return Found(Evidence.SUBJECT, thread_id)
    return None


def _quoted_in(quoted: str, messages: Sequence[Message]) -> UUID | None:
    text = QuotedText(quoted)
    return next((one.thread_id for one in messages if text.quotes(_content(one).new_text)), None)


def _named_like(subject: str, messages: Sequence[Message]) -> UUID | None:
    return next((one.thread_id for one in messages if bare_subject(_content(one).subject) == subject), None)


def _content(message: Message) -> Content:
    """As the other side got it."""
    return shown_content(open_key(message.thread.key), message)


def _recent_messages(pair: Pair, now: datetime) -> list[Message]:
    """The pair's latest delivered messages of people, newest first."""
    messages = (
        Message.objects.filter(
            pair=pair,
            state=Message.State.DELIVERED,
            automatic=False,
            accepted_at__gte=now - QUOTED_WITHIN,
            thread__key__destroyed_at=None,
        )
        .select_related("thread__key")
        .only(*_COMPARED)
        .order_by("-accepted_at", "-id")[:COMPARED_MESSAGES]
    )
    return list(messages)
