"""Rounds of kills with real processes, and the count of what they lost and doubled (REL-1).

The tests play short rounds, `make crash-test` plays long ones.
"""

from __future__ import annotations

import itertools
import random
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from django.db import connections
from django.db.models import Count, Q
from django.test import Client as DjangoClient
from django.utils import timezone

from accounts.models import Pair
from accounts.queries.pairs import alias_of
from messages_app.models import Delivery, InboundMail, Message
from messages_app.policy.facts import Side
from messages_app.vault.content import written_content
from messages_app.vault.keys import open_key
from tests.factories import PairFactory
from tests.flows.kill_clients import Browser, Client, MailClient, Score
from tests.flows.kill_sink import KillSink
from tests.flows.kills import PATIENCE, Part, in_threads, running
from tests.flows.kills import door as door_part
from tests.flows.kills import web as web_part
from tests.flows.kills import workers as worker_parts
from tests.flows.processes import run
from tests.messages_app.relay.inbound_world import mail_from, take_in
from tests.messages_app.relay.mail_world import running as serving
from tests.messages_app.relay.mail_world import say, wait_for

_MARK = re.compile(r"mark-\d+-end")
_numbers = itertools.count()


@dataclass(frozen=True)
class Tally:
    """What a round came to. `doubled`: what nothing explains; `repeated`: identical mails that left once
    more because the kill fell between a server's 250 and our commit, which MAIL-20 allows."""

    kills: int
    promised: int
    retried: int
    lost: int
    doubled: int
    repeated: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(mine + yours for mine, yours in zip(self._all(), other._all(), strict=True)))

    def _all(self) -> tuple[int, ...]:
        return (self.kills, self.promised, self.retried, self.lost, self.doubled, self.repeated)

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.promised} promised, {self.retried} retried: {self.lost} lost, "
            f"{self.doubled} doubled, {self.repeated} identical mails repeated"
        )


def marks(count: int) -> list[str]:
    """Words that no other text of the test run contains."""
    return [f"mark-{next(_numbers)}-end" for _ in range(count)]


def threads_have(pairs: Iterable[Pair]) -> Counter[str]:
    """How often each mark stands in a delivered message of these pairs."""
    messages = Message.objects.filter(pair__in=list(pairs), state="delivered").select_related("thread__key")
    texts = (written_content(open_key(message.thread.key), message).new_text for message in messages)
    return Counter(mark for text in texts for mark in _MARK.findall(text))


def settle() -> None:
    """Works off everything that waits, by processes that nobody kills."""
    for name in ("relay_process", "relay_send"):
        ended = run(name, "--once", EMAIL_URL="")
        assert ended.returncode == 0, ended.stderr.decode()


def mail_items(pair: Pair, count: int) -> list[tuple[str, bytes]]:
    """Mails of the pair's buyer, each with its mark; every fourth is large enough for the file store."""
    return [
        (mark, mail_from(pair.buyer.user.email, f"{mark}{'' if place % 4 else _PADDING}"))
        for place, mark in enumerate(marks(count))
    ]


_PADDING = "\r\n" + "The parcel has not come yet, and nobody knows where it is now.\r\n" * 3000


