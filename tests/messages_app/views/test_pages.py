"""What every page keeps: hostile words stay words, the browsers' policy, links of mails."""

from __future__ import annotations

import re
from base64 import b64decode
from datetime import timedelta
from html.parser import HTMLParser

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuthorizedAddress, Pair, Permission
from messages_app.models import Case, Delivery, InboundMail, Message, ResponseContact
from messages_app.policy.facts import Side
from messages_app.services.links import no_response_link, opt_out_link, unsubscribe_link
from messages_app.services.submission import SubmittedFile
from tests.factories import (
    BuyerFactory,
    MembershipFactory,
    OrderFactory,
    PairFactory,
    SellerFactory,
    UserFactory,
    seller_owner,
)
from tests.messages_app.files.samples import image, noise, same_pixels
from tests.messages_app.relay.inbound_world import mail_from, take_in
from tests.messages_app.views.world import World, signed_in, write

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script>\"' onload=x {{ 7|add:7 }} {% now %}"
HTML = (
    "<p onclick=\"x()\">Fine <b>words</b></p><script>alert(2)</script><img src='https://track.example/p.gif'>"
)


def inline_code(page: str) -> list[str]:
    """What a strict policy forbids: scripts and styles in the page, handlers and styles on its elements."""
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            names = [name for name, _value in attrs]
            found.extend(name for name in names if name.startswith("on") or name == "style")
            if tag == "style" or (tag == "script" and "src" not in names):
                found.append(tag)

    Reader().feed(page)
    return found


@pytest.fixture
def hostile_pair() -> Pair:
    pair = PairFactory.create(
        buyer=BuyerFactory.create(display_name=HOSTILE[:60]),
        seller=SellerFactory.create(trade_name=HOSTILE[:60]),
    )
    order = OrderFactory.create(pair=pair, lines=[{"title": HOSTILE}], carrier=HOSTILE[:60], tracking=HOSTILE)
    write(
        pair,
        Side.BUYER,
        user=pair.buyer.user,
        order=order,
        text=HOSTILE,
        subject=HOSTILE,
        html=HTML,
        reason="other",
    )
    return pair


@pytest.mark.rule("SEC-3")
@pytest.mark.parametrize("side", ["seller", "buyer"])
@pytest.mark.parametrize("page", ["inbox", "thread", "new_message", "trace", "orders", "order"])
def test_hostile_names_and_words_stay_words(hostile_pair: Pair, side: str, page: str) -> None:
    message = Message.objects.get(pair=hostile_pair)
    order = hostile_pair.seller.orders.get()
    path = {
        "inbox": reverse("inbox"),
        "thread": reverse("thread", args=[message.thread_id]),
        "new_message": f"{reverse('new_message')}?order={order.number}",
        "trace": reverse("message_trace", args=[message.pk]),
        "orders": reverse("orders"),
        "order": reverse("order", args=[order.number]),
    }[page]
    user = seller_owner(hostile_pair.seller) if side == "seller" else hostile_pair.buyer.user
    answer = signed_in(user).get(path)
    if (page, side) == ("trace", "seller"):
        assert answer.status_code == 404
        return
    words = answer.content.decode()
    assert "&lt;script&gt;alert(1)" in words
    assert "<script>alert" not in words
    assert inline_code(words) == []


@pytest.mark.rule("SEC-3", "MAIL-18")
def test_mail_html_is_shown_in_a_frame_that_can_do_nothing(hostile_pair: Pair) -> None:
    message = Message.objects.get(pair=hostile_pair)
    client = signed_in(seller_owner(hostile_pair.seller))
    page = client.get(reverse("thread", args=[message.thread_id])).content.decode()
    frame = re.search(r"<iframe[^>]*>", page)
    assert frame
    assert re.search(r" sandbox(?:=\"\")?[ >]", frame.group())
    answer = client.get(reverse("message_html", args=[message.pk]))
    body = answer.content.decode()
    assert "Fine <b>words</b>" in body
    assert "script" not in body
    assert "onclick" not in body
    assert "track.example" not in body
    policy = dict(re.findall(r"([a-z-]+) ?([^;]*)", answer["Content-Security-Policy"]))
    assert policy["default-src"] == "'none'"
    assert {"script-src", "font-src", "frame-src", "connect-src"}.isdisjoint(policy)
    assert policy["img-src"] == "data:"
    assert policy["frame-ancestors"] == "'self'"
    assert policy["sandbox"].strip() == ""
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.rule("MAIL-18")
def test_a_frame_shows_the_images_that_came_within_the_mail(world: World) -> None:
    """Only that mail's own, only images, and no more than a page can carry."""
    photo, large = image("PNG"), noise(1200, 1200)  # the latter packs to more than 4 million bytes
    files = tuple(
        SubmittedFile(name=name, content=content, content_id=cid, inline=True)
        for name, content, cid in (("a.png", photo, "one"), ("b.png", large, "two"))
    )
    sent = write(
        world.pair,
        Side.BUYER,
        thread_id=world.thread.pk,
        files=files,
        html='<p>See <img src="cid:one" alt="the leg"> <img src="cid:two"> <img src="cid:three"></p>',
    )
    html = signed_in(world.owner).get(reverse("message_html", args=[sent.message_id])).content.decode()
    [shown] = re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    assert same_pixels(b64decode(shown), photo)
    assert len(re.findall(r'src="cid:[0-9a-f]{32}"', html)) == 1


