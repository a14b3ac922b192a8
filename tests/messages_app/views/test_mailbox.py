"""One layout for list and conversation: filters in the address, what stands beside what (BOX-2, UX-3)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Pair
from accounts.queries.pairs import alias_of
from messages_app.models import Delivery, MailboxEntry, Message
from messages_app.policy.facts import Side
from tests.factories import OrderFactory, PairFactory, SellerFactory, seller_owner
from tests.messages_app.views.world import World, held_mail, signed_in, write

pytestmark = pytest.mark.django_db


def names_on(page: str) -> list[str]:
    """Of the threads of the list, in their order."""
    return re.findall(r'class="row__link[^>]+>(?:<span[^>]*>[^<]*</span>)?([^<]+)</a>', page)


@pytest.fixture
def pairs() -> dict[str, Pair]:
    """Three buyers who asked one seller, 1, 5 and 9 days ago."""
    seller = SellerFactory.create()
    found = {}
    for name, days in (("Ada", 1), ("Bert", 5), ("Adam", 9)):
        pair = PairFactory.create(seller=seller, buyer__display_name=name)
        order = OrderFactory.create(pair=pair)
        write(pair, Side.BUYER, user=pair.buyer.user, order=order, hours_ago=24 * days, text=f"From {name}.")
        found[name] = pair
    return found


@pytest.mark.rule("BOX-2", "ALI-6")
@pytest.mark.parametrize("view", ["needed", "received", "unread", "all"])
def test_filters_combine_with_each_other_and_with_views(pairs: dict[str, Pair], view: str) -> None:
    client = signed_in(seller_owner(pairs["Ada"].seller))
    today = timezone.localdate()
    cases = {
        "who=ada": {"Ada", "Adam"},
        "who=ADAM": {"Adam"},
        f"order={pairs['Bert'].seller.orders.get(buyer=pairs['Bert'].buyer).number}": {"Bert"},
        f"alias={quote(alias_of(pairs['Adam'], Side.BUYER))}": {"Adam"},
        f"alias={alias_of(pairs['Adam'], Side.BUYER).partition('@')[0].upper()}": {"Adam"},
        f"alias={quote(alias_of(pairs['Adam'], Side.SELLER))}": set(),
        f"after={today - timedelta(days=6)}": {"Ada", "Bert"},
        f"before={today - timedelta(days=3)}": {"Bert", "Adam"},
        f"after={today - timedelta(days=6)}&before={today - timedelta(days=3)}": {"Bert"},
        f"who=ada&before={today - timedelta(days=3)}": {"Adam"},
        "who=nobody": set(),
    }
    for query, expected in cases.items():
        page = client.get(f"{reverse('inbox')}?view={view}&{query}").content.decode()
        assert set(names_on(page)) == expected, query
        assert ("Nothing matches" in page) is not bool(expected)
        assert "Clear filters" in page


@pytest.mark.rule("BOX-2", "UX-4")
@pytest.mark.parametrize(("seconds", "shown"), [(-1, False), (0, True)])
def test_a_day_begins_at_midnight_of_the_person(pairs: dict[str, Pair], seconds: int, shown: bool) -> None:
    owner = seller_owner(pairs["Ada"].seller)
    owner.time_zone = "Asia/Tokyo"
    owner.save()
    midnight = datetime.fromisoformat("2026-03-10T00:00:00+09:00")
    MailboxEntry.objects.update(last_at=midnight + timedelta(seconds=seconds))
    path = f"{reverse('inbox')}?view=all"
    assert bool(names_on(signed_in(owner).get(f"{path}&after=2026-03-10").content.decode())) is shown
    assert bool(names_on(signed_in(owner).get(f"{path}&before=2026-03-09").content.decode())) is not shown


@pytest.mark.rule("BOX-1", "BOX-5")
@pytest.mark.parametrize(("place", "listed"), [("archived", True), ("deleted", False)])
@pytest.mark.parametrize(
    ("view", "text"), [("sent", "It is on its way."), ("refused", "Write to me at seller@example.org.")]
)
def test_what_one_wrote_is_listed_wherever_its_thread_lies(
    pairs: dict[str, Pair], place: str, listed: bool, view: str, text: str
) -> None:
    thread = pairs["Ada"].threads.get()
    owner = seller_owner(pairs["Ada"].seller)
    write(pairs["Ada"], Side.SELLER, user=owner, thread_id=thread.pk, text=text)
    MailboxEntry.objects.filter(thread=thread, side=Side.SELLER).update(place=place, placed_at=timezone.now())
    page = signed_in(owner).get(f"{reverse('inbox')}?view={view}").content.decode()
    assert names_on(page) == (["Ada"] if listed else [])


@pytest.mark.rule("BOX-2", "UX-4")
@pytest.mark.parametrize(
    ("language", "chips"),
    [
        ("en", ("From 10 Mar 2024", "To 12 Mar 2024")),
        ("de", ("Ab 10. März 2024", "Bis 12. März 2024")),
        ("fr", ("Depuis le 10 mars 2024", "Jusqu’au 12 mars 2024")),
    ],
)
def test_days_that_narrow_a_list_are_written_as_people_write_them(
    pairs: dict[str, Pair], language: str, chips: tuple[str, str]
) -> None:
    owner = seller_owner(pairs["Ada"].seller)
    owner.language = language
    owner.save()
    path = f"{reverse('inbox')}?view=all&after=2024-03-10&before=2024-03-12"
    page = signed_in(owner).get(path).content.decode()
    assert all(chip in page for chip in chips)


@pytest.mark.rule("BOX-2")
@pytest.mark.parametrize(
    "query", ["after=yesterday", "after=0001-01-01", "before=9999-12-31", "after=2026-13-45", "cursor=%00"]
)
def test_what_cannot_be_read_narrows_nothing_down(pairs: dict[str, Pair], query: str) -> None:
    client = signed_in(seller_owner(pairs["Ada"].seller))
    assert len(names_on(client.get(f"{reverse('inbox')}?view=all&{query}").content.decode())) == 3


@pytest.mark.parametrize("name", ["q", "order", "who", "alias"])
@pytest.mark.parametrize("text", ["%00", "%00a%00", "%25_", "<b>\"'", "x" * 3000, "%ED%A0%80"])
def test_any_text_may_be_filtered_by(pairs: dict[str, Pair], name: str, text: str) -> None:
    client = signed_in(seller_owner(pairs["Ada"].seller))
    assert client.get(f"{reverse('inbox')}?view=all&{name}={text}").status_code == 200


@pytest.mark.rule("BOX-2")
def test_a_threads_page_keeps_the_list_that_it_was_opened_from(pairs: dict[str, Pair]) -> None:
    client = signed_in(seller_owner(pairs["Ada"].seller))
    listed = client.get(f"{reverse('inbox')}?view=all&who=ada").content.decode()
    address = re.findall(r'class="row__link cut" href="([^"]+)"', listed)[0].replace("&amp;", "&")
    assert address.endswith("?view=all&who=ada")
    page = client.get(address).content.decode()
    assert names_on(page) == ["Ada", "Adam"]
    assert len(re.findall(r'href="[^"]+" aria-current="true"', page)) == 1
    assert f'href="{reverse("inbox")}?view=all&amp;who=ada" data-key="u"' in page
    answer = client.post(address, {"text": "It is on its way.", "token": "0" * 32})
    assert answer["Location"] == address


@pytest.mark.rule("UX-3")
def test_the_conversation_alone_for_a_list_that_stands_there(world: World) -> None:
    path = reverse("thread", args=[world.thread.pk])
    client = signed_in(world.owner)
    alone = client.get(path, headers={"HX-Request": "true", "HX-Target": "panes"}).content.decode()
    assert "<html" not in alone
    assert 'id="threads"' not in alone
    assert "<title>" in alone
    assert 'id="views" hx-swap-oob="true"' in alone
    assert "On its way." in alone
    stranger = signed_in(world.stranger).get(path, headers={"HX-Request": "true", "HX-Target": "panes"})
    assert stranger.status_code == 404


@pytest.mark.rule("UX-3", "RSP-6")
def test_the_next_due_thread_is_one_click_away(pairs: dict[str, Pair]) -> None:
    client = signed_in(seller_owner(pairs["Ada"].seller))
    order = ["Adam", "Bert"]  # the longest waiting first, then the one after it
    page = client.get(reverse("inbox")).content.decode()
    for name in order:
        link = re.search(r'href="([^"]+)" data-key="n"', page)
        assert link
        page = client.get(link.group(1)).content.decode()
        assert f"Conversation with {name}" in page
        client.post(link.group(1), {"text": f"Here it is, {name}.", "token": f"{len(name)}" * 32})
        page = client.get(link.group(1)).content.decode()


@pytest.mark.rule("ALI-6")
def test_a_thread_without_an_order_shows_those_that_it_may_be_about(world: World) -> None:
    sent = write(world.pair, Side.BUYER, user=world.buyer, text="A question without a number.")
    foreign = OrderFactory.create(pair=PairFactory.create(seller=world.pair.seller))
    page = signed_in(world.owner).get(reverse("thread", args=[sent.thread_id])).content.decode()
    aside = page.partition('id="order"')[2]
    assert "It may be about one of these orders" in aside
    assert world.order.number in aside
    assert foreign.number not in aside


@pytest.mark.rule("MAIL-23")
@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("queued", "The mail is waiting"),
        ("deferred", "The mail is waiting"),
        ("sent", "Sent to the buyer's mail"),
        ("failed", "The mail could not be delivered"),
        ("bounced", "The mail could not be delivered"),
        ("suppressed", "The mail could not be delivered"),
        (None, "Delivered on the web"),
    ],
)
def test_what_became_of_a_message_stands_beside_it(world: World, state: str | None, words: str) -> None:
    copies = Delivery.objects.filter(message=world.answered, kind="copy")
    copies.update(state=state, sent_at=timezone.now()) if state else copies.delete()
    path = reverse("thread", args=[world.thread.pk])
    page = signed_in(world.owner).get(path).content.decode().replace("&#x27;", "'")
    assert words in page
    assert words not in signed_in(world.buyer).get(path).content.decode().partition("On its way.")[2]


@pytest.mark.rule("MAIL-23", "UX-4")
@pytest.mark.parametrize(("days", "dated"), [(0, False), (1, True)])
def test_a_mail_of_another_day_than_its_message_says_its_day(world: World, days: int, dated: bool) -> None:
    noon = timezone.localtime().replace(hour=12, minute=0)
    Message.objects.filter(pk=world.answered.pk).update(accepted_at=noon - timedelta(days=days))
    Delivery.objects.filter(message=world.answered, kind="copy").update(state="sent", sent_at=noon)
    page = signed_in(world.owner).get(reverse("thread", args=[world.thread.pk])).content.decode()
    said = page.partition("Sent to the buyer&#x27;s mail ")[2].partition("<")[0]
    assert said == (f"{noon.day} {noon:%b}, 12:00" if dated else "12:00")


@pytest.mark.rule("BOX-13")
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "Nobody is waiting for you"),
        ("?view=unread", "Everything is read"),
        ("?view=refused", "Nothing held or blocked"),
        ("?view=archived", "Nothing is archived"),
        ("?view=deleted", "Nothing to restore"),
        ("?view=sent", "Nothing sent yet"),
        ("?view=received", "No messages yet"),
        ("?who=x", "Nothing matches"),
    ],
)
def test_an_empty_list_says_what_that_means(query: str, words: str) -> None:
    seller = SellerFactory.create()
    assert words in signed_in(seller_owner(seller)).get(reverse("inbox") + query).content.decode()


@pytest.mark.rule("BOX-11")
def test_the_title_counts_what_is_unread(world: World) -> None:
    client = signed_in(world.buyer)
    title = re.compile(r"<title>\s*(.*?)\s*</title>", re.DOTALL)
    found = title.search(client.get(reverse("inbox")).content.decode())
    assert found
    assert found.group(1).startswith("(1) Inbox")


@pytest.mark.rule("BOX-2")
def test_a_filtered_page_costs_a_look_up_for_each_name_more(pairs: dict[str, Pair]) -> None:
    client = signed_in(seller_owner(pairs["Ada"].seller))
    costs = []
    alias = quote(alias_of(pairs["Ada"], Side.BUYER))
    for query in ("", "&after=2020-01-01", "&who=Bert", f"&who=a&order=3&alias={alias}&before=2030-01-01"):
        client.get(f"{reverse('inbox')}?view=all{query}")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{reverse('inbox')}?view=all{query}")
        costs.append(len(queries))
    # Three of them count the search that a name is (SEC-4).
    assert [cost - costs[0] for cost in costs] == [0, 0, 3 + 1, 3 + 3]


@pytest.mark.rule("MAIL-10")
@pytest.mark.parametrize(("many", "count"), [(99, "99"), (100, "99+")])
def test_held_mails_are_counted_as_threads_are(world: World, many: int, count: str) -> None:
    for _ in range(many):
        held_mail(world, of=Side.BUYER)
    page = signed_in(world.buyer).get(reverse("inbox")).content.decode()
    assert re.findall(r'Mails held outside\s*<span class="count count--on">([^<]+)<', page) == [count]


@pytest.mark.rule("BOX-5")
@pytest.mark.parametrize(("place", "word"), [("archived", "Archived"), ("deleted", "Deleted"), ("inbox", "")])
def test_head_and_row_say_where_a_conversation_lies(world: World, place: str, word: str) -> None:
    client = signed_in(world.buyer)
    client.post(reverse("place_thread", args=[world.thread.pk, place]))
    page = client.get(reverse("thread", args=[world.thread.pk]) + "?view=sent").content.decode()
    head, rows = page.partition('class="conversation__title"')[2], page.partition('class="row__labels"')[2]
    tag = re.compile(r'<span class="tag"><svg.*?</svg>(Archived|Deleted)</span>')
    assert tag.findall(head.partition('class="toolbar"')[0]) == [word][: len(word)]
    assert tag.findall(rows.partition("</li>")[0]) == ([word] if word == "Archived" else [])
