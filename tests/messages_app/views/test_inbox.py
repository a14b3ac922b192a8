"""The list of threads: what stands in it, in what order, at what cost (BOX-2, BOX-3, UX-4)."""

from __future__ import annotations

import re
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Pair, Seller
from messages_app.models import MailboxEntry
from messages_app.policy.facts import Side
from messages_app.services.system_messages import post_system_message
from messages_app.templatetags.words import view_name
from orders.models import OrderEvent
from tests.factories import OrderFactory, PairFactory, SellerFactory, UserFactory, seller_owner
from tests.messages_app.views.world import World, signed_in, write

pytestmark = pytest.mark.django_db

ROW = re.compile(r'<li class="row( row--unread)?">.*?class="row__link cut" href="([^"]+)".*?</li>', re.DOTALL)


def threads_on(page: str) -> list[str]:
    """The addresses of the threads, without the view that they were opened from."""
    return [match.group(2).partition("?")[0] for match in ROW.finditer(page)]


def ask(pair: Pair, hours_ago: float) -> str:
    """A question of the pair's buyer; returns the address of its thread."""
    order = OrderFactory.create(pair=pair)
    text = f"Where is number {hours_ago}?"  # the same words over and over would be held (MOD-4)
    sent = write(pair, Side.BUYER, user=pair.buyer.user, order=order, text=text, hours_ago=hours_ago)
    return reverse("thread", args=[sent.thread_id])


@pytest.mark.rule("BOX-2")
def test_a_seller_sees_first_what_needs_a_response_soonest_due_first() -> None:
    seller = SellerFactory.create()
    later, overdue, soon = (ask(PairFactory.create(seller=seller), hours) for hours in (2, 30, 22))
    answered = PairFactory.create(seller=seller)
    path = ask(answered, 3)
    write(answered, Side.SELLER, user=seller_owner(seller), thread_id=UUID(path.split("/")[2]))
    page = signed_in(seller_owner(seller)).get(reverse("inbox")).content.decode()
    assert threads_on(page) == [overdue, soon, later]
    headings = re.findall(r'class="threads__group">([^<]+)<', page)
    assert headings == ["Overdue", "Due within 6 hours", "Due later"]
    words = re.findall(
        r'<time class="due( due--\w+)?" datetime="([^"]+)" title="([^"]+)">.*?</svg>([^<]+)<',
        page.partition('id="panes"')[0],
    )
    assert [(level.strip(), text) for level, _moment, _title, text in words] == [
        ("due--over", "Overdue 6 h"),
        ("due--soon", "Due in 1 h"),
        ("", "Due in 21 h"),
    ]
    assert all("Due " in title or "Was due " in title for _level, _moment, title, _text in words)


@pytest.mark.rule("BOX-1", "BOX-2")
@pytest.mark.parametrize(
    ("view", "shown"),
    [
        ("needed", False),
        ("received", True),
        ("unread", True),
        ("sent", True),
        ("refused", True),
        ("all", True),
        ("archived", False),
        ("deleted", False),
    ],
)
def test_views_of_a_seller(world: World, view: str, shown: bool) -> None:
    page = signed_in(world.owner).get(f"{reverse('inbox')}?view={view}").content.decode()
    assert bool(threads_on(page)) is shown
    assert re.search(rf'href="{reverse("inbox")}\?view={view}" aria-current="page"', page)


@pytest.mark.rule("BOX-3")
@pytest.mark.parametrize(
    ("view", "shown"),
    [
        ("inbox", True),
        ("unread", True),
        ("conversations", True),
        ("system", False),
        ("sent", True),
        ("archived", False),
    ],
)
def test_views_of_a_buyer(world: World, view: str, shown: bool) -> None:
    page = signed_in(world.buyer).get(f"{reverse('inbox')}?view={view}").content.decode()
    assert bool(threads_on(page)) is shown


@pytest.mark.rule("BOX-2", "ACC-10")
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", ["Reçus", "Non lus", "Envoyés"]),
        ("it", ["Ricevuti", "Da leggere", "Inviati"]),
        ("es", ["Recibidos", "Sin leer", "Enviados"]),
    ],
)
def test_a_view_is_named_for_the_messages_in_it(language: str, words: list[str]) -> None:
    with translation.override(language):
        assert [view_name(name) for name in ("received", "unread", "sent")] == words


