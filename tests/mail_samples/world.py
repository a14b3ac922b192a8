"""The fixed world of the mail samples: seven pairs with an order and two messages each.

Everything that shows in a mail is fixed: keys, ids, aliases, thread numbers and the moment. So each mail
that leaves is the same to the byte at every run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.test import override_settings

from accounts.models import Alias, Pair
from messages_app.mail.evidence import Evidence
from messages_app.models import Delivery, Message, ResponseContact, SealingKey, Thread
from messages_app.policy.facts import Door, Side
from messages_app.sealing.keys import wrap_key
from messages_app.sealing.seal import row_identity
from messages_app.services.submission import Submission
from messages_app.services.submit import submit_message
from messages_app.vault.keys import installation_key, master_keys
from orders.models import Order
from tests.factories import BuyerFactory, MarketplaceFactory, OrderFactory, SellerFactory, UserFactory

NOW = datetime(2026, 11, 19, 10, 41, tzinfo=UTC)  # when the samples arrive
ASKED = NOW - timedelta(hours=20)
ANSWERED = NOW - timedelta(hours=16)
SEALED = (Message, Thread, Delivery, ResponseContact)  # models whose ids stand in mails, signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Who writes to whom in one language; `name` stands in both aliases."""

    name: str
    language: str
    zone: str
    full_name: str
    display_name: str
    buyer_address: str
    trade_name: str
    seller_address: str
    owner_address: str
    order: str
    product: str
    subject: str
    question: str
    answer: str
    opted_out: bool = False

    @property
    def buyer_alias(self) -> str:
        return f"buyer{self.name}{'q' * (10 - len(self.name))}@marketplace.example"

    @property
    def seller_alias(self) -> str:
        return f"seller{self.name}{'z' * (9 - len(self.name))}@marketplace.example"


