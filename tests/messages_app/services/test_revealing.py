"""Files that show what the other side must not learn go to nobody, by whatever door they came (MAIL-17)."""

from __future__ import annotations

import pytest

from accounts.models import Pair
from messages_app.models import Delivery, MailboxEntry, ResponseContact
from messages_app.policy.facts import Side
from messages_app.services.submission import SubmittedFile
from tests.factories import AuthorizedAddressFactory, MembershipFactory, OrderFactory, PairFactory
from tests.messages_app.files.samples import word_edited
from tests.messages_app.services.gate import codes, mail, page, send

pytestmark = pytest.mark.django_db

BUYER, DESK, HELP = "hannah@post.example", "ana@desk.example", "help@desk.example"


@pytest.fixture
def pair() -> Pair:
    made = PairFactory.create(
        buyer__user__email=BUYER,
        buyer__user__full_name="Hannah Winter",
        buyer__display_name="Hannah W.",
        seller__customer_service_address=HELP,
    )
    AuthorizedAddressFactory.create(seller=made.seller, address=DESK)
    MembershipFactory.create(seller=made.seller, user__email="lee@own.example")
    OrderFactory.create(pair=made, status="shipped")
    return made


def text(words: str) -> SubmittedFile:
    return SubmittedFile(name="note.txt", content=words.encode())


def word_file(*runs: str) -> SubmittedFile:
    """A .docx whose text is split over runs."""
    parts = "".join(f"<w:r><w:t>{run}</w:t></w:r>" for run in runs).encode()
    content = word_edited("word/document.xml", b"</w:p>", parts + b"</w:p>")
    return SubmittedFile(name="letter.docx", content=content)


@pytest.mark.rule("MAIL-17", "ACC-9")
@pytest.mark.parametrize(
    ("author", "words", "held"),
    [
        (Side.BUYER, f"Write to {BUYER}.", True),
        (Side.BUYER, "Best wishes, Hannah Winter", True),
        (Side.BUYER, "Best wishes, Hannah W.", False),
        (Side.BUYER, f"You wrote from {DESK}.", False),
        (Side.SELLER, f"Write to {DESK}.", True),
        (Side.SELLER, f"Write to {HELP}.", True),
        (Side.SELLER, "Write to lee@own.example.", True),
        (Side.SELLER, f"For Hannah Winter, {BUYER}", False),
    ],
)
def test_a_file_with_a_real_address_of_its_author_waits_for_a_person(
    pair: Pair, author: Side, words: str, held: bool
) -> None:
    order = pair.buyer.orders.get()
    send(page(pair, Side.BUYER, order_id=order.pk))
    MailboxEntry.objects.update(unread=0)
    Delivery.objects.all().delete()
    thread = pair.threads.get()
    ResponseContact.objects.all().delete()

    sent = send(page(pair, author, thread_id=thread.pk, files=(text(words),)))

    assert (sent.state, codes(sent)) == (("held", ["file_reveals"]) if held else ("delivered", []))
    assert Delivery.objects.exists() is not held
    assert MailboxEntry.objects.get(thread=thread, side=author.other).unread == (0 if held else 1)
    assert ResponseContact.objects.exists() is (author is Side.BUYER and not held)


@pytest.mark.rule("MAIL-17")
def test_words_split_within_an_office_file_are_found_by_mail_too(pair: Pair) -> None:
    sent = send(mail(pair, Side.BUYER, files=(word_file("hannah@", "post", ".example"),)))
    assert codes(sent) == ["file_reveals"]


@pytest.mark.rule("MAIL-17", "RSN-1")
@pytest.mark.parametrize(("words", "held"), [(HELP, False), (DESK, True)])
def test_customer_service_may_stand_in_a_legal_disclosure(pair: Pair, words: str, held: bool) -> None:
    file = word_file(f"Questions: {words}")
    submission = page(
        pair,
        Side.SELLER,
        order_id=pair.buyer.orders.get().pk,
        reason="legal_disclosure",
        text="",
        files=(file,),
    )
    assert codes(send(submission)) == (["file_reveals"] if held else [])