@pytest.mark.rule("ORD-6", "BOX-3")
def test_the_marketplaces_own_message_is_no_automatic_reply() -> None:
    order = OrderFactory.create()
    message = post_system_message(order=order, kind=OrderEvent.Kind.SHIPPED, now=timezone.now())
    page = signed_in(order.buyer.user).get(reverse("thread", args=[message.thread_id])).content.decode()
    assert "utomatic reply" not in page
    assert f"<strong>{order.marketplace.name}</strong>" in page
    assert f'<li class="message" id="m-{message.pk}">' in page


@pytest.mark.rule("BOX-2")
def test_opening_a_thread_reads_it_for_that_side_alone(world: World) -> None:
    path = reverse("thread", args=[world.thread.pk])
    unread = f"{reverse('inbox')}?view=unread"
    owner, buyer = signed_in(world.owner), signed_in(world.buyer)
    assert "Unread:" in owner.get(f"{reverse('inbox')}?view=all").content.decode()
    owner.get(path)
    assert threads_on(owner.get(unread).content.decode()) == []
    assert threads_on(buyer.get(unread).content.decode()) == [path]


@pytest.mark.rule("BOX-2")
def test_pages_of_fifty_hold_each_thread_once() -> None:
    seller = SellerFactory.create()
    pair = PairFactory.create(seller=seller)
    paths = [ask(pair, hours) for hours in range(120, 19, -1)]  # the soonest due first: 101 threads
    client = signed_in(seller_owner(seller))
    seen: list[list[str]] = []
    following = reverse("inbox")
    while following:
        page = client.get(following).content.decode()
        seen.append(threads_on(page))
        link = re.search(r'href="([^"]+)" rel="next"', page)
        following = link.group(1).replace("&amp;", "&") if link else ""
    assert [len(rows) for rows in seen] == [50, 50, 1]
    assert [path for rows in seen for path in rows] == paths
    assert "99+" in client.get(reverse("inbox")).content.decode()  # more than a hundred are not counted


@pytest.mark.parametrize("cursor", ["x", "%00", "bm90IGEgY3Vyc29y", "é", "MjAyNi0wMS0wMSB4"])
def test_an_unreadable_cursor_begins_at_the_front(world: World, cursor: str) -> None:
    answer = signed_in(world.owner).get(f"{reverse('inbox')}?view=all&cursor={cursor}")
    assert answer.status_code == 200
    assert threads_on(answer.content.decode()) == [reverse("thread", args=[world.thread.pk])]


@pytest.mark.rule("BOX-2")
@pytest.mark.parametrize("view", ["needed", "received", "unread", "sent", "refused", "all"])
def test_the_way_back_from_a_thread_leads_to_the_view_it_was_opened_from(view: str) -> None:
    pair = PairFactory.create()
    owner = seller_owner(pair.seller)
    thread = UUID(ask(pair, 3).split("/")[2])
    write(pair, Side.SELLER, user=owner, thread_id=thread, text="Here it is.", hours_ago=2)
    write(pair, Side.SELLER, user=owner, thread_id=thread, text=REFUSED_TEXT, hours_ago=1)
    write(pair, Side.BUYER, user=pair.buyer.user, thread_id=thread, text="Not yet.")
    client = signed_in(owner)
    listed = client.get(f"{reverse('inbox')}?view={view}").content.decode()
    address = next(match.group(2) for match in ROW.finditer(listed))
    back = reverse("inbox") + ("" if view == "needed" else f"?view={view}")
    assert f'href="{back}" data-key="u" data-back' in client.get(address).content.decode()
    button = reverse("no_response_needed", args=[thread]) + ("" if view == "needed" else f"?view={view}")
    assert f'action="{button}"' in client.get(address).content.decode()
    assert client.post(button)["Location"] == address
    form = {"text": "And there.", "token": "0" * 32}
    assert client.post(address, form)["Location"] == address


def test_a_view_that_is_none_is_not_carried(world: World) -> None:
    page = signed_in(world.owner).get(f"{reverse('thread', args=[world.thread.pk])}?view=%22x").content
    assert f'href="{reverse("inbox")}" data-key="u" data-back' in page.decode()