PARTIES = (
    Parties(
        name="en",
        language="en",
        zone="Europe/London",
        full_name="Hannah Winter",
        display_name="Hannah W.",
        buyer_address="hannah.winter@mail.example",
        trade_name="Alder & Pine Home",
        seller_address="desk@alderpine.example",
        owner_address="rowan@alderpine.example",
        order="304-1187265-4410927",
        product="Enamel casserole, 24 cm",
        subject="Lid of the casserole",
        question="Hello,\n\nthe lid of my casserole has a small chip at the rim. Is it safe to use it in the"
        " oven, or should I send it back first?\n\nHannah",
        answer="Dear Hannah,\n\nthe chip does no harm in the oven as long as the enamel around it is firm."
        " If you would rather have a new lid, we send one this week.\n\nRowan, Alder & Pine Home",
    ),
    Parties(
        name="de",
        language="de",
        zone="Europe/Berlin",
        full_name="Jürgen Müller-Böhm",
        display_name="Jürgen M.",
        buyer_address="juergen.mueller@post.example",
        trade_name="Töpferei Blaubär",
        seller_address="laden@blaubaer.example",
        owner_address="ute@blaubaer.example",
        order="305-2298376-5521038",
        product="Steinguttopf, 5 Liter",
        subject="Deckel zum Steinguttopf",
        question="Guten Tag,\n\nzu meinem Steinguttopf fehlte im Paket der Deckel. Können Sie ihn mir bitte"
        " nachschicken, oder muss ich alles zurückgeben?\n\nJürgen",
        answer="Guten Tag,\n\nder Deckel liegt hier noch auf dem Packtisch, das tut uns leid. Er geht morgen"
        " früh auf die Reise zu Ihnen und kostet natürlich nichts.\n\nTöpferei Blaubär",
    ),
    Parties(
        name="fr",
        language="fr",
        zone="Europe/Paris",
        full_name="Zoé Lefèvre",
        display_name="Zoé L.",
        buyer_address="zoe.lefevre@courrier.example",
        trade_name="Faïence & Cie",
        seller_address="boutique@faience.example",
        owner_address="noel@faience.example",
        order="306-3309487-6632149",
        product="Théière en faïence",
        subject="Théière reçue ébréchée",
        question="Bonjour,\n\nla théière est arrivée hier avec un éclat sur le bec verseur. Pouvez-vous m'en"
        " envoyer une autre avant la fin du mois ?\n\nZoé",
        answer="Bonjour Zoé,\n\nnous sommes désolés pour cet éclat. Une nouvelle théière quitte notre atelier"
        " vendredi, vous pouvez garder la première.\n\nFaïence & Cie",
    ),
    Parties(
        name="it",
        language="it",
        zone="Europe/Rome",
        full_name="Nicolò D'Amico",
        display_name="Nicolò D.",
        buyer_address="nicolo.damico@posta.example",
        trade_name="Bottega Così",
        seller_address="negozio@bottegacosi.example",
        owner_address="pia@bottegacosi.example",
        order="307-4410598-7743250",
        product="Caffettiera da sei tazze",
        subject="Guarnizione della caffettiera",
        question="Buongiorno,\n\nla guarnizione della caffettiera perde acqua già al secondo utilizzo. È"
        " possibile averne una nuova senza restituire tutto?\n\nNicolò",
        answer="Buongiorno Nicolò,\n\nle mandiamo subito due guarnizioni nuove, così ne avrà una di scorta."
        " Dovrebbero arrivare entro martedì prossimo.\n\nBottega Così",
    ),
    Parties(
        name="pl",
        language="pl",
        zone="Europe/Warsaw",
        full_name="Łukasz Żółkiewski",
        display_name="Łukasz Ż.",
        buyer_address="lukasz.zolkiewski@poczta.example",
        trade_name="Garnki Świątek",
        seller_address="sklep@garnkiswiatek.example",
        owner_address="ola@garnkiswiatek.example",
        order="308-5521609-8854361",
        product="Garnek emaliowany, 3 litry",
        subject="Brak pokrywki w paczce",
        question="Dzień dobry,\n\nw paczce z garnkiem nie było pokrywki, chociaż jest na zdjęciu i na"
        " fakturze. Czy mogą Państwo ją dosłać w tym tygodniu?\n\nŁukasz",
        answer="Dzień dobry,\n\nprzepraszamy za pomyłkę, pokrywka czekała na półce obok. Wysyłamy ją jutro"
        " rano i doliczamy ściereczkę w prezencie za kłopot.\n\nGarnki Świątek",
    ),
    Parties(
        name="es",
        language="es",
        zone="Europe/Madrid",
        full_name="Iñaki Muñoz",
        display_name="Iñaki M.",
        buyer_address="inaki.munoz@correo.example",
        trade_name="Cerámica Peña",
        seller_address="tienda@ceramicapena.example",
        owner_address="sol@ceramicapena.example",
        order="309-6632710-9965472",
        product="Fuente de barro para horno",
        subject="¿Cuándo llega la fuente?",
        question="Hola,\n\nla fuente de barro tenía que llegar el lunes y todavía no sé nada de ella. ¿Pueden"
        " decirme en qué punto está el envío?\n\nIñaki",
        answer="Hola, Iñaki:\n\nel envío salió de nuestro taller el viernes y ahora está en reparto. Debería"
        " tenerlo en casa mañana antes de las dos.\n\nCerámica Peña",
    ),
    Parties(
        name="out",
        language="en",
        zone="Europe/London",
        full_name="Oscar Reed",
        display_name="Oscar R.",
        buyer_address="oscar.reed@mail.example",
        trade_name="Copper Kettle",
        seller_address="shop@copperkettle.example",
        owner_address="ida@copperkettle.example",
        order="310-7743821-1076583",
        product="Copper kettle, 2 l",
        subject="Whistle of the kettle",
        question="Hello,\n\nthe whistle of my kettle stays silent even when the water boils over. Is there a"
        " trick to it, or is it simply broken?\n\nOscar",
        answer="Hello Oscar,\n\nthe whistle has a small slider at its side which must point to the spout."
        " If it stays silent after that, we replace it.\n\nCopper Kettle",
        opted_out=True,
    ),
)
NAMED = {parties.name: parties for parties in PARTIES}


class _Ids:
    """Ids in order: each model counts for itself within the pair that is being made."""

    def __init__(self) -> None:
        self.place = 0
        self._counts: Counter[tuple[int, int]] = Counter()

    def next_of(self, kind: int) -> Callable[[], UUID]:
        def next_id() -> UUID:
            self._counts[self.place, kind] += 1
            return UUID(f"019a9b00-0000-7{kind:03x}-8{self.place:03x}-{self._counts[self.place, kind]:012x}")

        return next_id

    def next_number(self, bits: int) -> int:
        count: int = self.next_of(0)().int
        return count * 2654435761 % (1 << bits)


def parties_of(address: str) -> Parties:
    """Whose alias or bounce address this is; the English pair where it is nobody's."""
    found = (one for one in PARTIES if address in (one.buyer_alias, one.seller_alias))
    return next(found, NAMED["en"])