def _kill_points(total: int, kills: int, chance: random.Random) -> list[int]:
    """After which answers to kill: spread over the round, never at its very end."""
    return sorted(chance.sample(range(2, max(3 + kills, total * 3 // 4)), kills))


def _play(parts: Sequence[Part], clients: Sequence[Client], score: Score) -> None:
    """Starts the clients and raises the parts from the dead until the clients are through."""
    with in_threads(*clients):
        while busy := [client for client in clients if client.is_alive()]:
            busy[0].join(0.02)
            for part in parts:
                part.start()
    assert not score.failed, score.failed


class _AtCommit(threading.Thread):
    """Kills the part the moment that so many rows are committed, mostly before it could say so."""

    def __init__(self, part: Part, points: Sequence[int], rows: Callable[[], int]) -> None:
        super().__init__(daemon=True)
        self._part = part
        self._points = points
        self._rows = rows
        self.over = False

    def run(self) -> None:
        try:
            for point in self._points:
                while self._rows() < point and not self.over:
                    pass  # looking all the time: the moment is a few milliseconds long
                self._part.kill()
        finally:
            connections.close_all()


def _tally(part: Part, score: Score, sent: Counter[str]) -> Tally:
    promised = set(score.acknowledged)
    return Tally(
        kills=part.kills,
        promised=len(promised),
        retried=len(score.retried),
        lost=len(promised - set(sent)),
        doubled=sum(times - 1 for times in sent.values()),
    )


def door(*, clients: int, mails: int, kills: int, seed: int = 1) -> Tally:
    """Servers send while the door is killed just after some of its answers."""
    part, score = door_part(), Score()
    points = _kill_points(clients * mails, kills, random.Random(seed))
    score.then = dict.fromkeys(points, part.kill)
    pairs = PairFactory.create_batch(clients)
    senders = [_mail_client(pair, score, mails, part.port) for pair in pairs]
    with running(part):
        _play([part], senders, score)
    settle()
    return _tally(part, score, threads_have(pairs))


def _mail_client(pair: Pair, score: Score, mails: int, port: int) -> MailClient:
    sender, recipient = pair.buyer.user.email, alias_of(pair, "seller")
    return MailClient(score, mail_items(pair, mails), port=port, sender=sender, recipient=recipient)


def web(*, browsers: int, replies: int, kills: int, seed: int = 1) -> Tally:
    """Buyers answer on their threads' pages while the web server is killed: every other time just after an
    answer, else just after a commit."""
    part, score = web_part(), Score()
    points = _kill_points(browsers * replies, kills, random.Random(seed))
    score.then = dict.fromkeys(points[::2], part.kill)
    pairs = PairFactory.create_batch(browsers)
    people = [_browser(pair, score, replies, part.port) for pair in pairs]
    ours = Message.objects.filter(pair__in=pairs)
    watcher = _AtCommit(part, [browsers + point for point in points[1::2]], ours.count)
    with running(part), in_threads(watcher):
        try:
            _play([part], people, score)
        finally:
            watcher.over = True
    copies = Delivery.objects.filter(kind="copy", pair__in=pairs).count()
    assert copies == Message.objects.filter(pair__in=pairs).count()
    return _tally(part, score, threads_have(pairs))


def _browser(pair: Pair, score: Score, replies: int, port: int) -> Browser:
    thread = say(pair, Side.BUYER, now=timezone.now()).thread_id
    signed_in = DjangoClient()
    signed_in.force_login(pair.buyer.user)
    items = [(mark, f"Another question: {mark}".encode()) for mark in marks(replies)]
    session = signed_in.cookies["sessionid"].value
    return Browser(score, items, port=port, path=f"/messages/{thread}/", session=session)


def worker(*, waves: int, pairs: int, mails: int, seed: int = 1) -> Tally:
    """Mails wait; the worker is killed within working them off, and by the server that takes its mails.

    In each wave the kill falls into mail coming in (even waves) or between a server's storing and its
    answer (odd ones); at the end all is worked off by a worker that lives.
    """
    chance = random.Random(seed)
    first, *rest = worker_parts()
    sink = KillSink(kill=first.kill)
    everybody: list[Pair] = []
    promised: list[str] = []
    with serving(sink, data_size_limit=None) as port, running(*rest):
        first.changes |= {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}
        with running(first):
            for wave in range(waves):
                fresh = PairFactory.create_batch(pairs)
                everybody += fresh
                promised += _take_in(fresh, mails)
                _kill_in_the_middle(first, sink, fresh, by_sink=bool(wave % 2), chance=chance)
                first.start()
            wait_for(lambda: _all_sent(everybody, len(promised)), PATIENCE)
    return _outcome(first.kills, promised, everybody, sink)


def _take_in(pairs: Sequence[Pair], mails: int) -> list[str]:
    taken = [(pair, item) for pair in pairs for item in mail_items(pair, mails)]
    for pair, (_, content) in taken:
        take_in(content, alias_of(pair, "seller"), at=timezone.now())
    return [mark for _, (mark, _) in taken]


def _kill_in_the_middle(
    part: Part, sink: KillSink, pairs: Sequence[Pair], *, by_sink: bool, chance: random.Random
) -> None:
    if by_sink:
        lives = sink.life
        sink.at.add(len(sink.received) + chance.randint(1, len(pairs)))
        wait_for(lambda: sink.life > lives, PATIENCE)
        return
    done = chance.randint(1, len(pairs))
    wait_for(lambda: Message.objects.filter(pair__in=pairs).count() >= done, PATIENCE)
    part.kill()
    sink.life += 1


def _all_sent(pairs: Sequence[Pair], count: int) -> bool:
    copies = Delivery.objects.filter(kind="copy", pair__in=pairs, state="sent")
    return copies.count() >= count and not InboundMail.objects.filter(state="waiting").exists()


def everything(*, people: int, items: int, kills: int, seed: int = 1) -> Tally:
    """Mail comes in, pages are answered, mail leaves, and now the door, now the web server, now the worker is
    killed just after one of the answers."""
    chance = random.Random(seed)
    first, *rest = worker_parts()
    score, sink, parts = Score(), KillSink(), [door_part(), web_part(), first]
    writing, browsing = PairFactory.create_batch(people), PairFactory.create_batch(people)
    clients: list[Client] = [_mail_client(pair, score, items, parts[0].port) for pair in writing]
    clients += [_browser(pair, score, items, parts[1].port) for pair in browsing]
    points = _kill_points(2 * people * items, kills, chance)
    score.then = {point: partial(_kill, chance.choice(parts), first, sink) for point in points}
    with serving(sink, data_size_limit=None) as port, running(*rest):
        first.changes |= {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}
        with running(*parts):
            _play(parts, clients, score)
            wait_for(lambda: _all_sent([*writing, *browsing], (2 * items + 1) * people), PATIENCE)
    done = _outcome(sum(part.kills for part in parts), score.acknowledged, [*writing, *browsing], sink)
    return replace(done, retried=len(score.retried))


def _kill(part: Part, worker: Part, sink: KillSink) -> bool:
    """Kills the part; where it is the one that sends, a life of it has ended."""
    killed = part.kill()
    sink.life += killed and part is worker
    return killed


def _outcome(kills: int, promised: Sequence[str], pairs: Sequence[Pair], sink: KillSink) -> Tally:
    sent = threads_have(pairs)
    deliveries = Delivery.objects.filter(kind="copy", pair__in=pairs)
    recorded_once = Count("tries", filter=Q(tries__outcome="sent"))
    again = deliveries.annotate(times=recorded_once).exclude(times=1).count()
    again += Delivery.objects.filter(pair__in=pairs).count() - Message.objects.filter(pair__in=pairs).count()
    assert sink.changed() == 0, "a mail left again with other bytes"
    return Tally(
        kills=kills,
        promised=len(promised),
        retried=0,
        lost=len(set(promised) - set(sent)) + deliveries.count() - len(sink.copies()),
        doubled=sum(times - 1 for times in sent.values()) + again + sink.twice_in_a_life(),
        repeated=sink.extra(),
    )
