from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.mail.delivery_status import MAX_DIAGNOSTIC
from messages_app.mail.report import DeliveryReport, ReportKind, read_report
from tests.messages_app.mail.raw_mails import mail, multipart, part

TEXT = part(b"text/plain", b"Your mail could not be delivered.")
RETURNED = part(b"text/rfc822-headers", b"Subject: x\r\nMessage-ID: <m.1@relay.example>\r\n")


def status_report(status: bytes, *more: bytes) -> bytes:
    return multipart(
        b"report; report-type=delivery-status", TEXT, part(b"message/delivery-status", status), *more
    )


def read(raw: bytes) -> DeliveryReport:
    report = read_report(raw)
    assert report is not None
    return report


def recipient(*fields: str) -> bytes:
    lines = ["Reporting-MTA: dns; mx.example", "", "Final-Recipient: rfc822; real@customer.example", *fields]
    return "\r\n".join(lines).encode() + b"\r\n"


@pytest.mark.rule("MAIL-24", "MAIL-25")
@pytest.mark.parametrize(
    ("fields", "status", "status_class", "hard"),
    [
        (("Action: failed", "Status: 5.1.1"), "5.1.1", 5, True),
        (("Action: failed", "Status: 5.1.1 (no such user)"), "5.1.1", 5, True),
        (("Action: failed", "Status: 5.0.0"), "5.0.0", 5, True),
        (("Action: failed", "Status: 5.1.10"), "5.1.10", 5, True),
        (("Action: failed", "Status: 5.4.1"), "5.4.1", 5, True),
        (("Action: failed", "Status: 5.2.1"), "5.2.1", 5, True),
        (("Action: failed", "Status: 5.1.8"), "5.1.8", 5, False),
        (("Action: failed", "Status: 5.2.2"), "5.2.2", 5, False),
        (("Action: failed", "Status: 5.3.4"), "5.3.4", 5, False),
        (("Action: failed", "Status: 5.4.7"), "5.4.7", 5, False),
        (("Action: failed", "Status: 5.7.1 (delivery not authorized)"), "5.7.1", 5, False),
        (
            ("Action: failed", "Status: 5.1.1", "Diagnostic-Code: smtp; 550 blocked as spam"),
            "5.1.1",
            5,
            False,
        ),
        (
            ("Action: failed", "Status: 5.5.0", "Diagnostic-Code: smtp; 550 mailbox unavailable"),
            "5.5.0",
            5,
            True,
        ),
        (("Action: failed", "Status: 4.4.7"), "4.4.7", 4, False),
        (("Action: delayed", "Status: 4.4.1"), "4.4.1", 4, False),
        (("Action: delayed", "Status: 5.1.1"), "5.1.1", 4, False),
        (("Action: delivered", "Status: 2.0.0"), "2.0.0", 2, False),
        (("Action: failed", "Diagnostic-Code: smtp; 550 5.1.1 User unknown"), "5.1.1", 5, True),
        (("Action: failed", "Diagnostic-Code: smtp; 550 User unknown"), "", 5, True),
        (("Action: failed", "Diagnostic-Code: smtp; 450 try later"), "", 4, False),
        (("Action: failed",), "", 5, True),
        (("Action: relayed",), "", 2, False),
        (("Status: 5.1.1",), "5.1.1", 5, True),
        (("Action: FAILED (really)",), "", 5, True),
        ((), "", 0, False),
        (("Status: nonsense",), "", 0, False),
        (("Action: failed", "Diagnostic-Code: smtp; from 10.5.1.1.2 said no"), "", 5, True),
    ],
)
def test_delivery_status(fields: tuple[str, ...], status: str, status_class: int, hard: bool) -> None:
    report = read(status_report(recipient(*fields)))
    assert report.kind is ReportKind.DELIVERY
    (got,) = report.recipients
    assert (got.status, got.status_class, got.hard) == (status, status_class, hard)
    assert (report.worst, report.hard) == (got, hard)


@pytest.mark.rule("MAIL-24")
def test_several_recipients_beside_the_returned_mail() -> None:
    groups = (
        recipient("Action: delayed", "Status: 4.0.0")
        + b"\r\n\r\n"
        + (
            b"Original-Recipient: rfc822; b@customer.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
            b"Diagnostic-Code: smtp; 550\r\n no such user\r\n"
        )
    )
    report = read(status_report(groups, RETURNED))
    assert [got.status for got in report.recipients] == ["4.0.0", "5.1.1"]
    assert report.hard
    assert report.worst is report.recipients[1]
    assert report.worst.diagnostic == "550 no such user"


