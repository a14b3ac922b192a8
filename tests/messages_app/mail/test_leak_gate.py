"""No protected value leaves, in whatever encoding it was planted (MAIL-17)."""

from __future__ import annotations

import base64
import quopri
import zlib
from collections.abc import Callable
from email.message import EmailMessage
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.mail.compose import OutgoingFile, compose
from messages_app.mail.leak_gate import Leak, Protected, find_leaks
from messages_app.mail.rewrite import Rewriter
from tests.messages_app.mail.documents import bomb, docx, jpeg, pdf, png, word
from tests.messages_app.mail.outgoing import outgoing

REAL = "alice@example.org"
NAME = "Hannah Łucja Weber"
PROTECTED = Protected(frozenset({REAL, "al.ice@gmail.com", "kontakt@bücher.example"}), frozenset({NAME}))


def kinds(raw: bytes, exempt: frozenset[str] = frozenset()) -> set[str]:
    return {leak.kind for leak in find_leaks(raw, PROTECTED, exempt_in_files=exempt)}


def of_text(text: str) -> set[str]:
    return kinds(compose(outgoing(text=text, html="")))


def of_html(html: str) -> set[str]:
    return kinds(compose(outgoing(html=html)))


def of_file(content: bytes, name: str = "file.bin", exempt: frozenset[str] = frozenset()) -> set[str]:
    file = OutgoingFile(type="application/octet-stream", content=content, name=name)
    return kinds(compose(outgoing(files=(file,))), exempt)


TEXTS = [
    REAL,
    REAL.upper(),
    "alice+tag@example.org",
    "A.L.I.C.E@googlemail.com",
    "kontakt@xn--bcher-kva.example",
    "kontakt@bücher.example",
    "mailto:alice%40example.org",
    "alice%2540example.org",
    "&#97;lice&#64;example.org",
    "alice&amp;#64;example.org",
    "alice&#37;40example.org",
    "a\u200blice@exam\u00adple.org",
    "ａlice＠example．org",
    "alice@\n> example.org",
    "ali\n> > ce@exam\n> > ple.org",
    "alice @ example.org",
    "alice@\u2003example.org",
    "alice=40example=2Eorg",
    "alice@exam=\nple.org",
    base64.b64encode(REAL.encode()).decode(),
    base64.b64encode(b": " + REAL.encode() + b" is me").decode(),
    base64.urlsafe_b64encode(b"\xc3\xbf\xc3\xbe " + REAL.encode()).decode(),
    base64.encodebytes(b"Some longer text in front of it, for lines. " + REAL.encode() + b" end").decode(),
    base64.b64encode(base64.b64encode(b"I am " + REAL.encode())).decode(),
    base64.b64encode(REAL.encode("utf-16-le")).decode(),
    "https://t.example/?q=" + base64.b64encode(b'{"mail":"alice@example.org"}').decode(),
    "...alice@example.org",
    "alice@example.org.Thanks",
    "to:alice@example.org",
]


@pytest.mark.rule("MAIL-17")
@pytest.mark.parametrize("text", TEXTS)
def test_a_planted_address_is_found_in_text_and_html(text: str) -> None:
    assert of_text(f"Hello, {text} is mine.") == {"address"}
    assert of_html(f"<p>Hello, {text} is mine.</p>") == {"address"}


@pytest.mark.rule("MAIL-17")
@pytest.mark.parametrize(
    "html",
    [
        "al<b>ice</b>@<wbr>example.org",
        "alice<!-- x -->@example.org",
        "<td>alice@example.org</td><td>x</td>",
        '<a href="mailto:alice@example.org">x</a>',
        '<a href="https://x.example/?m=alice%40example.org">x</a>',
        '<img alt="alice@example.org" src="cid:x">',
        "<p>alice@<br>example.org",
    ],
)
def test_a_planted_address_is_found_between_tags(html: str) -> None:
    assert of_html(html) == {"address"}


@pytest.mark.rule("MAIL-17")
@pytest.mark.parametrize(
    "text",
    [
        "xalice@example.org",
        "bob.alice@example.org",
        "alice@example.orgs",
        "alice@example.net",
        "example.org and alice",
        "Your order 123-1234567-1234567 is on its way; größer & besser, 100 % wool",
        "https://marketplace.example/a/" + "aB3dE5" * 12,
        base64.b64encode(b"nothing of note stands in here at all").decode(),
        "Hannah W.",
        "Hannah Łucja Webers",
        "Johannah Łucja Weber",
    ],
)
def test_honest_text_passes(text: str) -> None:
    assert of_text(text) == set()
    assert of_html(f"<p>{text}</p>") == set()