def queries_of(client: Client, path: str) -> int:
    client.get(path)  # what is read once is read
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.rule("BOX-2")
@pytest.mark.parametrize("side", ["seller", "buyer"])
def test_a_list_costs_the_same_with_one_thread_and_with_fifty(side: str) -> None:
    pair = PairFactory.create()
    user = seller_owner(pair.seller) if side == "seller" else pair.buyer.user
    ask(pair, 1)
    client = signed_in(user)
    path = f"{reverse('inbox')}?view={'all' if side == 'seller' else 'inbox'}"
    with_one = queries_of(client, path)
    for hours in range(2, 51):
        ask(pair if side == "buyer" else PairFactory.create(seller=pair.seller), hours)
    assert MailboxEntry.objects.filter(side=side).count() == 50
    assert queries_of(client, path) == with_one
    assert with_one <= 18


@pytest.mark.rule("BOX-1")
@pytest.mark.parametrize("side", ["seller", "buyer"])
def test_a_thread_costs_the_same_with_two_messages_and_with_fifty(world: World, side: str) -> None:
    client = signed_in(world.owner if side == "seller" else world.buyer)
    path = reverse("thread", args=[world.thread.pk])
    with_few = queries_of(client, path)
    for place in range(47):
        write(
            world.pair,
            Side.BUYER if place % 2 else Side.SELLER,
            user=world.buyer if place % 2 else world.owner,
            thread_id=world.thread.pk,
            text=f"Word number {place}",
        )
    with_many = queries_of(client, path)
    assert with_many == with_few
    assert with_few <= 34  # the list stands beside it


@pytest.fixture
def one_long_thread(world: World) -> World:
    for place in range(105):
        write(
            world.pair,
            Side.BUYER if place % 2 else Side.SELLER,
            user=world.buyer if place % 2 else world.owner,
            thread_id=world.thread.pk,
            text=f"Word number {place}.",
            hours_ago=-(place + 1) / 60,  # one a minute, so that none is too many at once
        )
    return world


@pytest.mark.rule("BOX-1")
def test_older_messages_stand_behind_a_link(one_long_thread: World) -> None:
    client = signed_in(one_long_thread.buyer)
    path = reverse("thread", args=[one_long_thread.thread.pk])
    newest = client.get(path).content.decode()
    numbers = [
        int(number) for number in re.findall(r"Word number (\d+)\.", newest.partition('id="panes"')[2])
    ]
    assert numbers == list(range(5, 105))
    link = re.search(r'href="([^"]+older=[^"]+)">Older messages', newest)
    assert link
    older = client.get(link.group(1)).content.decode()
    assert [
        int(number) for number in re.findall(r"Word number (\d+)\.", older.partition('id="panes"')[2])
    ] == [0, 1, 2, 3, 4]
    assert "The conversation begins here." in older


@pytest.mark.parametrize("before", ["x", "2026-13-45T99:99", "2026-01-01", "\x00"])
def test_an_unreadable_moment_shows_the_newest(world: World, before: str) -> None:
    answer = signed_in(world.buyer).get(reverse("thread", args=[world.thread.pk]), {"before": before})
    assert "On its way." in answer.content.decode()


@pytest.mark.rule("ACC-6")
def test_an_inbox_says_that_messaging_is_off_and_where_to_change_it() -> None:
    seller = SellerFactory.create(messaging_enabled=False)
    page = signed_in(seller_owner(seller)).get(reverse("inbox")).content.decode()
    assert "Your seller account takes no messages" in page
    assert reverse("settings_notifications") in page


@pytest.mark.rule("UX-4")
def test_times_are_in_the_persons_zone_and_language() -> None:
    user = UserFactory.create(language="fr", time_zone="America/New_York")
    seller: Seller = SellerFactory.create(owner=user)
    ask(PairFactory.create(seller=seller), 23)
    page = signed_in(user).get(reverse("inbox")).content.decode()
    entry = MailboxEntry.objects.get(seller=seller)
    assert entry.due_at is not None
    clock = entry.due_at.astimezone(ZoneInfo("America/New_York")).strftime("%H:%M:%S")
    assert clock in page
    assert '<html lang="fr">' in page


def texts_on(page: str) -> list[tuple[str, str]]:
    """What each row quotes, and the labels beneath it."""
    return [
        (
            re.sub(r".*row__snippet cut[^>]*>([^<]*)<.*", r"\1", row.group(0), flags=re.DOTALL),
            " ".join(re.findall(r"</svg>([^<]+)</span>", row.group(0).partition("row__labels")[2])),
        )
        for row in ROW.finditer(page)
    ]


REFUSED_TEXT, SIGN = "Write to me@shop.example", "your sign: nordic.green as in the picture?"


