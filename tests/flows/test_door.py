"""The mail door with real processes, sockets and pipes (MAIL-1, MAIL-2, MAIL-3)."""

from __future__ import annotations

import os
import smtplib
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.models import Alias, Pair
from accounts.queries.pairs import alias_of
from messages_app.models import InboundMail, RawMail
from messages_app.relay.intake import envelope_sender, raw_bytes
from tests.certificates import certificate
from tests.factories import PairFactory
from tests.flows.processes import MailDoor, mail_door, run

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]

SENDER = "service@shop.example"
MAIL = b"From: service@shop.example\r\nSubject: Your parcel\r\n\r\nIt leaves today.\r\n"


@pytest.fixture
def pair() -> Pair:
    return PairFactory.create()


@pytest.fixture
def alias(pair: Pair) -> str:
    return alias_of(pair, "buyer")


@pytest.fixture(scope="module")
def door(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[MailDoor]:
    """One for all tests that leave it standing: each empties the database it writes to."""
    with django_db_blocker.unblock(), mail_door() as started:
        yield started


def client(door: MailDoor) -> smtplib.SMTP:
    return smtplib.SMTP(door.host, door.port, timeout=30)


class Dialogue:
    """A raw connection, for what no honest client would say."""

    def __init__(self, door: MailDoor) -> None:
        self.socket = socket.create_connection((door.host, door.port), timeout=30)
        self._lines = self.socket.makefile("rb")
        self.greeting = self.answer()

    def answer(self) -> str:
        lines = [self._lines.readline().decode()]
        while lines[-1][3:4] == "-":
            lines.append(self._lines.readline().decode())
        return "".join(lines).strip()

    def say(self, line: bytes) -> str:
        self.socket.sendall(line + b"\r\n")
        return self.answer()

    def close(self) -> None:
        self._lines.close()
        self.socket.close()


@pytest.fixture
def dialogue(door: MailDoor) -> Iterator[Dialogue]:
    opened = Dialogue(door)
    yield opened
    opened.close()


@pytest.mark.rule("MAIL-1", "MAIL-3")
@pytest.mark.both_databases
def test_a_mail_that_got_250_is_stored_sealed_as_it_came(door: MailDoor, alias: str) -> None:
    content = MAIL.replace(b"today", b"t\0day \xff") + b".\r\n..two dots\r\n" + b"x" * 3000 + b"\r\n"
    with client(door) as smtp:
        assert smtp.sendmail(SENDER, [alias.upper()], content) == {}
    inbound = InboundMail.objects.get()
    assert raw_bytes(inbound.raw) == content
    assert envelope_sender(inbound) == SENDER
    assert (inbound.alias, inbound.state, inbound.loopback) == (
        Alias.objects.get(address=alias),
        "waiting",
        True,
    )
    assert b"parcel" not in bytes(inbound.raw.sealed)


@pytest.mark.rule("MAIL-1", "MAIL-2")
def test_a_large_mail_lies_in_the_file_store(door: MailDoor, alias: str) -> None:
    content = MAIL + b"0123456789" * 30_000 + b"\r\n"  # also one line of 300,000 characters
    with client(door) as smtp:
        smtp.sendmail(SENDER, [alias], content)
    raw = RawMail.objects.get()
    assert (bytes(raw.sealed), raw.size, raw_bytes(raw)) == (b"", len(content), content)


@pytest.mark.rule("MAIL-2")
def test_recipients_are_answered_one_by_one(dialogue: Dialogue, pair: Pair, alias: str) -> None:
    retired = alias_of(PairFactory.create(), "buyer")
    Alias.objects.filter(address=retired).update(retired_at=timezone.now())
    domain = settings.RELAY_DOMAIN
    dialogue.say(b"EHLO shop.example")
    dialogue.say(b"MAIL FROM:<service@shop.example>")
    answers = {
        f"<{alias}>": "250",
        f"<{alias_of(pair, 'seller')}>": "250",
        "<postmaster>": "250",
        f"<Postmaster@{domain}>": "250",
        f"<abuse@{domain}>": "250",
        f"<{retired}>": "550 5.1.1",
        f"<nobodyhere00000@{domain}>": "550 5.1.1",
        "<somebody@elsewhere.example>": "550 5.7.1",
        f"<@relay.example:{alias}>": "250",
    }
    said = {word: dialogue.say(f"RCPT TO:{word}".encode()) for word in answers}
    assert {word: said[word][: len(answers[word])] for word in answers} == answers


@pytest.mark.rule("MAIL-2")
def test_former_domains_are_still_ours(alias: str) -> None:
    former = alias.partition("@")[0] + "@old.example"
    Alias.objects.filter(address=alias).update(address=former)
    with mail_door(RELAY_DOMAINS_OLD="old.example") as door, client(door) as smtp:
        assert smtp.sendmail(SENDER, [former], MAIL) == {}
        assert smtp.docmd("MAIL FROM:<a@b.example>")[0] == 250
        assert smtp.docmd("RCPT TO:<postmaster@old.example>")[0] == 250


@pytest.mark.rule("MAIL-2")
def test_one_mail_to_n_aliases_is_n_work_items(door: MailDoor, pair: Pair) -> None:
    other = PairFactory.create(seller=pair.seller)
    wanted = [alias_of(pair, "buyer"), alias_of(other, "buyer"), alias_of(pair, "buyer")]
    with client(door) as smtp:
        smtp.sendmail(SENDER, wanted, MAIL)
    assert RawMail.objects.count() == 1
    assert sorted(InboundMail.objects.values_list("alias__address", flat=True)) == sorted(set(wanted))


@pytest.mark.rule("MAIL-2", "ATT-1")
def test_the_wire_limit_is_announced_and_exact(alias: str) -> None:
    size = 14_000_000
    with mail_door(MAX_WIRE_BYTES=str(size)) as door, client(door) as smtp:
        smtp.ehlo("shop.example")
        assert smtp.esmtp_features["size"] == str(size)
        assert smtp.docmd(f"MAIL FROM:<{SENDER}> SIZE={size + 1}")[1][:5] == b"5.3.4"
        assert smtp.sendmail(SENDER, [alias], _mail_of(size)) == {}
        smtp.esmtp_features.pop("size")  # now the client does not tell beforehand
        with pytest.raises(smtplib.SMTPDataError) as refused:
            smtp.sendmail(SENDER, [alias], _mail_of(size + 1))
        assert (refused.value.smtp_code, refused.value.smtp_error[:5]) == (552, b"5.3.4")
        assert smtp.noop()[0] == 250
    assert list(RawMail.objects.values_list("size", flat=True)) == [size]


def _mail_of(size: int) -> bytes:
    """A mail of exactly that many bytes, every line beginning with a dot."""
    line = b"." + b"m" * 68 + b"\r\n"
    body = line * ((size - len(MAIL)) // len(line))
    rest = size - len(MAIL) - len(body)
    return MAIL + body[: len(body) - len(line)] + b"m" * (rest + len(line) - 2) + b"\r\n"


@pytest.mark.rule("MAIL-7")
@pytest.mark.parametrize(("excess", "code"), [(0, 250), (1, 552)])
def test_a_header_block_of_131072_bytes_is_the_last_to_pass(
    door: MailDoor, alias: str, excess: int, code: int
) -> None:
    start, end = b"From: a@b.example\r\nX-Long: ", b"\r\n"
    header = start + b"y" * (131_072 - len(start) - len(end) + excess) + end
    with client(door) as smtp:
        smtp.ehlo_or_helo_if_needed()
        smtp.mail(SENDER)
        smtp.rcpt(alias)
        assert smtp.data(header + b"\r\nbody\r\n")[0] == code


@pytest.mark.rule("MAIL-2")
@pytest.mark.parametrize("trick", [b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r\n.\r", b"\0.\r\n"])
def test_bare_line_ends_never_end_a_mail(dialogue: Dialogue, alias: str, trick: bytes) -> None:
    inner = b"MAIL FROM:<x@y.example>\r\nRCPT TO:<" + alias.encode() + b">\r\nDATA\r\nsmuggled\r\n"
    content = b"Subject: a\r\n\r\none" + trick + inner
    dialogue.say(b"EHLO shop.example")
    dialogue.say(b"MAIL FROM:<service@shop.example>")
    dialogue.say(b"RCPT TO:<" + alias.encode() + b">")
    assert dialogue.say(b"DATA")[:3] == "354"
    assert dialogue.say(content + b".")[:3] == "250"
    assert dialogue.say(b"NOOP")[:3] == "250"
    assert raw_bytes(RawMail.objects.get()) == content.replace(b"\r\n.", b"\r\n")


@pytest.mark.rule("MAIL-2")
def test_commands_behind_the_end_of_a_mail_are_heard(dialogue: Dialogue, alias: str) -> None:
    dialogue.say(b"EHLO shop.example")
    start = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<" + alias.encode() + b">\r\nDATA\r\n"
    dialogue.socket.sendall(start + b"First: 1\r\n\r\n1\r\n.\r\n" + start + b".\r\nNOOP\r\nQUIT\r\n")
    codes = [dialogue.answer()[:3] for _ in range(10)]
    assert codes == ["250", "250", "354", "250", "250", "250", "354", "250", "250", "221"]
    assert sorted(raw_bytes(raw) for raw in RawMail.objects.all()) == [b"", b"First: 1\r\n\r\n1\r\n"]


@pytest.mark.rule("MAIL-2")
@pytest.mark.parametrize(
    "line",
    [
        b'MAIL FROM:<"',
        b"MAIL FROM:<a@[",
        b"MAIL FROM:<",
        b"RCPT TO:",
        b"\xff\xfe",
        b"AUTH PLAIN AAAA",
        b"VRFY postmaster",
        b"EXPN list",
        b"BDAT 5 LAST",
    ],
)
def test_nonsense_gets_an_answer_without_insides(dialogue: Dialogue, alias: str, line: bytes) -> None:
    assert "SMTPUTF8" not in dialogue.say(b"EHLO shop.example")
    answer = dialogue.say(line)
    assert answer[0] in "45"
    assert "Error)" not in answer
    assert dialogue.say(b"MAIL FROM:<>")[:3] == "250"
    assert dialogue.say(b"RCPT TO:<" + alias.encode() + b">")[:3] == "250"


@pytest.mark.rule("MAIL-2")
def test_guessing_addresses_ends_the_connection(dialogue: Dialogue) -> None:
    dialogue.say(b"EHLO shop.example")
    dialogue.say(b"MAIL FROM:<a@b.example>")
    answers = [dialogue.say(b"RCPT TO:<guess%d@marketplace.example>" % turn)[:3] for turn in range(20)]
    assert answers == ["550"] * 19 + ["421"]
    assert dialogue.socket.recv(10) == b""


@pytest.mark.rule("MAIL-2")
@pytest.mark.both_databases
def test_addresses_with_controls_are_wrong_addresses(dialogue: Dialogue, alias: str) -> None:
    dialogue.say(b"EHLO shop.example")
    for wrong in (b"a\0b@c.example", b"a\x1b@c.example", b"\x7f"):
        assert dialogue.say(b"MAIL FROM:<" + wrong + b">")[:9] == "553 5.1.7"
    assert dialogue.say(b"MAIL FROM:<a@b.example>")[:3] == "250"
    answers = [dialogue.say(b"RCPT TO:<%d\0" % turn + alias.encode() + b">")[:9] for turn in range(20)]
    assert answers == ["550 5.1.1"] * 19 + ["421 4.7.0"]


@pytest.mark.rule("MAIL-2")
def test_a_hundred_recipients_are_taken_and_no_more(dialogue: Dialogue, alias: str) -> None:
    dialogue.say(b"EHLO shop.example")
    dialogue.say(b"MAIL FROM:<a@b.example>")
    answers = [dialogue.say(b"RCPT TO:<" + alias.encode() + b">")[:3] for _ in range(101)]
    assert answers == ["250"] * 100 + ["452"]


@pytest.mark.rule("MAIL-1")
def test_lmtp_answers_for_each_recipient(alias: str, pair: Pair) -> None:
    with mail_door("--lmtp") as door:
        dialogue = Dialogue(door)
        assert dialogue.say(b"EHLO mta.example")[:3] == "500"
        assert dialogue.say(b"LHLO mta.example")[:3] == "250"
        dialogue.say(b"MAIL FROM:<a@b.example>")
        for address in (alias, "nobody@marketplace.example", alias_of(pair, "seller")):
            dialogue.say(f"RCPT TO:<{address}>".encode())
        dialogue.say(b"DATA")
        dialogue.socket.sendall(b"A: b\r\n\r\nc\r\n.\r\nNOOP\r\nQUIT\r\n")
        assert [dialogue.answer()[:3] for _ in range(4)] == ["250", "250", "250", "221"]
        dialogue.close()
    assert InboundMail.objects.count() == 2


@pytest.mark.rule("MAIL-1")
def test_starttls_is_offered_with_a_certificate(alias: str, tmp_path: Path) -> None:
    file = certificate(tmp_path)
    with mail_door("--tls-cert", str(file)) as door, client(door) as smtp:
        smtp.starttls(context=ssl.create_default_context(cafile=str(file)))
        smtp.ehlo("shop.example")
        assert not {"auth", "starttls"} & set(smtp.esmtp_features)
        assert smtp.sendmail(SENDER, [alias], MAIL) == {}
    assert raw_bytes(RawMail.objects.get()) == MAIL


@pytest.mark.rule("MAIL-3")
@pytest.mark.both_databases
def test_many_senders_at_once_all_get_their_250(door: MailDoor, alias: str) -> None:
    def send(number: int) -> None:
        with client(door) as smtp:
            for turn in range(4):
                smtp.sendmail(SENDER, [alias], MAIL + b"%d %d\r\n" % (number, turn))

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(send, range(24)))
    assert len({raw_bytes(raw) for raw in RawMail.objects.select_related("key")}) == 96


@pytest.mark.rule("MAIL-2", "MAIL-3")
def test_a_mail_on_its_way_may_end_when_the_door_closes(alias: str) -> None:
    with mail_door() as door:
        close_within_a_mail(door, alias)
    assert door.process.returncode == 0
    assert raw_bytes(RawMail.objects.get()) == b"Subject: half\r\n\r\nwhole\r\n"


def close_within_a_mail(door: MailDoor, alias: str) -> None:
    busy, idle = Dialogue(door), Dialogue(door)
    busy.say(b"EHLO shop.example")
    busy.say(b"MAIL FROM:<a@b.example>")
    busy.say(b"RCPT TO:<" + alias.encode() + b">")
    busy.say(b"DATA")
    busy.socket.sendall(b"Subject: half\r\n")
    ended = threading.Thread(target=door.stop)
    ended.start()
    assert idle.answer()[:9] == "421 4.3.2"
    busy.socket.sendall(b"\r\nwhole\r\n")
    assert busy.say(b".")[:3] == "250"
    ended.join()
    busy.close()
    idle.close()


@pytest.mark.rule("MAIL-3")
@pytest.mark.both_databases
def test_what_got_250_survives_kill_9(alias: str) -> None:
    taken = []
    for turn in range(3):
        with mail_door() as door, client(door) as smtp:
            for number in range(5):
                smtp.sendmail(SENDER, [alias], MAIL + b"%d %d\r\n" % (turn, number))
                taken.append(MAIL + b"%d %d\r\n" % (turn, number))
            door.process.kill()
            door.process.wait()
    assert sorted(raw_bytes(raw) for raw in RawMail.objects.select_related("key")) == sorted(taken)


@pytest.mark.rule("REL-3", "MAIL-2")
def test_a_full_disk_is_451_and_nothing_is_claimed(alias: str, tmp_path: Path) -> None:
    media = tmp_path / "media"
    media.write_text("a file where the store's folder should be")
    with mail_door(DATA_DIR=str(tmp_path)) as door, client(door) as smtp:
        smtp.ehlo_or_helo_if_needed()
        smtp.mail(SENDER)
        smtp.rcpt(alias)
        assert smtp.data(MAIL + b"x" * 200_000 + b"\r\n") == (
            451,
            b"4.3.0 Temporary trouble here, try again later",
        )
        media.unlink()
        assert smtp.sendmail(SENDER, [alias], MAIL + b"x" * 200_000 + b"\r\n") == {}
    assert InboundMail.objects.count() == 1


@pytest.mark.rule("REL-3", "MAIL-2")
def test_a_lost_database_is_451(alias: str, tmp_path: Path) -> None:
    with mail_door(DATABASE_URL=f"sqlite:///{tmp_path}/empty.sqlite3") as door, client(door) as smtp:
        smtp.ehlo_or_helo_if_needed()
        smtp.mail(SENDER)
        assert smtp.rcpt(alias)[0] == 451
        assert smtp.rcpt(f"postmaster@{settings.RELAY_DOMAIN}")[0] == 250
        assert smtp.data(MAIL)[0] == 451


@pytest.mark.rule("MAIL-10")
def test_without_proof_of_senders_the_door_stays_on_loopback() -> None:
    refused = run("relay_listen", "--host", "0.0.0.0", "--port", "0")
    assert refused.returncode != 0
    assert b"MAIL_SENDER_AUTH" in refused.stderr


def receive(recipient: str, content: bytes = MAIL, **changes: str) -> subprocess.CompletedProcess[bytes]:
    return run("relay_receive", "--from", SENDER, "--to", recipient, stdin=content, **changes)


@pytest.mark.rule("MAIL-1", "MAIL-2")
def test_the_pipe_says_what_happened_by_exit_codes(alias: str, tmp_path: Path) -> None:
    large = b"x" * 15_000_001
    lost = f"sqlite:///{tmp_path}/empty.sqlite3"
    assert receive(alias).returncode == 0
    assert receive("nobody@marketplace.example").returncode == os.EX_NOUSER == 67
    assert receive("a@elsewhere.example").returncode == os.EX_UNAVAILABLE == 69
    assert receive(alias, large).returncode == 69
    assert receive(alias, DATABASE_URL=lost).returncode == os.EX_TEMPFAIL == 75
    inbound = InboundMail.objects.get()
    assert (raw_bytes(inbound.raw), inbound.door, inbound.loopback) == (MAIL, "pipe", True)
