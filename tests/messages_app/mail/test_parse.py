from __future__ import annotations

import base64
import quopri
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messages_app.mail.fields import HEADER_BLOCK_LIMIT
from messages_app.mail.parse import header_block_too_large, parse_mail
from messages_app.mail.parsed import Automatic, LeftOut, MailFile, Obstacle, ParsedMail
from tests.messages_app.mail.raw_mails import HEAD, container, mail, multipart, parsed, part

PNG = b"\x89PNG\r\n\x1a\n\0\0rest"
PLAIN = part(b"text/plain; charset=utf-8", "Grüße".encode())
RICH = part(b"text/html; charset=utf-8", "<p>Grüße</p>".encode())


def names(files: tuple[MailFile, ...]) -> list[str]:
    return [file.name for file in files]


# --- header fields


def test_a_plain_mail() -> None:
    got = parsed(mail(b"In-Reply-To: <two@x>\r\nReferences: <z@x> <two@x>\r\n", b"Hello\r\nthere\r\n"))
    assert [(box.name, box.address) for box in got.from_mailboxes] == [("Ann Bee", "ann@customer.example")]
    assert (got.subject, got.message_id) == ("Parcel", "<one@customer.example>")
    assert got.reference_ids == ("<two@x>", "<z@x>")
    assert (got.text, got.html, got.files) == ("Hello\nthere\n".strip("\n"), "", ())
    assert got.new_text == "Hello\nthere"
    assert (got.automatic, got.report, got.own_loop_mark, got.hops) == (None, False, False, 0)
    assert (got.obstacles, got.left_out, got.authentication_results, got.defects) == ((), (), (), ())


@pytest.mark.rule("MAIL-6")
@pytest.mark.parametrize("line_end", [b"\r\n", b"\n", b"\r"])
def test_every_kind_of_line_end(line_end: bytes) -> None:
    raw = multipart(b"mixed", PLAIN, part(b"application/pdf", b"%PDF", b"Content-Disposition: attachment"))
    got = parsed(raw.replace(b"\r\n", line_end))
    assert (got.subject, got.text, len(got.files)) == ("Parcel", "Grüße", 1)


@pytest.mark.rule("MAIL-6")
@pytest.mark.parametrize(
    ("field", "subject"),
    [
        (b"Subject: =?utf-8?B?R3LDvMOfZQ==?=\r\n =?utf-8?Q?_an_alle?=", "Grüße an alle"),
        (b"Subject: folded\r\n\tline", "folded line"),
        ("Subject: Grüße".encode(), "Grüße"),
        ("Subject: Grüße".encode("latin-1"), "Grüße"),
        ("Subject: zażółć\r\nContent-Type: text/plain; charset=iso-8859-2".encode("iso8859-2"), "zażółć"),
        (b"Subject: a\0b\x1bc", "abc"),
        (b"Subject: =?utf-8?q?a=0D=0ABcc:_b?=", "a Bcc: b"),
        (b"Subject: bare\rX: return", "bare X: return"),
        ("Subject: a\u202eb".encode(), "ab"),
        (b"subject : loose", "loose"),
        (b"SUBJECT: first\r\nSubject: second", "first"),
        (b"Subject:", ""),
        (b"X: y", ""),
    ],
)
def test_subjects(field: bytes, subject: str) -> None:
    assert parsed(mail(field + b"\r\n", b"x", head=b"")).subject == subject


@pytest.mark.parametrize(("length", "kept"), [(998, 998), (999, 998)])
def test_a_subject_has_at_most_998_characters(length: int, kept: int) -> None:
    assert len(parsed(b"Subject: " + b"a" * length + b"\r\n\r\n").subject) == kept


@pytest.mark.rule("MAIL-9")
@pytest.mark.parametrize(
    ("fields", "addresses"),
    [
        (b"", []),
        (b"From: a@x.example\r\nFrom: b@x.example\r\n", ["a@x.example", "b@x.example"]),
        (b"From: a@x.example, b@x.example\r\n", ["a@x.example", "b@x.example"]),
        (b"From: a@x.example\r\nSender: b@x.example\r\nReply-To: c@x.example\r\n", ["a@x.example"]),
        (b"From: alice@example.org)bob@example.com\r\n", []),
        (b"From:\r\n alice@example.org\r\n", ["alice@example.org"]),
    ],
)
def test_from(fields: bytes, addresses: list[str]) -> None:
    got = parsed(mail(fields, b"x", head=b"Subject: x\r\n"))
    assert [box.address for box in got.from_mailboxes] == addresses


