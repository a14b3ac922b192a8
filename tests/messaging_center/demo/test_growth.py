"""The grown marketplace: its shares, and that it goes on after a stop (contract, performance)."""

from __future__ import annotations

import signal
from collections import Counter
from datetime import datetime
from io import StringIO
from itertools import islice

import pytest
from django.utils import timezone

from accounts.models import Alias, Buyer, Marketplace, Pair, Seller
from messages_app.models import Attachment, Decision, Message, SearchEntry, Thread
from messaging_center.demo_world.growth import Growth
from messaging_center.demo_world.people import MARKETPLACES
from messaging_center.demo_world.progress import Progress, progress_line
from messaging_center.demo_world.talks import LANGUAGES, LONGEST, planned
from messaging_center.management.commands.seed_demo import _stopping
from orders.models import Order, OrderEvent, OrderLine

PAIRS = 3_000  # of the plan: what chance does to their figures is small beside the bounds


def test_the_plan_has_the_shares_that_performance_is_measured_at() -> None:
    talks = list(islice(planned(10**9), PAIRS))
    sizes = [len(talk.said) for one in talks for talk in one.talks]
    said = [line for one in talks for line in one.said]
    by_seller = Counter(one.seller for one in talks for _ in one.said)
    ranks = [seller for seller, _ in by_seller.most_common(3)]
    assert 0.17 < by_seller[0] / len(said) < 0.23
    assert ranks == [0, 1, 2]
    assert by_seller[1] / by_seller[0] == pytest.approx(1 / 2, rel=0.3)
    assert sum(sizes) / len(sizes) == pytest.approx(5, rel=0.1)
    assert min(sizes) == 1
    assert LONGEST / 2 < max(sizes) <= LONGEST
    assert sum(line.file is not None for line in said) / len(said) == pytest.approx(1 / 8, rel=0.15)
    assert {one.language for one in talks} == set(LANGUAGES)
    assert len(LANGUAGES) == 6


def test_the_plan_is_the_same_each_time() -> None:
    assert list(planned(200)) == list(planned(200))


@pytest.fixture
def markets(db: None) -> None:
    for code, name, language, zone in MARKETPLACES:
        Marketplace.objects.create(code=code, name=name, language=language, time_zone=zone)


def _wanted(messages: int) -> int:
    return sum(len(one.said) for one in planned(messages))


def _grow(messages: int, now: datetime, *, stop: bool = False) -> tuple[int, int]:
    """How many messages it said, and how many it found said; `stop` is Ctrl-C in the first batch."""
    growth = Growth(messages, now, None)
    told: list[int] = []
    known: list[int] = []
    handler = _stopping(growth)

    def tell(count: int) -> None:
        told.append(count)
        if stop:
            handler(signal.SIGINT, None)

    growth.run(tell, known.append)
    return sum(told), sum(known)


@pytest.mark.rule("GATE-1")
@pytest.mark.usefixtures("markets")
def test_what_was_stopped_goes_on_and_says_everything_once() -> None:
    now = timezone.now()
    wanted = _wanted(60)
    said, known = _grow(60, now, stop=True)
    assert (said, known) == (Message.objects.count(), 0)
    assert 0 < said < wanted
    assert _grow(60, now) == (wanted - said, said)
    assert Message.objects.count() == wanted
    assert _grow(60, now) == (0, wanted)


@pytest.mark.rule("GATE-1")
@pytest.mark.usefixtures("markets")
def test_all_that_was_said_has_passed_the_gate() -> None:
    _grow(40, timezone.now())
    messages = _wanted(40)
    talks = list(planned(40))
    assert Message.objects.filter(state=Message.State.DELIVERED).count() == messages
    assert Decision.objects.count() == messages
    assert SearchEntry.objects.count() == 2 * messages
    assert Thread.objects.count() == sum(len(one.talks) for one in talks)
    assert Attachment.objects.count() == sum(line.file is not None for one in talks for line in one.said)


@pytest.mark.usefixtures("markets")
def test_everybody_behind_it_is_whole() -> None:
    _grow(40, timezone.now())
    talks = list(planned(40))
    assert Pair.objects.count() == len(talks)
    assert Alias.objects.count() == 2 * len(talks)
    assert Buyer.objects.count() == len({one.buyer for one in talks})
    assert Seller.objects.count() == len({one.seller for one in talks})
    assert all(pair.buyer.user.claimed_at and pair.buyer.display_name for pair in Pair.objects.all())
    assert not Order.objects.filter(lines=None).exists()
    assert OrderLine.objects.count() == Order.objects.count()
    assert not OrderEvent.objects.filter(taken_at=None).exists()  # nobody is told of history
    assert not Order.objects.exclude(status="delivered").exclude(status="shipped").exists()


class _Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_one_line_that_is_written_anew() -> None:
    out = _Terminal()
    progress = Progress(10, "messages", out)
    progress.add(10)
    progress.close()
    assert out.getvalue().startswith("\r[")
    assert out.getvalue().endswith("\n")
    assert out.getvalue().count("\n") == 1
    assert "100%, 10 messages" in out.getvalue()


def test_elsewhere_each_telling_is_a_line_and_few_are_told() -> None:
    out = StringIO()
    progress = Progress(1000, "messages", out)
    for _ in range(1000):
        progress.add(1)
    assert out.getvalue() == ""  # not yet: the last telling is seconds old
    progress.close()
    assert out.getvalue().count("\n") == 1
    assert "\r" not in out.getvalue()
    assert "\x1b" not in out.getvalue()


@pytest.mark.parametrize(
    ("done", "before", "seconds", "words"),
    [
        (0, 0, 0.0, "  0%, 0 messages, 0/s, 0:00 left"),
        (50, 0, 10.0, " 50%, 50 messages, 5/s, 0:10 left"),
        (50, 40, 10.0, " 50%, 50 messages, 1/s, 0:50 left"),
        (120, 0, 10.0, "100%, 120 messages, 12/s, 0:00 left"),
    ],
)
def test_the_line_tells_rate_and_time_left_of_what_is_new(
    done: int, before: int, seconds: float, words: str
) -> None:
    line = progress_line(done, 100, seconds, "messages", before=before)
    assert line.endswith(words)
    assert line.startswith("[")
    assert line.index("]") == 31