SAMPLE = 0xEEE  # the place of what a sample brings about, in the ids
FIXED = {
    "SECRET_KEY": "the same key for every run of the mail samples",
    "PUBLIC_URL": "https://messages.marketplace.example",
}


def make_fixed_world() -> None:
    """All pairs with their messages, two to a thread; their mails have been sent."""
    _fix_keys()
    with pytest.MonkeyPatch.context() as monkeypatch, override_settings(**FIXED):
        ids = _fix_ids(monkeypatch)
        for place, parties in enumerate(PARTIES, start=1):
            ids.place = place
            _talk(_pair(place, parties), parties)
    Delivery.objects.update(state=Delivery.State.SENT, sent_at=ANSWERED)


@contextmanager
def fixed_moment(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[None]:
    """What a sample brings about in the fixed world has fixed ids too; the clock stands at NOW."""
    _fix_ids(monkeypatch).place = SAMPLE
    for name, value in FIXED.items():  # by the fixture that takes all others back, in one order
        setattr(settings, name, value)
    with time_machine.travel(NOW, tick=False):
        yield


def _fix_keys() -> None:
    """Signatures, codes and tokens come from these keys."""
    for row in SealingKey.objects.filter(purpose__in=SealingKey.INSTALLATION):
        key = row.purpose.encode().ljust(32, b".")
        row.wrapped = wrap_key(master_keys(), key, identity=row_identity("sealingkey", "wrapped", row.id))
        row.save(update_fields=["wrapped"])
    installation_key.cache_clear()


def _fix_ids(monkeypatch: pytest.MonkeyPatch) -> _Ids:
    ids = _Ids()
    for kind, model in enumerate(SEALED, start=1):
        field = model._meta.get_field("id")
        monkeypatch.setitem(field.__dict__, "_get_default", ids.next_of(kind))
    attachments = SimpleNamespace(uuid7=ids.next_of(len(SEALED) + 1))
    monkeypatch.setattr("messages_app.services.prepare.uuid", attachments)
    monkeypatch.setattr("messages_app.services.threads.secrets", SimpleNamespace(randbits=ids.next_number))
    return ids


def _pair(place: int, parties: Parties) -> Pair:
    marketplace = MarketplaceFactory.create(
        code=parties.name, name="Marketplace", language=parties.language, time_zone=parties.zone
    )
    buyer = BuyerFactory.create(
        user=UserFactory.create(
            email=parties.buyer_address, full_name=parties.full_name, language=parties.language
        ),
        marketplace=marketplace,
        display_name=parties.display_name,
    )
    seller = SellerFactory.create(
        trade_name=parties.trade_name,
        marketplace=marketplace,
        language=parties.language,
        customer_service_address=parties.seller_address,
        owner=UserFactory.create(email=parties.owner_address, language=parties.language),
    )
    pair = Pair.objects.create(
        id=7000 + place, buyer=buyer, seller=seller, opted_out_at=ASKED if parties.opted_out else None
    )
    Alias.objects.create(pair=pair, side=Side.BUYER, address=parties.buyer_alias)
    Alias.objects.create(pair=pair, side=Side.SELLER, address=parties.seller_alias)
    OrderFactory.create(
        number=parties.order,
        pair=pair,
        status=Order.Status.SHIPPED,
        placed_at=ASKED - timedelta(days=3),
        shipped_at=ASKED - timedelta(days=2),
        lines=[{"title": parties.product}],
    )
    return pair


def _talk(pair: Pair, parties: Parties) -> None:
    """The buyer's question from the web and the seller's answer by mail."""
    question = submit_message(
        Submission(
            key=f"question:{parties.name}",
            door=Door.WEB,
            author=Side.BUYER,
            pair=pair,
            order_id=Order.objects.get(number=parties.order).pk,
            reason="other",
            subject=parties.subject,
            text=parties.question,
        ),
        now=ASKED,
    )
    submit_message(
        Submission(
            key=f"answer:{parties.name}",
            door=Door.MAIL,
            author=Side.SELLER,
            pair=pair,
            thread_id=question.thread_id,
            subject=f"Re: {parties.subject}",
            text=parties.answer,
            evidence=Evidence.MESSAGE_ID,
            foreign_id=f"<answer.{parties.name}@{parties.seller_address.partition('@')[2]}>",
        ),
        now=ANSWERED,
    )