def test_duplicate_fields_are_noted_and_the_first_one_wins() -> None:
    raw = mail(b"Message-ID: <b@x>\r\nContent-Type: text/html\r\nContent-Type: text/plain\r\n", b"<b>x</b>")
    got = parsed(raw)
    assert (got.message_id, got.html) == ("<one@customer.example>", "<b>x</b>")
    assert got.defects == ("duplicate_message-id", "duplicate_content-type")


@pytest.mark.rule("MAIL-26")
@pytest.mark.parametrize(
    ("field", "mark", "found"),
    [
        (b"X-Messaging-Center-Loop: here\r\n", "here", True),
        (b"x-messaging-center-loop:  here \r\n", "here", True),
        (b"X-Messaging-Center-Loop: there\r\nX-Messaging-Center-Loop: here\r\n", "here", True),
        (b"X-Messaging-Center-Loop: there\r\n", "here", False),
        (b"X-Messaging-Center-Loop:\r\n", "", False),
        (b"", "here", False),
    ],
)
def test_own_loop_mark(field: bytes, mark: str, found: bool) -> None:
    got = parse_mail(mail(field, b"x"), envelope_sender="a@b.example", loop_mark=mark)
    assert got.own_loop_mark is found


def test_hops_and_authentication_results_are_topmost_first() -> None:
    trace = b"Received: from a by b\r\n" * 3 + b"Authentication-Results: one;\r\n none\r\n"
    got = parsed(mail(trace + b"Authentication-Results: two; none\r\n", b"x"))
    assert got.hops == 3
    assert got.authentication_results == ("one; none", "two; none")


# --- where the header ends


@pytest.mark.rule("MAIL-6")
@pytest.mark.parametrize(
    ("raw", "subject", "text"),
    [
        (b"", "", ""),
        (b"\r\n", "", ""),
        (b"just text\r\nmore", "", "just text\nmore"),
        (b"\r\nSubject: no", "", "Subject: no"),
        (b" Subject: no\r\n\r\nx", "", " Subject: no\n\nx"),
        (b"Subject: a\r\nno empty line\r\n", "a", "no empty line"),
        (b"Subject: a\r\n", "a", ""),
        (b"Subject: a", "a", ""),
        (b"From ann Tue Mar 5\r\nSubject: mbox\r\n\r\nx", "mbox", "x"),
        (b">From ann Tue Mar 5\nSubject: mbox\n\nx", "mbox", "x"),
        (b"\xff\xfe\0\x01", "", "ÿþ\x01"[:2]),
    ],
)
def test_header_and_body(raw: bytes, subject: str, text: str) -> None:
    got = parsed(raw)
    assert (got.subject, got.text) == (subject, text)


@pytest.mark.rule("MAIL-7")
@pytest.mark.parametrize("ending", [b"\r\n\r\nbody", b"\r\nno field", b"\r\n", b""])
@pytest.mark.parametrize(("size", "too_large"), [(131_072, False), (131_073, True), (400_000, True)])
def test_header_block_bound(size: int, too_large: bool, ending: bytes) -> None:
    line_end = ending[:2]
    block = b"Subject: a\r\nX-Long: "
    block += b"a" * (size - len(block) - len(line_end)) + line_end
    assert len(block) == size
    assert header_block_too_large(block + ending[2:]) is too_large
    assert HEADER_BLOCK_LIMIT == 131_072


def test_a_header_beyond_the_bound_is_still_read() -> None:
    got = parsed(b"Subject: a\r\n" + b"X: y\r\n" * 100_000 + b"From: late@x.example\r\n\r\nbody")
    assert (got.subject, got.text, got.from_mailboxes) == ("a", "body", ())


# --- bodies