@pytest.mark.rule("SEC-3")
def test_pages_and_downloads_carry_the_strict_policy(world: World) -> None:
    client = signed_in(world.owner)
    page = client.get(reverse("thread", args=[world.thread.pk]))
    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    file = client.get(reverse("attachment", args=[world.asked.attachments.get().pk]))
    assert file["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert file["X-Content-Type-Options"] == "nosniff"
    assert file["Content-Disposition"].startswith("attachment")
    assert file["Cache-Control"] == "private, no-store"


@pytest.mark.rule("SEC-3")
@pytest.mark.parametrize(
    "name", ["thread", "no_response_needed", "held_mail", "set_theme", "sign_out", "switch_role"]
)
def test_posts_need_a_token_of_the_page(world: World, name: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.owner, backend="django.contrib.auth.backends.ModelBackend")
    args = [world.thread.pk] if name in ("thread", "no_response_needed", "held_mail") else []
    assert client.post(reverse(name, args=args), {}).status_code == 403


# ---------------------------------------------------------------- links of mails


def path_of(link: str) -> str:
    return "/" + link.split("/", 3)[3]


@pytest.fixture
def contact() -> ResponseContact:
    pair = PairFactory.create()
    write(pair, Side.BUYER, user=pair.buyer.user, order=OrderFactory.create(pair=pair))
    return ResponseContact.objects.get()


def link_of(contact: ResponseContact) -> str:
    """The link in the mail that told of this contact."""
    return no_response_link(Delivery.objects.get(message=contact.opened_by, to_side=Side.SELLER).pk)


@pytest.mark.rule("MAIL-30", "RSP-3")
def test_no_response_needed_by_a_link_acts_on_its_button_alone(contact: ResponseContact) -> None:
    path = path_of(link_of(contact))
    scanner = Client()
    for method in (scanner.get, scanner.head):
        assert method(path).status_code == 200
        contact.refresh_from_db()
        assert contact.outcome == "open"
    done = scanner.post(path)
    contact.refresh_from_db()
    assert (done.status_code, contact.outcome) == (200, "not_needed")
    assert "Marked as no response needed" in done.content.decode()
    assert "settled already" in scanner.get(path).content.decode()


@pytest.mark.rule("MAIL-30", "RSP-3")
def test_a_link_of_an_older_contact_leaves_the_newer_one_alone(contact: ResponseContact) -> None:
    pair = contact.thread.pair
    assert pair is not None
    write(pair, Side.SELLER, user=seller_owner(pair.seller), thread_id=contact.thread_id)
    write(pair, Side.BUYER, user=pair.buyer.user, thread_id=contact.thread_id)
    page = Client().post(path_of(link_of(contact))).content.decode()
    assert "nothing was changed" in page
    assert list(ResponseContact.objects.order_by("opened_at").values_list("outcome", flat=True)) == [
        "answered",
        "open",
    ]


@pytest.mark.rule("SEC-4", "MAIL-30")
@pytest.mark.parametrize("state", ["confirmed", "waiting", "blocked", None])
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_response_needed_ends_with_the_right_of_the_address(
    contact: ResponseContact, state: str | None, method: str
) -> None:
    path = path_of(link_of(contact))
    rows = AuthorizedAddress.objects.filter(seller=contact.seller)
    rows.update(state=state) if state else rows.delete()
    assert getattr(Client(), method)(path).status_code == (200 if state == "confirmed" else 410)
    contact.refresh_from_db()
    acted = state == "confirmed" and method == "post"
    assert contact.outcome == ("not_needed" if acted else "open")


@pytest.mark.rule("SEC-4", "ACC-4", "MAIL-30")
@pytest.mark.parametrize(("permission", "active"), [(True, True), (False, True), (True, False)])
def test_no_response_needed_ends_with_the_right_of_the_member(
    contact: ResponseContact, permission: bool, active: bool
) -> None:
    user = UserFactory.create(email=contact.seller.customer_service_address, is_active=active)
    MembershipFactory.create(seller=contact.seller, user=user, **{Permission.REPLY.value: permission})
    found = Client().post(path_of(link_of(contact)))
    assert found.status_code == (200 if permission and active else 410)


@pytest.mark.rule("SEC-4", "MAIL-30")
def test_the_buyers_copy_is_no_key_to_the_sellers_clock(contact: ResponseContact) -> None:
    pair = contact.thread.pair
    assert pair is not None
    write(pair, Side.SELLER, user=seller_owner(pair.seller), thread_id=contact.thread_id)
    write(pair, Side.BUYER, user=pair.buyer.user, thread_id=contact.thread_id)
    copy = Delivery.objects.get(kind=Delivery.Kind.COPY, to_side=Side.BUYER)
    assert Client().post(path_of(no_response_link(copy.pk))).status_code == 410
    assert ResponseContact.objects.filter(outcome="open").exists()


@pytest.mark.rule("MAIL-30", "ACC-7")
@pytest.mark.parametrize("make", [opt_out_link, unsubscribe_link])
def test_opt_out_by_a_link_acts_on_its_button_alone(make: object) -> None:
    pair = PairFactory.create()
    path = path_of(make(pair.pk))  # type: ignore[operator]
    page = Client().get(path)
    pair.refresh_from_db()
    assert (page.status_code, pair.opted_out_at) == (200, None)
    assert pair.seller.trade_name in page.content.decode()
    assert Client().post(path).status_code == 200
    pair.refresh_from_db()
    assert pair.opted_out_at is not None


@pytest.mark.rule("MAIL-30")
def test_one_click_unsubscribe_needs_neither_page_nor_cookie_and_the_page_does() -> None:
    pair = PairFactory.create()
    program = Client(enforce_csrf_checks=True)
    body = {"List-Unsubscribe": "One-Click"}
    assert program.post(path_of(opt_out_link(pair.pk)), body).status_code == 403
    assert program.post(path_of(unsubscribe_link(pair.pk)), body).status_code == 200
    pair.refresh_from_db()
    assert pair.opted_out_at is not None


@pytest.mark.rule("MAIL-30", "SEC-4")
@pytest.mark.parametrize("days", [89, 91])
@pytest.mark.parametrize("method", ["get", "post"])
def test_links_end_after_90_days(contact: ResponseContact, days: int, method: str) -> None:
    pair = contact.thread.pair
    assert pair is not None
    links = [link_of(contact), opt_out_link(pair.pk), unsubscribe_link(pair.pk)]
    with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
        found = {getattr(Client(), method)(path_of(link)).status_code for link in links}
    assert found == ({200} if days < 90 else {410})


@pytest.mark.rule("MAIL-30", "SEC-4")
def test_a_link_is_good_for_its_own_purpose_alone(contact: ResponseContact) -> None:
    pair = contact.thread.pair
    assert pair is not None
    token = opt_out_link(pair.pk).rstrip("/").rpartition("/")[2]
    for name in ("link_no_response", "link_unsubscribe"):
        assert Client().get(reverse(name, args=[token])).status_code == 410
    for spoilt in (token[:-1], token + "x", token.replace("~", "-", 1), "x"):
        assert Client().get(reverse("link_opt_out", args=[spoilt])).status_code == 410


# ---------------------------------------------------------------- mails held outside


@pytest.fixture
def held(world: World, settings: object) -> InboundMail:
    """A mail that says it comes from the buyer; nothing proves it."""
    setattr(settings, "MAIL_SENDER_AUTH", "trusted-header")  # noqa: B010 - the fixture takes any name
    setattr(settings, "MAIL_AUTHSERV_ID", "mx.edge.example")  # noqa: B010
    from messages_app.relay.receive import process_waiting

    alias = world.pair.aliases.get(side="seller").address
    row = take_in(mail_from(world.buyer.email, "A secret of mine."), alias, at=timezone.now())
    process_waiting(10)
    row.refresh_from_db()
    assert (row.state, row.outcome) == ("held", "unproven")
    return row


@pytest.mark.rule("MAIL-10")
def test_a_held_mail_is_listed_for_its_owner_without_its_words(world: World, held: InboundMail) -> None:
    buyer = signed_in(world.buyer)
    assert "Mails held outside" in buyer.get(reverse("inbox")).content.decode()
    page = buyer.get(reverse("held_mails")).content.decode()
    assert world.pair.seller.trade_name in page
    assert world.pair.aliases.get(side="seller").address in page
    assert "A secret of mine" not in page
    assert "What they say is not shown here either" in page
    assert timezone.localtime(held.received_at).strftime("%H:%M:%S</time>") in page
    assert str(held.pk) not in signed_in(world.owner).get(reverse("held_mails")).content.decode()


@pytest.mark.rule("MAIL-10", "ACC-3", "SEC-1")
def test_a_sellers_held_mail_is_its_owners_alone(world: World, held: InboundMail) -> None:
    """A member who may do all the rest does not send as the owner by confirming."""
    alias = world.pair.aliases.get(side="buyer")
    InboundMail.objects.update(alias=alias)
    Case.objects.update(about="seller")
    all_rights = {permission.value: True for permission in Permission}
    member = MembershipFactory.create(seller=world.pair.seller, **all_rights)
    elsewhere = MembershipFactory.create(**all_rights)
    path, listed = reverse("held_mail", args=[held.pk]), reverse("held_mails")
    for user, row, page in [(member.user, 403, 403), (elsewhere.user, 404, 403), (world.buyer, 404, 200)]:
        for action in ("confirm", "discard"):
            assert signed_in(user).post(path, {"action": action}).status_code == row
        assert signed_in(user).get(listed).status_code == page
    assert "Mails held outside" not in signed_in(member.user).get(reverse("inbox")).content.decode()
    held.refresh_from_db()
    assert held.state == "held"
    owner = signed_in(world.owner)
    assert "Mails held outside" in owner.get(reverse("inbox")).content.decode()
    assert owner.post(path, {"action": "confirm"}).status_code == 302
    held.refresh_from_db()
    assert held.proven


@pytest.mark.rule("MAIL-10")
def test_it_was_me_sends_it_through_the_gate(world: World, held: InboundMail) -> None:
    from messages_app.relay.receive import process_waiting

    answer = signed_in(world.buyer).post(reverse("held_mail", args=[held.pk]), {"action": "confirm"})
    assert answer.status_code == 302
    process_waiting(10)
    held.refresh_from_db()
    assert (held.state, held.proven) == ("done", True)
    assert held.message is not None
    seen = signed_in(world.owner).get(reverse("thread", args=[held.message.thread_id])).content.decode()
    assert "A secret of mine." in seen


@pytest.mark.rule("MAIL-10")
def test_a_discarded_mail_is_gone_and_cannot_be_confirmed(world: World, held: InboundMail) -> None:
    buyer = signed_in(world.buyer)
    path = reverse("held_mail", args=[held.pk])
    assert buyer.get(path).status_code == 405
    buyer.post(path, {"action": "discard"})
    held.refresh_from_db()
    assert (held.state, held.message) == ("dropped", None)
    assert buyer.post(path, {"action": "confirm"}).status_code == 404
    held.refresh_from_db()
    assert held.state == "dropped"


@pytest.mark.rule("MAIL-10")
@pytest.mark.parametrize(("hours", "offered"), [(7 * 24 - 1, True), (7 * 24 + 1, False)])
def test_held_mails_are_offered_for_seven_days(
    world: World, held: InboundMail, hours: int, offered: bool
) -> None:
    InboundMail.objects.update(received_at=timezone.now() - timedelta(hours=hours))
    buyer = signed_in(world.buyer)
    assert (str(held.pk) in buyer.get(reverse("held_mails")).content.decode()) is offered
    answer = buyer.post(reverse("held_mail", args=[held.pk]), {"action": "confirm"})
    assert answer.status_code == (302 if offered else 404)


@pytest.mark.rule("MAIL-9")
def test_a_mail_of_several_senders_cannot_be_vouched_for(world: World, held: InboundMail) -> None:
    InboundMail.objects.update(outcome="from_mailboxes")
    buyer = signed_in(world.buyer)
    page = buyer.get(reverse("held_mails")).content.decode()
    assert "It was me" not in page
    assert "no single sender" in page
    buyer.post(reverse("held_mail", args=[held.pk]), {"action": "confirm"})
    held.refresh_from_db()
    assert held.state == "held"
