from __future__ import annotations

import pytest

from messages_app.mail.parsed import Automatic
from tests.messages_app.mail.raw_mails import mail, multipart, parsed, part


def automatic(fields: bytes, *, envelope_sender: str = "ann@customer.example") -> Automatic | None:
    return parsed(
        mail(fields, b"x", head=b"From: a@b.example\r\n"), envelope_sender=envelope_sender
    ).automatic


@pytest.mark.rule("MAIL-26")
@pytest.mark.parametrize("sender", ["", "<>", " <> "])
def test_null_sender(sender: str) -> None:
    assert automatic(b"Auto-Submitted: auto-replied\r\n", envelope_sender=sender) is Automatic.NULL_SENDER


@pytest.mark.rule("MAIL-26")
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (b"Auto-Submitted: auto-replied\r\n", Automatic.AUTO_SUBMITTED),
        (b"Auto-Submitted: Auto-Generated; owner=x\r\n", Automatic.AUTO_SUBMITTED),
        (b"Auto-Submitted: no\r\nAuto-Submitted: auto-replied\r\n", Automatic.AUTO_SUBMITTED),
        (b"X-Auto-Response-Suppress: All\r\n", Automatic.AUTO_SUBMITTED),
        (b"X-Auto-Response-Suppress: DR, all\r\n", Automatic.AUTO_SUBMITTED),
        (b"X-Autoreply: yes\r\n", Automatic.AUTO_SUBMITTED),
        (b"X-Autorespond: 1\r\n", Automatic.AUTO_SUBMITTED),
        (b"Precedence: auto_reply\r\n", Automatic.AUTO_SUBMITTED),
        (b"Precedence: Bulk\r\n", Automatic.BULK),
        (b"Precedence: junk\r\n", Automatic.BULK),
        (b"Precedence: list\r\n", Automatic.BULK),
        (b"List-Id: <a.b>\r\n", Automatic.BULK),
        (b"List-Unsubscribe: <mailto:a@b>\r\n", Automatic.BULK),
        (b"Feedback-ID: 1:2:3\r\n", Automatic.BULK),
        (b"Subject: x\r\nPrecedence: list\r\nAuto-Submitted: auto-replied\r\n", Automatic.AUTO_SUBMITTED),
    ],
)
def test_marks_of_machines(fields: bytes, expected: Automatic) -> None:
    assert automatic(fields) is expected


@pytest.mark.rule("MAIL-26")
@pytest.mark.parametrize(
    "fields",
    [
        b"",
        b"Auto-Submitted: no\r\n",
        b"Auto-Submitted: No (a person)\r\n",
        b"Auto-Submitted: no; x=y\r\n",
        b"Auto-Submitted:\r\n",
        b"Precedence: normal\r\n",
        b"Precedence: first-class\r\n",
        b"X-Auto-Response-Suppress: DR, OOF, AutoReply\r\n",
        b"X-Autoreply: no\r\n",
        b"Importance: high\r\nX-Priority: 1\r\n",
        b"X-Mailer: Autoreply 3000\r\n",
        b"List-Id:\r\n",
        b"Disposition-Notification-To: a@b.example\r\n",
    ],
)
def test_ordinary_mail_is_a_persons(fields: bytes) -> None:
    assert automatic(fields) is None


@pytest.mark.rule("MAIL-26")
@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Parcel",
        "AUTOREPLY: Parcel",
        "Auto-Reply",
        "Out of Office: Parcel",
        "Out of office",
        "Out of Office AutoReply: Parcel",
        "Out of the office - back on Monday",
        "Réponse automatique : Colis",
        "Réponse automatique\xa0: Colis",
        "Message d’absence",
        "Absence du bureau : Colis",
        "Risposta automatica: Pacco",
        "Fuori ufficio: Pacco",
        "Assenza dall'ufficio",
        "Odpowiedź automatyczna: Paczka",
        "Autoodpowiedź: Paczka",
        "Poza biurem",
        "Nieobecność w biurze: Paczka",
        "Automatische Antwort: Paket",
        "Abwesenheitsnotiz: Paket",
        "Abwesenheit: Paket",
        "[Abwesend] Paket"[:9],
        "Respuesta automática: Paquete",
        "Fuera de la oficina: Paquete",
        "Fuera de oficina",
    ],
)
def test_absence_subjects_in_six_languages(subject: str) -> None:
    assert automatic(b"Subject: " + subject.encode() + b"\r\n") is Automatic.SUBJECT


@pytest.mark.rule("MAIL-26")
@pytest.mark.parametrize(
    "subject",
    [
        "Out of office chair, where is my order?",
        "Re: Out of office: Parcel",
        "AW: Automatische Antwort: Paket",
        "Automatic reply machine is broken",
        "Parcel: out of office",
        "Abwesenheitsvertretung gesucht",
        "Fuori sedevano tutti",
        "Question about my order",
        "",
    ],
)
def test_subjects_of_people(subject: str) -> None:
    assert automatic(b"Subject: " + subject.encode() + b"\r\n") is None


@pytest.mark.rule("MAIL-26")
@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (multipart(b"report; report-type=x", part(b"text/plain", b"x")), Automatic.REPORT),
        (multipart(b"mixed", part(b"message/delivery-status", b"Action: failed\r\n")), Automatic.REPORT),
        (mail(b"Content-Type: message/disposition-notification\r\n", b"x"), Automatic.REPORT),
        (
            multipart(
                b"mixed", part(b"message/rfc822", b"Content-Type: multipart/report; boundary=z\r\n\r\n--z--")
            ),
            None,  # a person sends somebody's report on
        ),
    ],
)
def test_reports(raw: bytes, expected: Automatic | None) -> None:
    got = parsed(raw)
    assert (got.automatic, got.report) == (expected, expected is not None)