@pytest.mark.rule("MAIL-6")
@pytest.mark.parametrize(
    ("headers", "body", "text"),
    [
        (b"", "Grüße".encode(), "Grüße"),
        (b"Content-Type: text/plain; charset=iso-8859-1\r\n", "Grüße".encode("latin-1"), "Grüße"),
        (b"Content-Type: text/plain; charset=8bit\r\n", "Grüße".encode("latin-1"), "Grüße"),
        (b"Content-Type: text/plain; charset=unicode_escape\r\n", b"\\ud800", "\\ud800"),
        (b"Content-Type: text\r\n", b"x", "x"),
        (b"Content-Type: ;;;\r\n", b"x", "x"),
        (b"Content-Type: =?utf-8?q?text/html?=\r\n", b"x", "x"),
        (b"Content-Transfer-Encoding: base64\r\n", base64.encodebytes("Grüße".encode()), "Grüße"),
        (b"Content-Transfer-Encoding: BASE64 \r\n", b"R3LD\r\n\r\n!!vMOfZQ", "Grüße"),
        (b"Content-Transfer-Encoding: base64;\r\n", b"R3LDvMOfZ", "Grüß"),
        (b"Content-Transfer-Encoding: quoted-printable\r\n", b"Gr=C3=BC=\r\n=C3=9Fe=ZZ", "Grüße=ZZ"),
        (b"Content-Transfer-Encoding: x-unknown\r\n", b"x=20", "x=20"),
        (b"Content-Transfer-Encoding: x-uuencode\r\n", b"begin 644 a\r\n#86)C\r\n`\r\nend\r\n", "abc"),
        (b"", b"a\0b\x07c\xed\xa0\x80", "abcí\xa0€"),
        (b"", b"\xef\xbb\xbfbom", "bom"),
        (
            b"Content-Type: text/plain; format=flowed\r\n",
            b"one \r\ntwo\r\n stuffed\r\n-- \r\nme",
            "one two\nstuffed\n-- \nme",
        ),
        (
            b"Content-Type: text/plain; format=flowed\r\n",
            b"> one \r\n> two\r\n>> deep \r\nmine",
            "> one two\n>> deep \nmine",
        ),
        (b"Content-Type: text/plain; format=flowed; delsp=yes\r\n", b"one \r\ntwo", "onetwo"),
        (b"Content-Type: text/plain; format=flowed\r\n", b"one ", "one "),
        (b"Content-Type: text/plain\r\nContent-Disposition: inline; filename=a.txt\r\n", b"x", "x"),
    ],
)
def test_plain_bodies(headers: bytes, body: bytes, text: str) -> None:
    assert parsed(mail(headers, body)).text == text


@pytest.mark.rule("MAIL-6")
@pytest.mark.parametrize(
    ("field", "document"),
    [
        (b"text/html; charset=utf-8", "<p>zażółć</p>".encode()),
        (b"text/html; charset=iso-8859-2", "<p>zażółć</p>".encode("iso8859-2")),
        (b"text/html", "<html><meta charset='windows-1250'><p>zażółć</p>".encode("cp1250")),
        (
            b"text/html",
            '<meta http-equiv=x content="text/html; charset=iso-8859-2"><p>zażółć</p>'.encode("iso8859-2"),
        ),
    ],
)
def test_html_alone_gives_its_text(field: bytes, document: bytes) -> None:
    got = parsed(mail(b"Content-Type: " + field + b"\r\n", document))
    assert "<p>zażółć</p>" in got.html
    assert got.text == "zażółć"


@pytest.mark.parametrize(
    ("parts", "text", "html"),
    [
        ((PLAIN, RICH), "Grüße", "<p>Grüße</p>"),
        ((RICH, PLAIN), "Grüße", "<p>Grüße</p>"),
        ((part(b"text/plain", b" \r\n"), RICH), "Grüße", "<p>Grüße</p>"),
        ((PLAIN, part(b"text/x-amp-html", b"<amp>"), RICH), "Grüße", "<p>Grüße</p>"),
        ((part(b"text/enriched", b"<bold>x</bold>"),), "<bold>x</bold>", ""),
        ((PLAIN, PLAIN), "Grüße\n\nGrüße", ""),
        ((), "", ""),
    ],
)
def test_alternatives(parts: tuple[bytes, ...], text: str, html: str) -> None:
    got = parsed(multipart(b"alternative", *parts))
    assert (got.text, got.html, got.files) == (text, html, ())


def test_stretches_of_a_mixed_body_stay_in_order_in_both_twins() -> None:
    footer = part(b"text/plain", b"a < b")
    got = parsed(multipart(b"mixed", container(b"alternative", PLAIN, RICH, boundary=b"b2"), footer))
    assert got.text == "Grüße\n\na < b"
    assert got.html == "<p>Grüße</p>\n<div>a &lt; b</div>"


def test_an_alternative_that_is_itself_mixed_keeps_its_files() -> None:
    pdf = part(b"application/pdf; name=a.pdf", b"%PDF")
    tail = part(b"text/html", b"<p>tail</p>")
    got = parsed(multipart(b"alternative", PLAIN, container(b"mixed", RICH, pdf, tail, boundary=b"b2")))
    assert (got.text, got.html) == ("Grüße", "<p>Grüße</p>\n<p>tail</p>")
    assert names(got.files) == ["a.pdf"]


def test_a_named_version_is_a_body_and_a_named_text_beside_it_is_a_file() -> None:
    named = part(b"text/html; name=body.html", b"<p>x</p>")
    notes = part(b"text/plain", b"notes", b"Content-Disposition: inline; filename=notes.txt")
    mixed = container(b"mixed", RICH, notes, boundary=b"b2")
    assert parsed(multipart(b"alternative", PLAIN, named)).html == "<p>x</p>"
    assert names(parsed(multipart(b"alternative", PLAIN, mixed)).files) == ["notes.txt"]


# --- broken structure


