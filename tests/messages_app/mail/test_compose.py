"""What leaves is built anew from an allow-list, seven bits, the same bytes each time (MAIL-14, MAIL-19)."""

from __future__ import annotations

import email
import email.policy
import re
import tracemalloc
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage, MIMEPart

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.mail.compose import DeliveryStatus, OutgoingFile, OutgoingMail, compose
from tests.messages_app.mail.outgoing import outgoing

IMAGE = OutgoingFile(type="image/png", content=b"\x89PNG picture", content_id="one@marketplace.example")
INVOICE = OutgoingFile(type="application/pdf", content=b"%PDF-1.4 invoice", name="Rechnung für Łódź.pdf")
STATUS = DeliveryStatus(
    reporting_mta="marketplace.example",
    final_recipient="k7m2p9q4r8s3t6v@marketplace.example",
    action="failed",
    status="5.7.1",
)
FIELDS = {
    *("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "List-Unsubscribe"),
    *("List-Unsubscribe-Post", "Auto-Submitted", "X-Auto-Response-Suppress", "X-Messaging-Center-Loop"),
    *("Content-Language", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
}
PART_FIELDS = {"Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-ID"}
EVERYTHING = outgoing(
    in_reply_to="<theirs@home.example>",
    references=("<first@home.example>", "<theirs@home.example>"),
    inline=(IMAGE,),
    files=(INVOICE,),
    list_unsubscribe="https://marketplace.example/u/token",
    auto_submitted="auto-replied",
    loop_mark="installation",
    status=STATUS,
)


def read(mail: OutgoingMail) -> EmailMessage:
    message = email.message_from_bytes(compose(mail), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def lines_of(part: MIMEPart) -> str:
    return str(part.get_content()).replace("\r\n", "\n").rstrip("\n")


def shape(message: EmailMessage) -> list[str]:
    return [part.get_content_type() for part in message.walk()]


@pytest.mark.rule("MAIL-14", "MAIL-15", "MAIL-19")
def test_every_value_stands_where_it_belongs() -> None:
    message = read(EVERYTHING)
    assert message["From"] == '"Lamps & Co." <k7m2p9q4r8s3t6v@marketplace.example>'
    assert message["To"] == "bob@home.example"
    assert message["Subject"] == "About your order 123-1234567-1234567"
    assert message["Date"] == "Sun, 01 Mar 2026 12:00:00 +0000"
    assert message["Message-ID"] == "<m.token@marketplace.example>"
    assert message["In-Reply-To"] == "<theirs@home.example>"
    assert message["References"] == "<first@home.example> <theirs@home.example>"
    assert message["List-Unsubscribe"] == "<https://marketplace.example/u/token>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Messaging-Center-Loop"] == "installation"
    assert message["Content-Language"] == "en"


@pytest.mark.rule("MAIL-14")
def test_no_other_header_leaves() -> None:
    message = read(EVERYTHING)
    assert set(message.keys()) <= FIELDS
    assert {name for part in message.iter_parts() for name in part} <= PART_FIELDS


@pytest.mark.rule("MAIL-19")
def test_a_relayed_message_is_no_automatic_mail() -> None:
    message = read(outgoing())
    assert "Auto-Submitted" not in message
    assert "X-Auto-Response-Suppress" not in message
    assert "List-Unsubscribe" not in message


ALTERNATIVE = ["multipart/alternative", "text/plain", "text/html"]
RELATED = ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
REPORT = ["message/delivery-status", "text/plain", "text/plain"]  # its blocks read as parts of their own


@pytest.mark.rule("MAIL-14", "MAIL-28")
@pytest.mark.parametrize(
    ("mail", "parts"),
    [
        (outgoing(), ALTERNATIVE),
        (outgoing(html=""), ["text/plain"]),
        (outgoing(text=""), ALTERNATIVE),
        (outgoing(inline=(IMAGE,)), RELATED),
        (outgoing(files=(INVOICE,)), ["multipart/mixed", *ALTERNATIVE, "application/pdf"]),
        (outgoing(inline=(IMAGE,), files=(INVOICE,)), ["multipart/mixed", *RELATED, "application/pdf"]),
        (outgoing(status=STATUS), ["multipart/report", *ALTERNATIVE, *REPORT]),
    ],
)
def test_parts_nest_as_clients_expect(mail: OutgoingMail, parts: list[str]) -> None:
    message = read(mail)
    assert shape(message) == parts
    assert [part.defects for part in message.walk() if part.defects] == []


@pytest.mark.rule("MAIL-28", "MAIL-24")
def test_a_notice_carries_its_status_for_programs() -> None:
    message = read(outgoing(status=STATUS))
    assert message.get_param("report-type") == "delivery-status"
    (status,) = (part for part in message.walk() if part.get_content_type() == "message/delivery-status")
    mail, recipient = status.iter_parts()
    assert mail["Reporting-MTA"] == "dns; marketplace.example"
    assert recipient["Final-Recipient"] == "rfc822; k7m2p9q4r8s3t6v@marketplace.example"
    assert (recipient["Action"], recipient["Status"]) == ("failed", "5.7.1")


def test_a_missing_text_is_made_from_the_html() -> None:
    text = read(outgoing(text=" ")).get_body(("plain",))
    assert text is not None
    assert lines_of(text) == "Your lamp leaves tomorrow."


WILD = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufffe\uffff"))
LINES = st.lists(WILD, max_size=8).map("\n".join)


@pytest.mark.rule("MAIL-19")
@given(text=LINES, html=LINES, content=st.binary(max_size=300), name=WILD)
def test_the_stdlib_reads_back_what_was_composed(text: str, html: str, content: bytes, name: str) -> None:
    file = OutgoingFile(type="application/pdf", content=content, name=f"a{name}")
    message = read(outgoing(text=f"t{text}", html=f"h{html}", files=(file,)))
    plain, rich, attached = (part for part in message.walk() if not part.is_multipart())
    assert lines_of(plain) == f"t{text}".rstrip("\n")
    assert lines_of(rich) == f"h{html}".rstrip("\n")
    assert attached.get_content() == content
    assert attached.get_filename() is not None
    old = email.message_from_bytes(compose(outgoing(files=(file,))))
    assert attached.get_filename() == [part.get_filename() for part in old.walk()][-1]


@pytest.mark.rule("MAIL-19")
@given(text=st.text(), html=st.text(), subject=st.text(), sender=st.text(), name=st.text())
def test_output_is_seven_bit_with_short_lines(
    text: str, html: str, subject: str, sender: str, name: str
) -> None:
    file = OutgoingFile(type="text/plain", content=b"x" * 100, name=name)
    raw = compose(outgoing(text=text, html=html, subject=subject, sender_name=sender, files=(file,)))
    assert raw.isascii()
    assert b"\0" not in raw
    lines = raw.split(b"\r\n")
    assert not [line for line in lines if b"\n" in line or b"\r" in line]
    assert max(map(len, lines)) <= 78


@pytest.mark.rule("SEC-6", "MAIL-14")
@given(st.sampled_from(["\r\n", "\n", "\r", "\x0b", "\x85", "\u2028", "\0"]), st.booleans())
def test_no_value_makes_a_header(breaker: str, folded: bool) -> None:
    bad = f"x{breaker}{' ' if folded else ''}Bcc: eve@evil.example{breaker}{breaker}body"
    file = OutgoingFile(type=f"a/{bad}", content=b"", name=bad)
    message = read(
        outgoing(
            sender_name=bad,
            subject=bad,
            auto_submitted=bad,
            loop_mark=bad,
            language=bad,
            in_reply_to=bad,
            references=(bad, "<good@x.example>"),
            files=(file,),
            status=DeliveryStatus(reporting_mta=bad, final_recipient="a@x.example", action=bad, status=bad),
        )
    )
    assert not any("Bcc" in part for part in message.walk())
    assert "In-Reply-To" not in message
    assert message["References"] == "<good@x.example>"


@pytest.mark.parametrize(
    "mail",
    [
        outgoing(date=datetime(2026, 3, 1)),  # noqa: DTZ001 - the naive date is the case
        outgoing(message_id="no brackets"),
        outgoing(message_id="<a b@x.example>"),
        outgoing(recipient="bob@home.example\r\nBcc: eve@evil.example"),
        outgoing(list_unsubscribe="javascript:alert(1)"),
        outgoing(list_unsubscribe="https://x.example/>\r\nX: y"),
        outgoing(inline=(OutgoingFile(type="image/png", content=b"", content_id="a b"),)),
    ],
)
def test_a_bug_of_ours_is_an_error(mail: OutgoingMail) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each value has its own words
        compose(mail)


@pytest.mark.rule("MAIL-14")
def test_equal_values_give_equal_bytes() -> None:
    again = outgoing(**{name: getattr(EVERYTHING, name) for name in EVERYTHING.__slots__})
    assert compose(EVERYTHING) == compose(again)
    shifted = outgoing(date=datetime(2026, 3, 1, 14, 0, tzinfo=timezone(timedelta(hours=2))))
    assert compose(shifted) == compose(outgoing()), "a time zone names a place: the date leaves in UTC"
    assert compose(outgoing(seed=b"other")) != compose(outgoing())


@pytest.mark.rule("MAIL-14")
def test_no_boundary_stands_in_a_body() -> None:
    first = compose(EVERYTHING)
    boundaries = re.findall(rb'boundary="([^"]+)"', first)
    quoting = outgoing(
        text=first.decode(), html=first.decode(), inline=(IMAGE,), files=(INVOICE,), status=STATUS
    )
    assert len(boundaries) == len(set(boundaries)) == 4
    assert shape(read(quoting)) == shape(read(EVERYTHING))


@pytest.mark.rule("MAIL-14")
def test_only_ids_go_into_references_and_not_without_end() -> None:
    many = tuple(f"<{number}@x.example>" for number in range(100))
    assert read(outgoing(references=many))["References"].split() == list(many[-20:])
    assert "References" not in read(outgoing(references=("x", "<a b>", "")))


def test_a_large_file_is_not_held_many_times() -> None:
    size = 10 * 1024 * 1024
    mail = outgoing(files=(OutgoingFile(type="application/pdf", content=bytes(size), name="x.pdf"),))
    tracemalloc.start()
    raw = compose(mail)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(raw) > size
    assert peak < 3 * size