@pytest.mark.rule("MAIL-17")
@pytest.mark.parametrize(
    "text",
    [
        NAME,
        NAME.upper(),
        "Hannah\n> Łucja Weber",
        "Hannah\u00a0Łucja\u200b Weber",
        "Hannah_Łucja-Weber",
        "(Hannah Łucja Weber)",
    ],
)
def test_a_name_is_found_as_a_whole_phrase(text: str) -> None:
    assert of_text(f"From {text}, hello") == {"phrase"}
    assert of_html(f"<p>From {text}, hello") == {"phrase"}


@pytest.mark.rule("MAIL-17")
@pytest.mark.parametrize(
    "html", ["<b>Hannah</b> Łucja <i>Weber</i>", "Hannah<br>Łucja<br>Weber", "Han<b>nah</b> Łucja Weber"]
)
def test_a_name_is_found_between_tags(html: str) -> None:
    assert of_html(html) == {"phrase"}


@pytest.mark.rule("MAIL-17")
@pytest.mark.parametrize(
    "changes",
    [
        {"subject": f"Re: {REAL}"},
        {"subject": f"Größe {REAL} " * 3},
        {"in_reply_to": f"<{REAL}>"},
        {"references": ("<x@y.example>", f"<123.{'x' * 5}=alice@example.org>")},
        {"list_unsubscribe": "https://marketplace.example/u?m=alice%40example.org"},
        {"loop_mark": REAL},
        {"recipient": REAL},
        {"files": (OutgoingFile(type="text/plain", content=b"x", name=f"{REAL}.txt"),)},
        {"files": (OutgoingFile(type="text/plain", content=b"x", name=f"Übersicht {'x' * 30} {REAL}.txt"),)},
        {"inline": (OutgoingFile(type="image/gif", content=b"GIF89a", content_id=REAL),)},
    ],
)
def test_every_header_is_read(changes: dict[str, object]) -> None:
    assert kinds(compose(outgoing(**changes))) == {"address"}


@pytest.mark.rule("MAIL-17")
def test_a_name_in_a_file_name_is_found() -> None:
    file = OutgoingFile(type="text/plain", content=b"x", name="Hannah_Łucja_Weber.txt")
    assert kinds(compose(outgoing(files=(file,)))) == {"phrase"}


FILES: list[Callable[[str], bytes]] = [
    lambda value: value.encode(),
    lambda value: ("\ufeff" + value).encode("utf-16-le"),
    pdf,
    lambda value: pdf(title=value),
    lambda value: pdf(value, password=""),
    docx,
    lambda value: docx(author=value),
    png,
    lambda value: png(value, packed=True),
    jpeg,
    word,
    lambda value: word(value, "cp1252"),
]


@pytest.mark.rule("MAIL-17")
@pytest.mark.parametrize("make", FILES)
def test_files_are_read(make: Callable[[str], bytes]) -> None:
    assert of_file(make("It is nobody at all")) == set()
    assert of_file(make(f"It is {REAL} here")) == {"address"}
    assert of_file(make(f"It is {REAL} here"), exempt=frozenset({REAL})) == set()


@pytest.mark.rule("MAIL-17")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-2"])
def test_a_name_in_a_text_file_is_found_in_any_encoding(encoding: str) -> None:
    assert of_file(f"Größe, {NAME.upper()}.".encode(encoding)) == {"phrase"}
    assert of_file(f"Größe, {NAME}s.".encode(encoding)) == set()


@pytest.mark.rule("MAIL-17")
def test_the_exception_holds_for_contents_alone() -> None:
    exempt = frozenset({REAL})
    assert of_file(b"x", name=f"{REAL}.txt", exempt=exempt) == {"address"}
    assert kinds(compose(outgoing(text=REAL)), exempt) == {"address"}
    assert of_file(f"{REAL} and al.ice@gmail.com".encode(), exempt=exempt) == {"address"}


@pytest.mark.rule("MAIL-17")
@pytest.mark.parametrize(
    "content",
    [
        pdf("text", password="secret"),
        pdf("text")[:300].replace(b"obj", b"obx") + b"endstream",
        docx("text")[:2000],
        bomb(),
        b"\x7fELF\x02\x01\x01\0\0\0",
        zlib.compress(b"x" * 100) + b"\0",
    ],
)
def test_what_cannot_be_read_does_not_pass(content: bytes) -> None:
    assert of_file(content) == {"unreadable"}


HEAD = b"From: a@x.example\r\nTo: b@x.example\r\nSubject: x\r\n"


@pytest.mark.rule("MAIL-17")
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no header at all",
        HEAD + "Größe: x\r\n\r\nx".encode(),
        HEAD + b"Content-Type: multipart/mixed\r\n\r\nx",
        HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nnever closed",
        HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\nno part",
        HEAD + b"Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\nx",
        HEAD + b"Content-Type: text/plain; charset=x-unknown\r\n\r\nx",
        HEAD + b"Content-Type: text/plain; charset=utf-7\r\n\r\n+AGE-",
        HEAD + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nx",
        HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n!!!!",
        HEAD + b"Content-Transfer-Encoding: base64\r\n\r\nAAA",
        HEAD + b"Content-Type: message/rfc822\r\n\r\n: broken",
        HEAD
        + b'Content-Type: multipart/mixed; boundary="b"\r\nContent-Transfer-Encoding: base64\r\n\r\nLS1i',
    ],
)
def test_a_mail_that_is_not_regular_does_not_pass(raw: bytes) -> None:
    assert kinds(raw) == {"unreadable"}