@pytest.mark.rule("MAIL-6")
@pytest.mark.parametrize(
    ("raw", "text", "defects"),
    [
        (mail(b"Content-Type: multipart/mixed\r\n", b"only text"), "only text", ("multipart_without_parts",)),
        (
            mail(b"Content-Type: multipart/mixed; boundary=no\r\n", b"only text"),
            "only text",
            ("multipart_without_parts",),
        ),
        (
            mail(b"Content-Type: multipart/mixed\r\n", b"pre\r\n--q\r\n" + PLAIN + b"\r\n--q--"),
            "Grüße",
            ("wrong_boundary",),
        ),
        (
            mail(b"Content-Type: multipart/mixed; boundary=z\r\n", b"--q\r\n" + PLAIN + b"\r\n--q--"),
            "Grüße",
            ("wrong_boundary",),
        ),
        (mail(b"Content-Type: multipart/mixed; boundary=q\r\n", b"--q\r\n" + PLAIN), "Grüße", ()),
        (
            mail(
                b"Content-Type: multipart/mixed; boundary=q\r\n",
                b"--q  \r\n" + PLAIN + b"\r\n--q-- \r\nepilogue",
            ),
            "Grüße",
            (),
        ),
        (
            mail(
                b"Content-Type: multipart/mixed; boundary=q\r\n",
                b"--q\r\n" + PLAIN + b"\r\n--qq\r\n\r\nx\r\n--q--",
            ),
            "Grüße\n--qq\n\nx",
            (),
        ),
        (mail(b"Content-Type: multipart/mixed; boundary=q\r\n", b"--q\r\n\r\nplain\r\n--q--"), "plain", ()),
        (
            mail(b"Content-Type: multipart/mixed; boundary=q\r\n", b"--q\r\nNote: call me\r\n--q--"),
            "Note: call me",
            ("missing_empty_line",),
        ),
        (
            mail(b"Content-Type: multipart/mixed; boundary=q\r\n", b"--q\r\nHello all\r\n--q--"),
            "Hello all",
            ("missing_empty_line",),
        ),
        (
            mail(
                b"Content-Type: multipart/mixed; boundary=q\r\nContent-Transfer-Encoding: base64\r\n",
                base64.encodebytes(b"--q\r\n" + PLAIN + b"\r\n--q--"),
            ),
            "Grüße",
            (),
        ),
    ],
)
def test_broken_multiparts_keep_their_text(raw: bytes, text: str, defects: tuple[str, ...]) -> None:
    got = parsed(raw)
    assert (got.text, got.defects, got.obstacles) == (text, defects, ())


def nested(levels: int) -> bytes:
    inner = PLAIN
    for level in range(levels):
        inner = container(b"mixed", inner, boundary=b"n%d" % level)
    return HEAD + inner


def enclosed(levels: int) -> bytes:
    inner = b"Subject: deep\r\n\r\ncore"
    for _ in range(levels):
        inner = b"Content-Type: message/rfc822\r\n\r\n" + inner
    return HEAD + inner


@pytest.mark.rule("MAIL-7")
@pytest.mark.parametrize("build", [nested, enclosed])
@pytest.mark.parametrize(
    ("levels", "obstacles"),
    [(19, ()), (20, ()), (21, (Obstacle.TOO_DEEP,)), (3000, (Obstacle.TOO_DEEP,))],
)
def test_nesting_bound(build: Callable[[int], bytes], levels: int, obstacles: tuple[Obstacle, ...]) -> None:
    got = parsed(build(levels))
    assert got.obstacles == obstacles
    assert ("Grüße" in got.text or "core" in got.text) is not bool(obstacles)


@pytest.mark.rule("MAIL-7")
@pytest.mark.parametrize(
    ("count", "obstacles"),
    [(199, ()), (200, ()), (201, (Obstacle.TOO_MANY_PARTS,)), (100_000, (Obstacle.TOO_MANY_PARTS,))],
)
def test_part_bound(count: int, obstacles: tuple[Obstacle, ...]) -> None:
    got = parsed(multipart(b"mixed", *[part(b"image/png", PNG)] * count))
    assert got.obstacles == obstacles
    assert len(got.files) == min(count, 200)


# --- files


