"""What waits for the sample marketplace's moderators, each by the product's own doors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP

from accounts.models import Membership, Pair, Seller
from accounts.queries.pairs import alias_of, pairs_with_people
from accounts.services.addresses import add_address
from accounts.services.pairs import pair_for
from messages_app.models import InboundMail, Thread
from messages_app.policy.facts import Door, Side
from messages_app.relay.intake import Arrival, Recipient, accept, resolve_recipient
from messages_app.relay.receive import MAX_ATTEMPTS, process_waiting
from messages_app.services.submission import Submission, SubmittedFile
from messages_app.services.submit import submit_message
from messaging_center.demo_world.orders import ALDER
from messaging_center.demo_world.talk import EMILIE, GIULIA, HANNAH, LUCIA, PAWEL
from orders.models import Order

Say = Callable[[str], None]

# Words that may be a colour's name or a site: held until somebody looks (POL-7).
HELD = (
    (EMILIE, "Bonjour, le couvercle de rechange existe en nordic.green et en blanc, lequel préférez-vous ?"),
    (GIULIA, "Buongiorno Giulia, per la nuova targa: nordic.green oppure rovere naturale?"),
    (PAWEL, "Dzień dobry, kolor nowej podstawki: nordic.green czy kremowy?"),
    (LUCIA, "Hola Lucía, la tapa existe también en nordic.green y en crema, ¿cuál prefiere?"),
)
# Mails that came over the open network, where nothing proves who wrote them (MAIL-10).
UNPROVEN = (
    (HANNAH, Side.BUYER, "Is my casserole moving at all? I am writing from my sister's computer."),
    (EMILIE, Side.BUYER, "Bonjour, avez-vous bien reçu la photo du couvercle ?"),
    (LUCIA, Side.SELLER, "Hola Lucía, le escribimos desde el móvil del taller: sí, sirve para inducción."),
)
# Mails over which a worker died each time: read again they are fine (MAIL-6).
UNREADABLE = (
    (PAWEL, "Dzień dobry, dopisuję tylko, że zwrot miał numer z formularza."),
    (GIULIA, "Buongiorno, allego di nuovo il testo per la targa: Ferri Montanari."),
)
WORKSHOP = "workshop@alder-pine.example"  # stands in a file before the seller lists it as its own


def seed_queue(now: datetime, say: Say) -> None:
    """Fills the moderators' queue. Not within the transaction of the rest: doors and worker commit by
    themselves."""
    for number, (order, text) in enumerate(HELD):
        _answer(number, order, text, now - timedelta(minutes=50 - 10 * number))
    for order, side, text in UNPROVEN:
        _take_in(order, side, text, now - timedelta(minutes=35), loopback=False)
    for order, text in UNREADABLE:
        inbound = _take_in(order, Side.BUYER, text, now - timedelta(minutes=25), loopback=True)
        # As a worker that was killed over it each time leaves it behind.
        InboundMail.objects.filter(pk=inbound.pk).update(attempts=MAX_ATTEMPTS)
    process_waiting(100)
    _stop_on_the_way_out(now)
    say("a queue for the moderators")


def _answer(number: int, order_number: str, text: str, now: datetime, *files: SubmittedFile) -> None:
    """The seller's owner writes on in the thread of that order."""
    order, pair = _order_and_pair(order_number)
    owner = Membership.objects.get(seller=order.seller, is_owner=True)
    thread = Thread.objects.filter(order=order, pair=pair).order_by("-created_at").first()
    submission = Submission(
        key=f"demo:queue:{number}",
        door=Door.WEB,
        author=Side.SELLER,
        pair=pair,
        user_id=owner.user_id,
        thread_id=thread.pk if thread else None,
        order_id=order.pk,
        reason="" if thread else "problem_with_order",
        text=text,
        files=files,
    )
    submit_message(submission, now=now)


def _take_in(order_number: str, author: Side, text: str, at: datetime, *, loopback: bool) -> InboundMail:
    """A mail of a party at the mail door, not yet worked off."""
    _order, pair = _order_and_pair(order_number)
    sender = pair.buyer.user.email if author is Side.BUYER else pair.seller.customer_service_address
    address = alias_of(pair, author.other)
    recipient = resolve_recipient(address)
    if not isinstance(recipient, Recipient):
        raise TypeError("an alias of the sample marketplace takes mail")
    before = InboundMail.objects.order_by("id").values_list("pk", flat=True).last()
    accept(
        Arrival(
            raw=_mail(sender, address, text),
            envelope_sender=sender,
            recipients=(recipient,),
            door=InboundMail.Door.SMTP,
            loopback=loopback,
            received_at=at,
        )
    )
    taken = InboundMail.objects.filter(alias=recipient.alias_id).order_by("id")
    return taken.filter(pk__gt=before).get() if before else taken.get()


def _mail(sender: str, recipient: str, text: str) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, recipient, text.partition(",")[0]
    mail.set_content(text)
    return mail.as_bytes()


def _stop_on_the_way_out(now: datetime) -> None:
    """A file names an address that becomes the seller's own before its mail leaves (MAIL-17)."""
    note = SubmittedFile(name="cuidado.txt", content=f"El hierro fundido: preguntas a {WORKSHOP}.\n".encode())
    _answer(len(HELD), LUCIA, "Y aquí va cómo se cuida el hierro fundido.", now, note)
    add_address(seller=Seller.objects.get(external_id=ALDER), address=WORKSHOP, now=now)


def _order_and_pair(number: str) -> tuple[Order, Pair]:
    order = Order.objects.select_related("buyer", "seller").get(number=number)
    return order, pairs_with_people().get(pk=pair_for(order.buyer, order.seller).pk)
