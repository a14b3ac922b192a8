"""No protected address in any byte that leaves, wherever a mail holds it (MAIL-17)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, event, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import AuthorizedAddress, Seller
from messages_app.policy.facts import Side
from messages_app.relay.send import send_due
from tests.flows.planted import (
    HEADER_FIELDS,
    HEADER_WRITINGS,
    HTML_WRITINGS,
    TEXT_WRITINGS,
    TRANSFERS,
    Writing,
    encoded_word,
    shows,
)
from tests.mail_samples.corridor import corridor
from tests.mail_samples.world import NAMED, NOW
from tests.messages_app.relay.inbound_world import arrive
from tests.messages_app.relay.mail_world import Sink

ENGLISH = NAMED["en"]
PRIVATE = "rowan.private@workshop.example"  # another confirmed address of the seller


@pytest.fixture
def street(fixed_world: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    """The fixed world of the samples; there its seller has a second address."""
    with corridor(monkeypatch, settings) as server:
        seller = Seller.objects.get(trade_name=ENGLISH.trade_name)
        AuthorizedAddress.objects.create(
            seller=seller, address=PRIVATE, state=AuthorizedAddress.State.CONFIRMED, confirmed_at=NOW
        )
        yield server


SECRETS = {
    Side.BUYER: (ENGLISH.buyer_address, ENGLISH.full_name),
    Side.SELLER: (ENGLISH.seller_address, PRIVATE),
}


PLACES = ("field", "subject", "from", "text", "html", "part")


@st.composite
def plants(draw: st.DrawFn) -> tuple[Side, str, bytes]:
    """An author, a secret of theirs, and a mail of theirs that holds it in one or more places."""
    author = draw(st.sampled_from([Side.BUYER, Side.SELLER]))
    secret = draw(st.sampled_from(SECRETS[author]))

    def written(writings: dict[str, Writing]) -> str:
        return writings[draw(st.sampled_from(sorted(writings)))](secret)

    places = draw(st.permutations(PLACES))[: draw(st.integers(1, 3))]
    fields = (
        [f"{draw(st.sampled_from(HEADER_FIELDS))}: {written(HEADER_WRITINGS)}"] if "field" in places else []
    )
    subject = f"About {written(HEADER_WRITINGS)}" if "subject" in places else "The lid"
    shown = encoded_word(secret) if "from" in places else "Me"
    text = _text(draw, written(TEXT_WRITINGS)) if "text" in places else "The lid fits."
    rich = _html(draw, written(HTML_WRITINGS)) if "html" in places else ""
    files = [_file(draw, written, secret)] if "part" in places else []
    bodies = [_part("text/plain; charset=utf-8", text.encode(), draw)]
    if rich:
        bodies.append(_part("text/html; charset=utf-8", rich.encode(), draw))
    address = ENGLISH.buyer_address if author is Side.BUYER else ENGLISH.seller_address
    head = [f"From: {shown} <{address}>", f"Subject: {subject}", *fields, "MIME-Version: 1.0"]
    return author, secret, _multipart(head, bodies, files)


def _text(draw: st.DrawFn, written: str) -> str:
    return draw(
        st.sampled_from(
            [
                f"Write to {written} please.",
                f"The lid fits.\n\nOn Wednesday {written} wrote:\n> Does it?",
                f"The lid fits.\n\nFrom: {written}\nSent: Wednesday, 14:41\nTo: {written}\nSubject: Lid",
                f"The lid fits.\n\n> {written}\n> said so",
            ]
        )
    )


def _html(draw: st.DrawFn, written: str) -> str:
    return draw(
        st.sampled_from(
            [
                f"<p>Write to {written}.</p>",
                f"<p>Fits.</p><div>{written} wrote:<blockquote>Does it?</blockquote></div>",
                f'<p>Fits.</p><blockquote type="cite"><a href="mailto:{written}">them</a></blockquote>',
                f'<p title="{written}">Fits.</p>',
                f'<p>Fits.</p><img src="cid:none" alt="{written}">',
                f"<p>Fits.</p><!-- {written} -->",
                f"<p style=\"font-family:'{written}'\">Fits.</p>",
                f'<p lang="{written}" dir="ltr">Fits.</p>',
                f"<p>Fits.</p><style>/* {written} */</style>",
            ]
        )
    )


def _file(draw: st.DrawFn, written: Callable[[dict[str, Writing]], str], secret: str) -> bytes:
    """A part whose name, fields or content tell the secret."""
    match draw(st.sampled_from(["name", "field", "content", "forward", "calendar", "wide"])):
        case "name":
            name = written(HEADER_WRITINGS).replace("\n", " ").strip('"')
            return _raw_part("text/plain", b"Care of the pot.", f'attachment; filename="{name}.txt"')
        case "field":
            return _raw_part("text/plain", b"Care.", 'attachment; filename="care.txt"', f"X-By: {secret}")
        case "content":
            return _raw_part("text/plain", f"By {secret}.".encode(), 'attachment; filename="care.txt"')
        case "forward":
            inner = f"From: {secret}\r\nSubject: {secret}\r\n\r\nIt was {written(TEXT_WRITINGS)}."
            return b"Content-Type: message/rfc822\r\n\r\n" + inner.encode()
        case "calendar":
            return _raw_part(
                "text/calendar", f"BEGIN:VCALENDAR\r\nORGANIZER:mailto:{secret}".encode(), "inline"
            )
        case _:
            return _raw_part(
                "text/plain", f"By {secret}.".encode("utf-16"), 'attachment; filename="care.txt"'
            )


def _raw_part(kind: str, content: bytes, disposition: str, *fields: str) -> bytes:
    lines = [f"Content-Type: {kind}", f"Content-Disposition: {disposition}", *fields, "", ""]
    return "\r\n".join(lines).encode() + content


def _part(kind: str, content: bytes, draw: st.DrawFn) -> bytes:
    transfer = draw(st.sampled_from(sorted(TRANSFERS)))
    body = TRANSFERS[transfer](content).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {transfer}\r\n\r\n".encode() + body


def _multipart(head: list[str], bodies: list[bytes], files: list[bytes]) -> bytes:
    body = b"Content-Type: multipart/alternative; boundary=inner\r\n\r\n" + _between(bodies, b"inner")
    start = "\r\n".join([*head, "Content-Type: multipart/mixed; boundary=outer", "", ""])
    return start.encode() + _between([body, *files], b"outer")


def _between(parts: list[bytes], boundary: bytes) -> bytes:
    return (
        b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + boundary + b"--\r\n"
    )


@pytest.mark.rule("MAIL-14", "MAIL-16", "MAIL-17", "ACC-9")
@pytest.mark.django_db
@hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(plant=plants())
def test_no_byte_that_leaves_shows_a_protected_address(plant: tuple[Side, str, bytes], street: Sink) -> None:
    author, secret, raw = plant
    assert shows(raw, secret)  # the eye sees it in what came in, so it would in what goes out
    street.received.clear()
    alias = ENGLISH.seller_alias if author is Side.BUYER else ENGLISH.buyer_alias
    other = ENGLISH.seller_address if author is Side.BUYER else ENGLISH.buyer_address
    with transaction.atomic():
        arrive(raw, alias, at=NOW)
        send_due(10)
        transaction.set_rollback(True)  # each mail meets the same world
    left = [mail for mail in street.received if mail.recipient == other]
    event(f"{author}: {'a copy left' if left else 'no copy left'}")
    for mail in left:
        assert not shows(mail.content, secret)
        assert not shows(f"{mail.sender} {mail.recipient}".encode(), secret)