@pytest.mark.rule("MAIL-16")
@pytest.mark.parametrize(
    ("kind", "fields", "name"),
    [
        (b"application/pdf", (b"Content-Disposition: attachment; filename=a.pdf",), "a.pdf"),
        (b"application/pdf; name=b.pdf", (b"Content-Disposition: attachment; filename=a.pdf",), "a.pdf"),
        (b"application/pdf; name=b.pdf", (), "b.pdf"),
        (b"application/pdf", (b"Content-Disposition: attachment; filename*=utf-8''%C3%A4.pdf",), "ä.pdf"),
        (b'application/pdf; name="=?utf-8?q?=C3=A4.pdf?="', (), "ä.pdf"),
        (b"text/plain", (b"Content-Disposition: attachment; filename=a.txt",), "a.txt"),
        (b"text/plain", (b"Content-Disposition: inline; filename=a.txt",), "a.txt"),
        (b"text/plain", (b"Content-Disposition: attachment",), ""),
        (b"text/html; name=a.html", (), "a.html"),
        (b"text/vcard", (), ""),
        (b"text/csv", (), ""),
        (b"application/pgp-keys; name=key.asc", (), "key.asc"),
        (b"text/calendar; name=a.ics", (b"Content-Disposition: attachment",), "a.ics"),
        (b"invalid", (b"Content-Disposition: attachment; filename=x",), "x"),
    ],
)
def test_files(kind: bytes, fields: tuple[bytes, ...], name: str) -> None:
    got = parsed(multipart(b"mixed", PLAIN, part(kind, b"content", *fields)))
    (file,) = got.files
    assert (file.name, file.content, file.inline, got.text) == (name, b"content", False, "Grüße")


def test_a_mail_that_is_only_a_file() -> None:
    got = parsed(
        mail(
            b"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n", b"JVBERg=="
        )
    )
    assert (got.text, names(got.files), got.files[0].content) == ("", ["a.pdf"], b"%PDF")


@pytest.mark.rule("MAIL-16")
@pytest.mark.parametrize(
    ("html", "kind", "inline"),
    [
        (b'<img src="cid:pic@x">', b"image/png", True),
        (b"<img src=CID:pic%40x>", b"image/png", True),
        (b"<td style=\"background:url('cid:pic@x')\">", b"image/png", True),
        (b'<img src="cid:pic@x">', b"application/octet-stream", True),
        (b'<img src="cid:pic@x">', b"application/pdf", False),
        (b'<img src="cid:pic@xy">', b"image/png", False),
        (b"<p>none</p>", b"image/png", False),
    ],
)
def test_inline_is_what_the_html_shows(html: bytes, kind: bytes, inline: bool) -> None:
    picture = part(kind, PNG, b"Content-ID: <pic@x>", b"Content-Disposition: inline")
    got = parsed(multipart(b"related", part(b"text/html", html), picture))
    (file,) = got.files
    assert (file.content_id, file.inline, file.content) == ("pic@x", inline, PNG)


@pytest.mark.rule("MAIL-16")
@pytest.mark.parametrize(
    ("text", "kept", "files"),
    [
        (b"Hi\r\nbegin 644 a b.txt\r\n#86)C\r\n`\r\nend\r\nbye", "Hi\nbye", [("a b.txt", b"abc")]),
        (b"begin 644 a\n#86)C\n`\nend\nbegin 644 b\n#86)C\n`\nend\n", "", [("a", b"abc"), ("b", b"abc")]),
        (b"begin 644 a.txt\r\n#86)C\r\nno end", "begin 644 a.txt\n#86)C\nno end", []),
        (b"begin 644 day\r\nwith a walk\r\nend", "begin 644 day\nwith a walk\nend", []),
        (b"begin 644 day\r\nend", "begin 644 day\nend", []),
    ],
)
def test_uuencoded_text(text: bytes, kept: str, files: list[tuple[str, bytes]]) -> None:
    got = parsed(mail(b"", text))
    assert (got.text, [(file.name, file.content) for file in got.files]) == (kept, files)


# --- signed, encrypted, opaque, calendar


@pytest.mark.rule("MAIL-16")
@pytest.mark.parametrize(
    "kind", [b"application/pgp-signature", b"application/pkcs7-signature", b"application/x-pkcs7-signature"]
)
def test_a_signed_mail_loses_its_signature_only(kind: bytes) -> None:
    got = parsed(
        multipart(b"signed", container(b"mixed", PLAIN, boundary=b"b2"), part(kind + b"; name=s", b"sig"))
    )
    assert (got.text, got.left_out, got.files) == ("Grüße", (LeftOut.SIGNATURE,), ())


@pytest.mark.rule("MAIL-16")
def test_clear_signed_text_loses_its_armour() -> None:
    body = (
        b"intro\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nwords\n- -- \nme\n"
        b"-----BEGIN PGP SIGNATURE-----\n\nkeyid\n-----END PGP SIGNATURE-----\nfooter"
    )
    got = parsed(mail(b"", body))
    assert (got.text, got.left_out) == ("intro\nwords\n-- \nme\n\nfooter", (LeftOut.SIGNATURE,))


