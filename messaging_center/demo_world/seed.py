"""Makes the sample marketplace, through the same services that serve people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import translation
from PIL import Image, ImageDraw

from accounts.models import AuthorizedAddress, Buyer, Marketplace, Membership, Pair, Seller, User
from accounts.services.consent import opt_out_of_seller, set_blocked_by_buyer, set_blocked_by_seller
from accounts.services.pairs import pair_for
from accounts.services.staff import set_moderator
from messages_app.models import Thread
from messages_app.policy.facts import Door, Side
from messages_app.services.clock import mark_not_needed
from messages_app.services.submission import Submission, SubmittedFile
from messages_app.services.submit import submit_message
from messages_app.wording import reason_name, topic_name
from messaging_center.demo_world.orders import ALDER, orders_csv
from messaging_center.demo_world.people import BUYERS, MARKETPLACES, PASSWORD, SELLERS, STAFF, SampleSeller
from messaging_center.demo_world.talk import LINES, Line
from orders.models import Order
from orders.services.imports import import_orders

Say = Callable[[str], None]


def is_seeded() -> bool:
    """Whether the sample marketplace is there, to its last line."""
    return User.objects.filter(email=STAFF[-1][0]).exists()


@transaction.atomic
def seed(now: datetime, say: Say) -> None:
    """People and orders by the product's own import, then what they decided and said.

    All of it or nothing: a start that was broken off leaves an empty database to the next one.
    """
    for code, name, language, zone in MARKETPLACES:
        Marketplace.objects.get_or_create(
            code=code, defaults={"name": name, "language": language, "time_zone": zone}
        )
    report = import_orders(orders_csv(now), now=now)
    say(f"{report.orders['created']} orders of {len(BUYERS)} buyers at {len(SELLERS)} sellers")
    password = make_password(PASSWORD)  # once: it takes its time
    _claim_everybody(password, now)
    for seller in SELLERS:
        _make_team(seller, password, now)
    _talk(now, say)
    _decide(now)
    _make_staff(password, now)


def _claim_everybody(password: str, now: datetime) -> None:
    """Everybody has come and chosen the demo's password."""
    names = {seller.email: seller.owner_name for seller in SELLERS}
    for user in User.objects.filter(claimed_at=None):
        user.password = password
        user.claimed_at = now
        user.full_name = user.full_name or names.get(user.email, "")
        user.save(update_fields=["password", "claimed_at", "full_name"])


def _make_team(sample: SampleSeller, password: str, now: datetime) -> None:
    seller = Seller.objects.get(external_id=sample.key)
    for member in sample.members:
        user = User.objects.create(
            email=member.email,
            password=password,
            full_name=member.full_name,
            language=seller.language,
            claimed_at=now,
        )
        # A team's permissions are its owner's to give; the page for it comes later, the rows are plain.
        rights = {name: name in member.permissions for name in ("can_read", *member.permissions)}
        Membership.objects.create(user=user, seller=seller, **rights)
        if member.authorized:
            AuthorizedAddress.objects.create(
                seller=seller,
                address=member.email,
                state=AuthorizedAddress.State.CONFIRMED,
                confirmed_at=now,
            )


def _talk(now: datetime, say: Say) -> None:
    """Says every line at its moment; what belongs to one talk goes on in one thread."""
    threads: dict[str, UUID] = {}
    opted_out = _pair_of("304-9027716-3348825")
    for number, line in enumerate(sorted(LINES, key=lambda line: -line.hours)):
        if line.talk == "oliver-tip":
            opt_out_of_seller(pair=opted_out, now=now - timedelta(hours=line.hours + 1))
        sent = submit_message(
            _submission(line, number, threads.get(line.talk)), now=now - timedelta(hours=line.hours)
        )
        threads[line.talk] = sent.thread_id
    say(f"{len(LINES)} messages in {len(set(threads.values()))} conversations")
    mark_not_needed(thread=Thread.objects.get(pk=threads["lucia"]), user=None, now=now - timedelta(hours=45))


def _pair_of(order_number: str) -> Pair:
    order = Order.objects.select_related("buyer", "seller").get(number=order_number)
    return pair_for(order.buyer, order.seller)


def _submission(line: Line, number: int, thread_id: UUID | None) -> Submission:
    order = Order.objects.select_related("buyer__user", "seller").get(number=line.order)
    author = _author(line, order)
    return Submission(
        key=f"demo:{number}",
        door=line.door,
        author=line.author,
        pair=pair_for(order.buyer, order.seller),
        user_id=author.pk,
        thread_id=thread_id,
        order_id=order.pk,
        reason=line.about or ("other" if line.door is Door.MAIL else ""),
        subject=line.subject or (_subject(line, author) if thread_id is None else ""),
        text=line.text,
        files=(SubmittedFile(name=line.picture, content=_picture()),) if line.picture else (),
        evidence=line.evidence,
        automatic=line.automatic,
    )


def _subject(line: Line, author: User) -> str:
    """As the form writes it, in its author's language."""
    with translation.override(author.language):
        about = topic_name(line.about) if line.author is Side.BUYER else reason_name(line.about)
        return f"{about}, {line.order}"


def _author(line: Line, order: Order) -> User:
    if line.by:
        return User.objects.get(email=line.by)
    if line.author is Side.BUYER:
        return order.buyer.user
    return Membership.objects.select_related("user").get(seller=order.seller, is_owner=True).user


def _picture() -> bytes:
    """A lid with a crack, as a photo would show it."""
    image = Image.new("RGB", (480, 360), "#dfe7df")
    draw = ImageDraw.Draw(image)
    draw.ellipse((90, 40, 390, 320), fill="#8fae96", outline="#5d7a64", width=6)
    draw.ellipse((220, 160, 260, 200), fill="#33423a")
    draw.line((120, 90, 190, 150, 215, 210, 300, 262, 345, 270), fill="#2a2f2c", width=5)
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def _decide(now: datetime) -> None:
    """Who blocks whom: one buyer blocks the first seller, the first seller blocks one buyer."""
    seller = Seller.objects.get(external_id=ALDER)
    ruth, james = (Buyer.objects.get(external_id=key) for key in ("ruth", "james"))
    set_blocked_by_buyer(pair=pair_for(ruth, seller), blocked=True, now=now)
    set_blocked_by_seller(pair=pair_for(james, seller), blocked=True, now=now)


def _make_staff(password: str, now: datetime) -> None:
    for email, name, admin in STAFF:
        user = User.objects.create(
            email=email,
            password=password,
            full_name=name,
            language="en",
            claimed_at=now,
            is_staff=True,
            is_superuser=admin,
        )
        if not admin:
            set_moderator(user=user, moderates=True)
