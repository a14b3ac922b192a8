"""Of an infected file that came by mail only the digest stays, in the sealed raw mail too (ATT-2)."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.models import Pair
from accounts.queries.pairs import alias_of
from messages_app.models import Attachment, InboundMail
from messages_app.policy.facts import Side
from messages_app.queries.threads import file_meta
from messages_app.relay.intake import Arrival, Recipient, accept, raw_bytes
from messages_app.relay.receive import process_waiting
from messages_app.services.infected import forget_infected_mails
from messages_app.services.moderation import Action, decide_case
from messages_app.vault.files import INLINE_LIMIT
from messages_app.vault.keys import open_key
from tests.clamd import VIRUS, Clamd, running_clamd
from tests.factories import OrderFactory, PairFactory, UserFactory
from tests.messages_app.relay.inbound_world import NOON, address_of, arrive, said
from tests.messages_app.services.test_moderation import case_of
from tests.servers import free_port

pytestmark = [pytest.mark.rule("ATT-2", "ATT-7"), pytest.mark.django_db]

BAD = b"see " + VIRUS


@pytest.fixture
def pair(settings: Settings, tmp_path: Path) -> Pair:
    settings.DATA_DIR = tmp_path  # with a store of its own
    settings.CLAMD_URL = f"tcp://127.0.0.1:{free_port()}"  # down
    made = PairFactory.create()
    OrderFactory.create(pair=made, status="shipped")
    return made


@pytest.fixture
def clamd(settings: Settings, pair: Pair) -> Iterator[Clamd]:
    with running_clamd() as running:
        settings.CLAMD_URL = running.url
        yield running


def mail_with(content: bytes, pair: Pair, author: Side = Side.BUYER) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = address_of(pair, author)
    message["Subject"] = "Your parcel"
    message["Message-ID"] = "<infected@client.example>"
    message.set_content("The form is attached.")
    message.make_mixed(boundary="part")
    message.add_attachment(content, maintype="text", subtype="plain", filename="form.txt")
    return message.as_bytes()


def store(folder: Path) -> list[Path]:
    return [path for path in (folder / "media").rglob("*") if path.is_file()]


def raw_of(inbound: InboundMail) -> bytes | None:
    """None: it is gone."""
    found = InboundMail.objects.select_related("raw__key").get(pk=inbound.pk)
    try:
        return raw_bytes(found.raw)
    except FileNotFoundError:
        assert found.raw.size == 0
        return None


@pytest.mark.parametrize("padding", [b"", b"\nmore" * INLINE_LIMIT], ids=["in-its-row", "in-the-store"])
def test_the_raw_mail_of_an_infected_file_goes(
    clamd: Clamd, pair: Pair, padding: bytes, tmp_path: Path
) -> None:
    inbound = arrive(mail_with(BAD + padding, pair), alias_of(pair, Side.SELLER))
    message = said(inbound)
    assert message.state == "blocked"
    assert raw_of(inbound) is None
    assert store(tmp_path) == []
    file = Attachment.objects.get(message=message)
    meta = file_meta(open_key(message.thread.key), file)
    assert (file.stored, meta["digest"]) == (False, sha256(BAD + padding).hexdigest())


def test_the_raw_mail_of_any_other_stays(clamd: Clamd, pair: Pair) -> None:
    for content, state in ((b"A form.", "delivered"), (b"MZ\x90\0\0", "blocked")):
        inbound = arrive(mail_with(content, pair), alias_of(pair, Side.SELLER))
        assert said(inbound).state == state
        forget_infected_mails()
        assert raw_of(inbound) == mail_with(content, pair)


def test_the_same_mail_again_leaves_nothing_either(clamd: Clamd, pair: Pair) -> None:
    arrive(mail_with(BAD, pair), alias_of(pair, Side.SELLER))
    again = arrive(mail_with(BAD, pair), alias_of(pair, Side.SELLER))
    assert again.state == "duplicate"
    forget_infected_mails()  # as the sweeper does
    assert raw_of(again) is None


def test_a_mail_to_two_is_kept_until_both_are_done(clamd: Clamd, pair: Pair) -> None:
    other = PairFactory.create(buyer=pair.buyer)
    aliases = [one.aliases.get(side="seller") for one in (pair, other)]
    accept(
        Arrival(
            raw=mail_with(BAD, pair),
            envelope_sender="writer@client.example",
            recipients=tuple(Recipient(alias_id=alias.pk) for alias in aliases),
            door=InboundMail.Door.SMTP,
            loopback=True,
            received_at=NOON,
        )
    )
    process_waiting(1)
    first = InboundMail.objects.get(state="done")
    assert raw_of(first) == mail_with(BAD, pair)
    process_waiting(1)
    assert [one.state for one in InboundMail.objects.all()] == ["done", "done"]
    assert raw_of(first) is None


def test_what_a_release_finds_goes_from_file_and_mail(settings: Settings, pair: Pair, tmp_path: Path) -> None:
    inbound = arrive(mail_with(BAD, pair), alias_of(pair, Side.SELLER))
    message = said(inbound)
    assert message.state == "held"
    with running_clamd() as up:
        settings.CLAMD_URL = up.url
        for _attempt in range(2):  # asked once more, nothing has become better
            decided = decide_case(
                case_id=case_of(message).pk,
                action=Action.RELEASE,
                by=UserFactory.create(is_staff=True),
                reason="Looked at.",
                now=NOON,
            )
            assert [finding.code for finding in decided.objections] == ["infected"]
        assert up.scanned == [BAD]
    file = Attachment.objects.get(message=message)
    meta = file_meta(open_key(message.thread.key), file)
    assert (file.stored, meta["digest"]) == (False, sha256(BAD).hexdigest())
    assert forget_infected_mails() == 1
    assert raw_of(inbound) is None
    assert store(tmp_path) == []
