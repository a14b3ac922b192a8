"""The grown marketplace as a plan: pair after pair, the same for the same number (contract, performance).

Sellers by Zipf's law, the largest with a fifth of all; threads of 1 to 60 messages, 5 in the mean; six
languages; a file at one message in eight; over a year, answered for the most part, some due now.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from messages_app.mail.evidence import Evidence
from messages_app.policy.facts import Door, Side
from messaging_center.demo_world.orders import ALDER
from messaging_center.demo_world.phrases import PHRASES, Phrases

SELLERS = 83  # then the first one's share by Zipf's law is a fifth
LONGEST = 60  # messages of a thread
FILES = 8  # different ones, see `demo_world.files`
HOURS = 365 * 24.0
LANGUAGES = tuple(PHRASES)
MARKETPLACE = {"en": "UK", "de": "DE", "fr": "FR", "it": "IT", "pl": "PL", "es": "ES"}
TOPICS = ("where_is_it", "product_question", "damaged_or_wrong_item", "return", "invoice", "other")

_SHARES = tuple(accumulate(1 / rank for rank in range(1, SELLERS + 1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message of a talk; `hours` before the seeding."""

    talk: int  # place of its thread among those of the pair
    author: Side
    hours: float
    text: str
    subject: str = ""
    about: str = ""
    door: Door = Door.WEB
    evidence: Evidence = Evidence.PAGE
    file: int | None = None  # which one of FILES


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One thread: its order's number, when that was placed (empty: it is about none), what was said."""

    number: str
    placed: float
    said: tuple[Said, ...]
    dismissed: bool = False  # the seller marks the last question as needing no answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Talks:
    """A buyer and a seller with their threads."""

    place: int
    buyer: int
    seller: int  # by rank, 0 is the largest
    language: str  # the buyer's
    talks: tuple[Talk, ...]

    @property
    def said(self) -> list[Said]:
        """All of it in the order of time."""
        return sorted((one for talk in self.talks for one in talk.said), key=lambda one: -one.hours)


def planned(messages: int) -> Iterator[Talks]:
    """Pairs until so many messages are said, or a few more: the last thread is not cut."""
    left, place = messages, 0
    while left > 0:
        talks = _talks(place)
        left -= sum(len(talk.said) for talk in talks.talks)
        yield talks
        place += 1


def buyer_name(number: int, language: str) -> str:
    """A full name; there are more buyers than names."""
    words = PHRASES[language]
    first = words.first_names[number % len(words.first_names)]
    return f"{first} {words.names[number // len(words.first_names) % len(words.names)]}"


def shop_name(rank: int) -> str:
    """The trade name of a seller; Alder & Pine Home is the first."""
    words = PHRASES[shop_language(rank)]
    return f"{words.shops[rank // len(LANGUAGES) % len(words.shops)]} {rank + 1}"


def shop_language(rank: int) -> str:
    """The language that a seller writes in; the sellers take turns through all of them."""
    return LANGUAGES[rank % len(LANGUAGES)]


def shop_id(rank: int) -> str:
    """The seller's external id: the largest one is that of the sample."""
    return ALDER if rank == 0 else f"grown-{rank}"


def _chance(what: str, number: int) -> random.Random:
    return random.Random(f"{what}:{number}")  # noqa: S311 - a sample world, the same each time


def _buyer_of(place: int) -> int:
    """Every other buyer has two sellers."""
    return place * 2 // 3


def _seller_of(place: int) -> int:
    drawn = _drawn_seller(place)
    twin = place - 1
    same_buyer = place > 0 and _buyer_of(twin) == _buyer_of(place)
    return (drawn + 1) % SELLERS if same_buyer and _drawn_seller(twin) == drawn else drawn


def _drawn_seller(place: int) -> int:
    return _chance("seller", place).choices(range(SELLERS), cum_weights=_SHARES)[0]


def _talks(place: int) -> Talks:
    buyer = _buyer_of(place)
    language = _chance("buyer", buyer).choice(LANGUAGES)
    chance = _chance("talks", place)
    count = 1 + (chance.random() < 0.2) + (chance.random() < 0.05)
    return Talks(
        place=place,
        buyer=buyer,
        seller=_seller_of(place),
        language=language,
        talks=tuple(_talk(chance, place, number, PHRASES[language]) for number in range(count)),
    )


def _length(chance: random.Random) -> int:
    return min(LONGEST, max(1, round(chance.lognormvariate(1.04, 0.97))))


def _talk(chance: random.Random, place: int, talk: int, words: Phrases) -> Talk:
    number = f"7{talk:02d}-{place:07d}-{chance.randrange(10**7):07d}" if chance.random() < 0.9 else ""
    by_seller = bool(number) and chance.random() < 0.15
    authors = _authors(chance, _length(chance), by_seller=by_seller)
    open_end = authors[-1] is Side.BUYER
    recent = open_end and chance.random() < 0.4
    gaps = [_gap(chance, author) for author in authors[1:]]
    last = chance.uniform(0.5, 30) if recent else chance.uniform(31, HOURS - 60 * 24)
    hours = [last]
    for gap in reversed(gaps):
        hours.append(hours[-1] + gap)
    said = [
        _line(chance, talk, place_in, author, at, words, number)
        for place_in, (author, at) in enumerate(zip(authors, reversed(hours), strict=True))
    ]
    return Talk(
        number=number,
        placed=hours[-1] + chance.uniform(30, 200),
        said=tuple(said),
        dismissed=open_end and not recent,
    )


def _authors(chance: random.Random, length: int, *, by_seller: bool) -> list[Side]:
    """Who writes: mostly in turn, and nearly always the seller last."""
    authors = [Side.SELLER if by_seller else Side.BUYER]
    while len(authors) < length:
        turn = authors[-1].other if chance.random() < 0.85 else authors[-1]
        authors.append(turn)
    if authors[-1] is Side.BUYER and chance.random() < 0.8:
        authors.append(Side.SELLER) if length < LONGEST else authors.__setitem__(-1, Side.SELLER)
    return authors


def _gap(chance: random.Random, author: Side) -> float:
    """Hours until this author writes; one answer in twelve is late."""
    if author is Side.SELLER:
        late = chance.random() < 0.08
        return chance.uniform(25, 60) if late else min(23.0, chance.lognormvariate(1.4, 0.9))
    return min(120.0, chance.lognormvariate(2.2, 1.0))


def _line(
    chance: random.Random, talk: int, place_in: int, author: Side, hours: float, words: Phrases, number: str
) -> Said:
    first = place_in == 0
    by_mail = not first and chance.random() < 0.35
    said_by_seller = author is Side.SELLER
    return Said(
        talk=talk,
        author=author,
        hours=hours,
        text=_text(chance, author, words, first=first).replace("{number}", number),
        subject=chance.choice(words.topics) if first or by_mail else "",
        about=("other" if said_by_seller else chance.choice(TOPICS)) if first else "",
        door=Door.MAIL if by_mail else Door.WEB,
        evidence=Evidence.MESSAGE_ID if by_mail else Evidence.PAGE,
        file=chance.randrange(FILES) if chance.random() < 1 / 8 and not (first and said_by_seller) else None,
    )


def _text(chance: random.Random, author: Side, words: Phrases, *, first: bool) -> str:
    if author is Side.SELLER:
        return chance.choice(words.begins if first else words.answers)
    if not first and chance.random() < 0.3:
        return chance.choice(words.thanks)
    more = chance.sample(words.more, chance.randint(0, 3))
    return " ".join((chance.choice(words.questions), *more))