@pytest.mark.rule("MAIL-16")
def test_calendar_alternatives_are_left_out() -> None:
    calendar = part(b"text/calendar; method=REQUEST; name=a.ics", b"BEGIN:VCALENDAR")
    got = parsed(multipart(b"alternative", PLAIN, RICH, calendar))
    assert (got.text, got.left_out, got.files) == ("Grüße", (LeftOut.CALENDAR,), ())
    alone = parsed(mail(b"Content-Type: text/calendar\r\n", b"BEGIN:VCALENDAR"))
    assert (alone.text, alone.left_out, alone.files) == ("", (LeftOut.CALENDAR,), ())


@pytest.mark.rule("MAIL-16")
@pytest.mark.parametrize(
    ("raw", "obstacle"),
    [
        (
            multipart(
                b"encrypted",
                part(b"application/pgp-encrypted", b"Version: 1"),
                part(b"application/octet-stream", b"x"),
            ),
            Obstacle.ENCRYPTED,
        ),
        (
            mail(b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n", b"x"),
            Obstacle.ENCRYPTED,
        ),
        (mail(b"Content-Type: application/x-pkcs7-mime\r\n", b"x"), Obstacle.ENCRYPTED),
        (mail(b"Content-Type: application/octet-stream; name=smime.p7m\r\n", b"x"), Obstacle.ENCRYPTED),
        (mail(b"Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n", b"x"), Obstacle.OPAQUE),
        (
            mail(b"", b"see\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nabc\r\n-----END PGP MESSAGE-----\r\n"),
            Obstacle.ENCRYPTED,
        ),
        (mail(b"Content-Type: message/partial; id=1\r\n", b"x"), Obstacle.PARTIAL),
        (
            multipart(b"mixed", PLAIN, part(b"message/external-body; access-type=URL", b"x")),
            Obstacle.EXTERNAL_BODY,
        ),
        (multipart(b"mixed", PLAIN, part(b"application/ms-tnef; name=winmail.dat", b"x")), Obstacle.OPAQUE),
        (
            multipart(b"mixed", PLAIN, part(b"application/octet-stream; name=WINMAIL.DAT", b"x")),
            Obstacle.OPAQUE,
        ),
        (
            multipart(b"mixed", PLAIN, part(b"application/octet-stream; name=a.bin", b"\x78\x9f\x3e\x22x")),
            Obstacle.OPAQUE,
        ),
        (
            multipart(b"mixed", PLAIN, part(b"message/rfc822", b"Content-Type: message/partial\r\n\r\nx")),
            Obstacle.PARTIAL,
        ),
    ],
)
def test_obstacles(raw: bytes, obstacle: Obstacle) -> None:
    got = parsed(raw)
    assert (got.obstacles, got.files) == ((obstacle,), ())


def test_encrypted_html_is_seen_too_and_a_quoted_block_is_none() -> None:
    document = b"<pre>-----BEGIN PGP MESSAGE-----\r\nabc\r\n</pre>"
    assert parsed(mail(b"Content-Type: text/html\r\n", document)).obstacles == (Obstacle.ENCRYPTED,)
    assert parsed(mail(b"", b"> -----BEGIN PGP MESSAGE-----\r\n> abc\r\n")).obstacles == ()


# --- enclosed messages


INNER = (
    b"From: Carol Dee <carol@real.example>\r\nTo: x@real.example\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    b"Date: Tue, 5 Mar 2024 10:00:00 +0100\r\nX-Secret: yes\r\n"
)
SHOWN = "-" * 20 + "\nFrom: Carol Dee\nDate: Tue, 5 Mar 2024 10:00:00 +0100\nSubject: Grüße\n\ninner text"


@pytest.mark.rule("MAIL-16")
@pytest.mark.parametrize(
    "enclosed_part",
    [
        part(b"message/rfc822; name=a.eml", INNER + b"\r\ninner text", b"Content-Disposition: attachment"),
        part(
            b"message/rfc822",
            base64.encodebytes(INNER + b"\r\ninner text"),
            b"Content-Transfer-Encoding: base64",
        ),
        part(
            b"message/rfc822",
            quopri.encodestring(INNER + b"\r\ninner text"),
            b"Content-Transfer-Encoding: quoted-printable",
        ),
        part(
            b"message/rfc822",
            INNER + container(b"alternative", part(b"text/html", b"<p>inner text</p>"), boundary=b"b2"),
        ),
    ],
)
def test_enclosed_messages_are_shown_as_text_without_addresses(enclosed_part: bytes) -> None:
    got = parsed(multipart(b"mixed", PLAIN, enclosed_part))
    assert got.text == "Grüße\n\n" + SHOWN
    assert (got.html, got.files, got.new_text) == ("", (), "Grüße")


def test_an_enclosed_message_alone_is_all_there_is() -> None:
    got = parsed(HEAD + part(b"message/rfc822", INNER + b"\r\ninner text"))
    assert got.text == got.new_text == SHOWN


def test_files_within_an_enclosed_message_count() -> None:
    inner = INNER + container(b"mixed", PLAIN, part(b"application/pdf; name=a.pdf", b"%PDF"), boundary=b"b2")
    assert names(parsed(multipart(b"digest", b"\r\n" + inner)).files) == ["a.pdf"]


def test_a_name_that_is_an_address_is_not_shown() -> None:
    raw = HEAD + part(b"message/rfc822", b'From: "c@real.example" <c@real.example>\r\nSubject: s\r\n\r\nx')
    assert parsed(raw).text == "-" * 20 + "\nSubject: s\n\nx"


# --- automatic mail and reports: the whole way (the table is in test_automatic.py)


@pytest.mark.rule("MAIL-26")
def test_a_delivery_report_is_a_report_and_shows_its_first_part_only() -> None:
    raw = multipart(
        b"report; report-type=delivery-status",
        PLAIN,
        part(b"message/delivery-status", b"Reporting-MTA: dns; x\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n"),
        part(b"message/rfc822", INNER + b"\r\nx"),
    )
    got = parsed(raw)
    assert (got.report, got.automatic, got.text, got.files) == (True, Automatic.REPORT, "Grüße", ())
    assert parsed(raw, envelope_sender="<>").automatic is Automatic.NULL_SENDER


# --- the digest


def digests_agree(one: bytes, other: bytes) -> bool:
    return parsed(one).content_digest == parsed(other).content_digest


@pytest.mark.rule("MAIL-5")
@pytest.mark.parametrize(
    "other",
    [
        b"Received: from somewhere\r\n"
        + mail(b"Content-Type: text/plain; charset=utf-8\r\n", "Grüße  \r\nan\r\n".encode()),
        mail(b"Content-Type: text/plain; charset=iso-8859-1\r\n", "Grüße\nan".encode("latin-1")),
        mail(
            b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n",
            b"Gr=C3=BC=C3=9Fe\r\nan\r\n",
        ),
        mail(b"Content-Transfer-Encoding: base64\r\n", base64.encodebytes("Grüße\r\nan\r\n".encode())),
    ],
)
def test_the_digest_is_blind_to_the_journey(other: bytes) -> None:
    assert digests_agree(
        mail(b"Content-Type: text/plain; charset=utf-8\r\n", "Grüße\r\nan\r\n".encode()), other
    )


@pytest.mark.rule("MAIL-5")
@pytest.mark.parametrize(
    "other",
    [
        multipart(b"mixed", PLAIN),
        multipart(b"mixed", RICH, part(b"image/png; name=a.png", PNG)),
        multipart(b"mixed", PLAIN, part(b"image/png; name=b.png", PNG)),
        multipart(b"mixed", PLAIN, part(b"image/png; name=a.png", PNG + b"x")),
        multipart(b"mixed", PLAIN, part(b"image/png; name=a.png", PNG), part(b"image/png; name=a.png", PNG)),
        multipart(b"mixed", PLAIN, part(b"application/pkcs7-mime", b"one")),
    ],
)
def test_the_digest_sees_other_content(other: bytes) -> None:
    assert not digests_agree(multipart(b"mixed", PLAIN, part(b"image/png; name=a.png", PNG)), other)


@pytest.mark.rule("MAIL-5")
def test_encrypted_mails_differ_by_what_was_not_read() -> None:
    one, other = (mail(b"Content-Type: application/pkcs7-mime\r\n", body) for body in (b"one", b"two"))
    assert not digests_agree(one, other)


# --- anything at all


def check(got: ParsedMail) -> None:
    """What later steps rely on, whatever came in."""
    strings = [
        got.subject,
        got.message_id,
        got.text,
        got.html,
        *got.reference_ids,
        *got.authentication_results,
    ]
    strings += [text for file in got.files for text in (file.name, file.declared_type, file.content_id)]
    strings += [text for box in got.from_mailboxes for text in (box.name, box.address)]
    for text in strings:
        text.encode("utf-8")
        assert "\0" not in text
    assert "\r" not in got.text
    assert "\n" not in got.subject
    assert len(got.subject) <= 998
    assert len(got.reference_ids) <= 50
    assert all(0 <= start <= end <= len(got.text) for start, end in got.spans.new)
    assert len(got.content_digest) == 32


@pytest.mark.rule("MAIL-6")
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=600))
def test_any_bytes_are_parsed(raw: bytes) -> None:
    check(parsed(raw))