@pytest.mark.rule("MAIL-24", "MAIL-25")
@pytest.mark.parametrize(
    ("action", "status", "failed"),
    [
        ("failed", "4.4.7", True),  # it tried for days and has given up: Postfix writes so
        ("delayed", "4.4.7", False),
        ("delayed", "5.1.1", False),
        ("", "5.1.1", True),
        ("", "4.4.1", False),
        ("delivered", "2.0.0", False),
    ],
)
def test_who_has_given_up(action: str, status: str, failed: bool) -> None:
    worst = read(status_report(recipient(f"Action: {action}", f"Status: {status}"))).worst
    assert worst is not None
    assert worst.failed is failed


@pytest.mark.rule("MAIL-24")
def test_a_recipient_who_failed_is_worse_than_one_who_waits() -> None:
    delayed = b"\r\n\r\nAction: delayed\r\nStatus: 4.0.0\r\n"
    worst = read(status_report(recipient("Action: failed", "Status: 4.4.7") + delayed)).worst
    assert worst is not None
    assert worst.status == "4.4.7"
    assert read(status_report(b"Reporting-MTA: dns; x.example\r\n")).worst is None


@pytest.mark.parametrize(("count", "kept"), [(99, 99), (100, 100), (101, 100)])
def test_at_most_a_hundred_recipients(count: int, kept: int) -> None:
    report = read(status_report(b"Action: failed\r\nStatus: 5.1.1\r\n\r\n" * count))
    assert len(report.recipients) == kept


def test_no_address_comes_out_and_the_text_is_bounded() -> None:
    long = "Diagnostic-Code: smtp; 550 5.1.1 <real@customer.example>: " + "x " * 2000
    report = read(status_report(recipient("Action: failed", long)))
    assert "real@" not in repr(report)
    (got,) = report.recipients
    assert got.diagnostic.startswith("550 5.1.1 <***@***>: x x")
    assert len(got.diagnostic) == MAX_DIAGNOSTIC


@pytest.mark.rule("MAIL-25")
@pytest.mark.parametrize(
    ("fields", "kind", "detail"),
    [
        (b"Feedback-Type: abuse\r\nVersion: 1\r\n", ReportKind.COMPLAINT, "abuse"),
        (b"Version: 1\r\n\r\nFeedback-Type: Fraud\r\n", ReportKind.COMPLAINT, "fraud"),
        (b"Version: 1\r\n", ReportKind.COMPLAINT, ""),
        (b"Feedback-Type: not-spam\r\n", ReportKind.FEEDBACK, "not-spam"),
        (b"Feedback-Type: auth-failure\r\n", ReportKind.FEEDBACK, "auth-failure"),
    ],
)
def test_feedback_reports(fields: bytes, kind: ReportKind, detail: str) -> None:
    raw = multipart(
        b"report; report-type=feedback-report", TEXT, part(b"message/feedback-report", fields), RETURNED
    )
    report = read(raw)
    assert (report.kind, report.detail, report.hard) == (kind, detail, False)


def test_receipts() -> None:
    disposition = b"Disposition: manual-action/MDN-sent-manually; displayed\r\n"
    fields = b"Original-Message-ID: <m.3@relay.example>\r\n" + disposition
    report = read(multipart(b"report", TEXT, part(b"message/disposition-notification", fields)))
    assert report.kind is ReportKind.DISPOSITION
    assert report.detail == "manual-action/mdn-sent-manually; displayed"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        mail(b"", b"Action: failed"),
        multipart(b"report", TEXT),
        multipart(
            b"mixed", part(b"message/rfc822", status_report(recipient("Status: 5.1.1"))), boundary=b"outer"
        ),
    ],
)
def test_no_report(raw: bytes) -> None:
    assert read_report(raw) is None


@given(st.binary(max_size=300))
def test_any_status_bytes(status: bytes) -> None:
    assert read_report(status_report(status)) is not None


@pytest.mark.parametrize("piece", [b"\n", b"Action: failed\n", b"a:\n", b"5.1.1.", b'"a', b"@", b"\n \n"])
def test_large_hostile_reports_end(piece: bytes) -> None:
    read_report(status_report(b"Status: 5.1.1\nDiagnostic-Code: x" + piece * (1_000_000 // len(piece))))
