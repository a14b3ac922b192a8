"""What the gate answers never depends on what the author must not know: else it could be asked, guess by
guess (ACC-9, MAIL-16)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import AuthorizedAddress, Pair
from messages_app.policy.facts import Side
from messages_app.services.submission import Submission, SubmittedFile
from messages_app.services.submit import dry_run
from tests.factories import AuthorizedAddressFactory, MembershipFactory, OrderFactory, PairFactory
from tests.messages_app.services.gate import NOON, codes, mail, page, send

pytestmark = pytest.mark.django_db

BUYERS, MEMBERS, NOBODYS = "hannah@post.example", "lee@own.example", "petra@else.example"


@pytest.fixture
def pair() -> Pair:
    made = PairFactory.create(
        buyer__user__email=BUYERS, buyer__user__full_name="Hannah Winter", buyer__display_name="Hannah W."
    )
    MembershipFactory.create(seller=made.seller, user__email=MEMBERS)
    send(page(made, Side.BUYER, order_id=OrderFactory.create(pair=made).pk))
    return made


def told(submission: Submission) -> list[tuple[str, object]]:
    """What a dry run says, without the words that it was asked about."""
    findings = dry_run(submission, now=NOON + timedelta(hours=1)).findings
    return [(finding.code, finding.severity) for finding in findings]


WAYS = [
    "> {}",
    "> > <mailto:{}>",
    "On Friday {} wrote:\n> Good morning",
    "Write to {}.",
    "> From: {}\n> To: you",
]


@pytest.mark.rule("ACC-9", "MAIL-16", "POL-1", "GATE-3")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("make", [page, mail])
@pytest.mark.parametrize(
    ("author", "right", "wrong"),
    [
        (Side.SELLER, BUYERS, NOBODYS),
        (Side.BUYER, MEMBERS, NOBODYS),
        (Side.SELLER, "Hannah Winter", "Hannah Wagner"),
    ],
)
def test_a_right_guess_is_answered_like_a_wrong_one(
    pair: Pair, author: Side, right: str, wrong: str, make: object, way: str
) -> None:
    thread = pair.threads.get()
    answers = [
        told(make(pair, author, thread_id=thread.pk, text=f"Good morning\n{way.format(guess)}"))  # type: ignore[operator]
        for guess in (right, wrong)
    ]
    assert answers[0] == answers[1]


@pytest.mark.rule("ACC-9", "MAIL-16", "POL-1")
def test_a_quote_in_markup_is_no_way_to_ask_either(pair: Pair) -> None:
    thread = pair.threads.get()
    answers = []
    for guess in (BUYERS, NOBODYS):
        html = f"<p>Yes.</p><blockquote>To: {guess}</blockquote>"
        answers.append(
            told(mail(pair, Side.SELLER, thread_id=thread.pk, text="Yes.", new=((0, 4),), html=html))
        )
    assert answers[0] == answers[1] != []


@pytest.mark.rule("ACC-9", "MAIL-17")
@pytest.mark.parametrize("state", AuthorizedAddress.State.values)
def test_a_file_with_a_listed_guess_is_held_whoever_it_belongs_to(pair: Pair, state: str) -> None:
    """A seller may list any address; that it is the buyer's must not show in what becomes of a file."""
    answers = []
    for guess in (BUYERS, NOBODYS):
        AuthorizedAddressFactory.create(seller=pair.seller, address=guess, state=state)
        file = SubmittedFile(name="note.txt", content=f"For {guess}".encode())
        fresh = Pair.objects.get(pk=pair.pk)
        sent = send(page(fresh, Side.SELLER, thread_id=pair.threads.get().pk, files=(file,)))
        answers.append((sent.state, codes(sent)))
    assert answers == [("held", ["file_reveals"])] * 2