FRAGMENTS = st.sampled_from(
    [
        b"From: a@b.example\r\n",
        b"Subject: =?utf-7?q?+2AA-?=\r\n",
        b"References: <a@b> <\r\n",
        b" folded\r\n",
        b"Content-Type: multipart/mixed; boundary=q\r\n",
        b"Content-Type: multipart/alternative\r\n",
        b"Content-Type: text/html; charset=utf-16\r\n",
        b"Content-Type: message/rfc822\r\n",
        b"Content-Type: application/ms-tnef\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"Content-Transfer-Encoding: quoted-printable\r\n",
        b"Content-Disposition: attachment; filename*=utf-7''+2AA-\r\n",
        b"Content-ID: <a>\r\n",
        *(b"\r\n", b"\n", b"\r", b"--q\r\n", b"--q--\r\n", b"> quoted\r\n", b"R3LDvMOfZQ=="),
        *(b"begin 644 x\n#86)C\nend\n", b"<p>x<img src=cid:a>", b"\0\xff\xed\xa0\x80"),
        b"On 1 Jan 2024 at 10:00 x wrote:\n",
        b"-----BEGIN PGP SIGNED MESSAGE-----\n",
        b"-----BEGIN PGP SIGNATURE-----\n",
    ]
)


@pytest.mark.rule("MAIL-6")
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(FRAGMENTS, st.binary(max_size=8)), max_size=40))
def test_mails_of_any_fragments_are_parsed(fragments: list[bytes]) -> None:
    check(parsed(b"".join(fragments)))