@pytest.mark.rule("BOX-2", "RSP-2")
@pytest.mark.parametrize(
    ("text", "tag"), [(REFUSED_TEXT, "Not sent"), (SIGN, "Held")], ids=["blocked", "held"]
)
def test_what_was_refused_does_not_stand_for_the_question(text: str, tag: str) -> None:
    pair = PairFactory.create()
    owner = seller_owner(pair.seller)
    path = ask(pair, 2)
    sent = write(pair, Side.SELLER, user=owner, thread_id=UUID(path.split("/")[2]), text=text)
    assert sent.state != "delivered"
    client, inbox = signed_in(owner), reverse("inbox")
    for view in ("needed", "received", "all"):
        assert texts_on(client.get(f"{inbox}?view={view}").content.decode()) == [("Where is number 2?", "")]
    assert texts_on(client.get(f"{inbox}?view=refused").content.decode()) == [(text, tag)]
    buyers = signed_in(pair.buyer.user).get(inbox).content.decode()
    assert texts_on(buyers) == [("Where is number 2?", "")]


@pytest.mark.rule("BOX-2")
def test_the_view_of_refused_ones_shows_the_newest_of_each_thread() -> None:
    pair = PairFactory.create()
    owner = seller_owner(pair.seller)
    thread = UUID(ask(pair, 5).split("/")[2])
    for hours, text in ((4, "First a@shop.example"), (2, "Then b@shop.example")):
        write(pair, Side.SELLER, user=owner, thread_id=thread, text=text, hours_ago=hours)
    write(pair, Side.SELLER, user=owner, thread_id=thread, text="At last without.", hours_ago=1)
    client, inbox = signed_in(owner), reverse("inbox")
    assert texts_on(client.get(f"{inbox}?view=refused").content.decode()) == [
        ("Then b@shop.example", "Not sent")
    ]
    assert texts_on(client.get(f"{inbox}?view=all").content.decode()) == [("At last without.", "")]


@pytest.mark.rule("BOX-2")
def test_a_thread_in_which_nothing_was_said_shows_the_newest_refused_one() -> None:
    pair = PairFactory.create()
    owner, order = seller_owner(pair.seller), OrderFactory.create(pair=pair)
    sent = write(
        pair, Side.SELLER, user=owner, order=order, reason="other", text="a@shop.example", hours_ago=3
    )
    write(
        pair, Side.SELLER, user=owner, thread_id=sent.thread_id, reason="other", text="b@shop.example",
        hours_ago=2,
    )  # fmt: skip
    client, inbox = signed_in(owner), f"{reverse('inbox')}?view=all"
    assert texts_on(client.get(inbox).content.decode()) == [("b@shop.example", "Not sent")]
    write(pair, Side.BUYER, user=pair.buyer.user, thread_id=sent.thread_id, text="Hello?", hours_ago=4)
    assert texts_on(client.get(inbox).content.decode()) == [("Hello?", "")]  # it came late, and was said


@pytest.mark.rule("BOX-2")
def test_the_view_of_refused_ones_costs_the_same_for_one_and_for_many() -> None:
    seller = SellerFactory.create()
    owner = seller_owner(seller)
    client, path = signed_in(owner), f"{reverse('inbox')}?view=refused"

    def refuse() -> None:
        pair = PairFactory.create(seller=seller)
        thread = UUID(ask(pair, 5).split("/")[2])
        write(pair, Side.SELLER, user=owner, thread_id=thread, text=REFUSED_TEXT)

    refuse()
    with_one = queries_of(client, path)
    for _ in range(9):
        refuse()
    assert len(texts_on(client.get(path).content.decode())) == 10
    assert queries_of(client, path) == with_one


@pytest.mark.rule("BOX-2")
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Hello,\n\nwhere is it?\nAnna", "Hello, where is it? Anna"),
        ("Size 42\nColour red\n\n  Thanks  ", "Size 42 · Colour red · Thanks"),
        (
            f"{'The parcel that I have been waiting for ' * 2}\nhas not come.",
            f"{'The parcel that I have been waiting for ' * 2}has not come.",
        ),
    ],
)
def test_a_row_tells_lines_apart_and_joins_wrapped_ones(text: str, line: str) -> None:
    pair = PairFactory.create()
    order = OrderFactory.create(pair=pair)
    write(pair, Side.BUYER, user=pair.buyer.user, order=order, text=text)
    page = signed_in(seller_owner(pair.seller)).get(reverse("inbox")).content.decode()
    assert f">{line}</span>" in page