@pytest.mark.rule("MAIL-17")
def test_deep_nesting_does_not_pass() -> None:
    raw = b"\r\n\r\nx"
    for _ in range(40):
        raw = b"Content-Type: message/rfc822\r\n\r\n" + raw.lstrip()
    assert "unreadable" in kinds(HEAD + raw)


@pytest.mark.rule("MAIL-17")
@pytest.mark.parametrize("encoding", ["7bit", "quoted-printable", "base64"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-16-le", "iso-8859-2", "gb18030"])
def test_mails_of_other_makers_are_read(encoding: str, charset: str) -> None:
    content = f"I am {REAL}, hello".encode(charset)
    coders = {
        "7bit": lambda body: body,
        "quoted-printable": quopri.encodestring,
        "base64": base64.encodebytes,
    }
    part = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    assert kinds(HEAD + part.encode() + coders[encoding](content)) == {"address"}


@pytest.mark.rule("MAIL-17")
def test_a_mail_within_the_mail_is_read() -> None:
    inner = EmailMessage()
    inner["From"], inner["Subject"] = REAL, "forwarded"
    inner.set_content("Hello")
    outer = EmailMessage()
    outer["From"], outer["To"] = "a@x.example", "b@x.example"
    outer.set_content("See below")
    outer.add_attachment(inner)
    assert kinds(outer.as_bytes()) == {"address"}


@pytest.mark.rule("MAIL-17", "PRV-5")
def test_a_leak_names_its_place_and_not_the_value() -> None:
    leaks = find_leaks(compose(outgoing(text=REAL, subject=REAL)), PROTECTED)
    assert leaks == (Leak("address", "header of mail"), Leak("address", "mail.1"))


PIECES = st.sampled_from(
    [
        *(REAL, REAL.upper(), "alice", "@", "example.org", "example", ".org", "al.i.ce+q@gmail.com", "&#64;"),
        *("%40", "=40", "\n> ", "\n", " ", "x", "<", ">", "<wbr>", "</b>", "\u200b", "\u00ad", "&nbsp;", "%"),
        *("&", "=", "=\n", "kontakt@b%C3%BCcher.example", "é", "."),
    ]
)
HAYSTACKS = st.lists(PIECES, max_size=14).map("".join)


@pytest.mark.rule("MAIL-16", "MAIL-17")
@given(HAYSTACKS)
def test_the_rewriter_leaves_nothing_for_the_gate(text: str) -> None:
    rewriter = Rewriter(dict.fromkeys(PROTECTED.addresses, "s7k2@marketplace.example"))
    assert of_text(rewriter.text(text)) == set()
    assert of_html(rewriter.html(text)) == set()


ENCODINGS: list[Callable[[str], str]] = [
    str,
    str.upper,
    quote,
    lambda value: "".join(f"%{byte:02x}" for byte in value.encode()),
    lambda value: "".join(f"&#{ord(char)};" for char in value),
    lambda value: "".join(f"&#x{ord(char):X};" for char in value),
    "\u200b".join,
    "\n> ".join,
    " ".join,
    lambda value: value.replace("@", "=40"),
]


@pytest.mark.rule("MAIL-16", "MAIL-17")
@given(
    st.text("abcö \n>.,:;()", max_size=30),
    st.text("\n >.,:;()", max_size=10),
    st.sampled_from(ENCODINGS),
    st.sampled_from(sorted(PROTECTED.addresses)),
)
def test_what_is_planted_is_found_and_what_is_rewritten_is_clean(
    before: str, after: str, encode: Callable[[str], str], address: str
) -> None:
    text = f"{before} {encode(address)}{after}"
    rewriter = Rewriter(dict.fromkeys(PROTECTED.addresses, "s7k2@marketplace.example"))
    assert of_text(text) == {"address"}
    assert of_text(rewriter.text(text)) == set()
    assert of_html(rewriter.html(text)) == set()


@pytest.mark.rule("MAIL-17", "REL-4")
@pytest.mark.parametrize(
    "unit", ["Ab3", "&amp;", "%25", "=40", "<", "\n> ", "\u200b", "alice@\n", "@gmail.com a", "=?", "&#"]
)
def test_long_hostile_text_comes_to_an_end(unit: str) -> None:
    text = unit * 20_000
    assert of_text(text) == set()
    assert Rewriter({REAL: "s7k2@marketplace.example"}).html(text) == text