SOUND = multipart(
    b"mixed",
    container(b"alternative", PLAIN, RICH, boundary=b"b2"),
    part(b"image/png; name=a.png", base64.encodebytes(PNG), b"Content-Transfer-Encoding: base64"),
    part(b"message/rfc822", INNER + b"\r\nx"),
)


@pytest.mark.rule("MAIL-6")
@given(st.lists(st.tuples(st.integers(0, len(SOUND)), st.integers(0, 9), st.binary(max_size=3)), max_size=8))
def test_a_sound_mail_with_damage_is_parsed(damage: list[tuple[int, int, bytes]]) -> None:
    raw = SOUND
    for at, length, bytes_there in damage:
        raw = raw[:at] + bytes_there + raw[at + length :]
    check(parsed(raw))


TEXT = st.text(
    alphabet=st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=60
)


@pytest.mark.rule("MAIL-6")
def test_the_words_of_the_html_stand_in_for_a_blank_text() -> None:
    message = EmailMessage(policy=SMTP)
    message.set_content(" \N{NO-BREAK SPACE}\n")
    message.add_alternative("<p>Where is <b>it</b>?</p>", subtype="html")
    assert parsed(message.as_bytes()).text.strip() == "Where is it?"


@pytest.mark.rule("MAIL-6")
@given(
    text=TEXT.filter(str.strip),  # for a blank one see above
    html=TEXT,
    subject=TEXT,
    files=st.lists(st.tuples(TEXT, st.binary(max_size=50)), max_size=3),
)
def test_what_the_standard_library_writes_comes_back(
    text: str, html: str, subject: str, files: list[tuple[str, bytes]]
) -> None:
    message = EmailMessage(policy=SMTP)
    message["From"] = "Ann <ann@customer.example>"
    message["Subject"] = subject
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    got = parsed(message.as_bytes())
    assert got.subject == " ".join(subject.split())
    assert (got.text.strip(), got.html.strip()) == (text.strip(), html.strip())
    assert [(" ".join(name.split()), content) for name, content in files] == [
        (f.name, f.content) for f in got.files
    ]


@pytest.mark.rule("MAIL-7")
@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/mixed; boundary=" + b";" * 1_000_000,
        b"Content-Type: multipart/mixed; boundary=q\n\n--q\nContent-Type: multipart/x" + b'; a="' * 500_000,
        b"From: " + b"(" * 120_000,
        b"References: " + b"<" * 1_000_000,
        b"a:\n" * 500_000,
        b"\n" * 2_000_000,
        b"Content-Type: multipart/mixed; boundary=q\n\n" + b"--q\n" * 500_000,
        b"Content-Type: multipart/mixed; boundary=q\n\n" + b"--qx\n" * 500_000,
        b"Content-Type: multipart/mixed; boundary=q\n\n" + b"--q" * 500_000,
        b"Content-Type: multipart/mixed\n\n" + b"--abc\n" * 300_000,
        b"Content-Type: text/plain; format=flowed\n\n" + b"> \n" * 300_000,
        b"\n" + b"begin 644 a\n" * 100_000,
        b"\n" + b"-----BEGIN PGP SIGNED MESSAGE-----\n\n" * 30_000 + b"-----BEGIN PGP SIGNATURE-----",
        b"Content-Type: text/html\n\n" + b"<div>" * 200_000,
        b"Content-Type: text/html\n\n" + b"cid:" * 300_000,
    ],
    ids=lambda raw: repr(raw[:60]),
)  # fmt: skip
def test_large_hostile_mails_end(raw: bytes) -> None:
    check(parsed(raw))
