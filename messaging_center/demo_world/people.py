"""Who is in the sample marketplace."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "demo"

MARKETPLACES = (
    # code, name, language, time zone
    ("UK", "Marketplace UK", "en", "Europe/London"),
    ("FR", "Marketplace France", "fr", "Europe/Paris"),
    ("IT", "Marketplace Italia", "it", "Europe/Rome"),
    ("PL", "Marketplace Polska", "pl", "Europe/Warsaw"),
    ("DE", "Marketplace Deutschland", "de", "Europe/Berlin"),
    ("ES", "Marketplace España", "es", "Europe/Madrid"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleBuyer:
    key: str
    email: str
    full_name: str
    marketplace: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleMember:
    email: str
    full_name: str
    permissions: tuple[str, ...]  # columns of Membership
    authorized: bool = False  # their own address is on the seller's list


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSeller:
    key: str  # the external id; the slug is made from the trade name
    trade_name: str
    email: str  # customer service, which is the owner's own address too
    owner_name: str
    marketplace: str
    selling_since: str
    fulfilment: str = "seller"
    members: tuple[SampleMember, ...] = ()


BUYERS = (
    SampleBuyer(
        key="hannah",
        email="hannah.winter@post.example",
        full_name="Hannah Winter",
        marketplace="UK",
        language="en",
    ),
    SampleBuyer(
        key="oliver",
        email="oliver.brandt@post.example",
        full_name="Oliver Brandt",
        marketplace="DE",
        language="de",
    ),
    SampleBuyer(
        key="emilie",
        email="emilie.roux@courrier.example",
        full_name="Émilie Roux",
        marketplace="FR",
        language="fr",
    ),
    SampleBuyer(
        key="pawel",
        email="pawel.zielinski@poczta.example",
        full_name="Paweł Zieliński",
        marketplace="PL",
        language="pl",
    ),
    SampleBuyer(
        key="giulia",
        email="giulia.ferri@posta.example",
        full_name="Giulia Ferri",
        marketplace="IT",
        language="it",
    ),
    SampleBuyer(
        key="lucia",
        email="lucia.ortega@correo.example",
        full_name="Lucía Ortega",
        marketplace="ES",
        language="es",
    ),
    SampleBuyer(
        key="james",
        email="james.okoro@post.example",
        full_name="James Okoro",
        marketplace="UK",
        language="en",
    ),
    SampleBuyer(
        key="ruth",
        email="ruth.bell@post.example",
        full_name="Ruth Bell",
        marketplace="UK",
        language="en",
    ),
    # She sells too (Officina Bosco): one person, two roles (ACC-2).
    SampleBuyer(
        key="marta",
        email="marta@officina-bosco.example",
        full_name="Marta Bosco",
        marketplace="IT",
        language="it",
    ),
)

SELLERS = (
    SampleSeller(
        key="alder-and-pine",
        trade_name="Alder & Pine Home",
        email="ana@alder-pine.example",
        owner_name="Ana Reis",
        marketplace="UK",
        selling_since="2024-05-02",
        members=(
            SampleMember(
                email="jonas@alder-pine.example",
                full_name="Jonas Falk",
                permissions=(
                    "can_read",
                    "can_reply",
                    "can_organise",
                    "can_see_reports",
                    "can_manage_settings",
                ),
                authorized=True,
            ),
            SampleMember(
                email="tom@alder-pine.example",
                full_name="Tom Okafor",
                permissions=("can_read",),
                authorized=True,
            ),
            SampleMember(
                email="mia@alder-pine.example",
                full_name="Mia Lund",
                permissions=("can_read", "can_reply", "can_organise"),
            ),
            SampleMember(
                email="books@alder-pine.example",
                full_name="Ines Vidal",
                permissions=("can_see_reports",),
            ),
        ),
    ),
    SampleSeller(
        key="maison-lumiere",
        trade_name="Maison Lumière",
        email="claire@maison-lumiere.example",
        owner_name="Claire Petit",
        marketplace="FR",
        selling_since="2025-02-17",
    ),
    SampleSeller(
        key="officina-bosco",
        trade_name="Officina Bosco",
        email="marta@officina-bosco.example",
        owner_name="Marta Bosco",
        marketplace="IT",
        selling_since="2023-09-30",
    ),
    SampleSeller(
        key="nordlicht",
        trade_name="Nordlicht Werkstatt",
        email="jens@nordlicht.example",
        owner_name="Jens Petersen",
        marketplace="DE",
        selling_since="2025-06-01",
    ),
    # The marketplace fulfils its orders: messaging is off until it switches it on (ACC-6).
    SampleSeller(
        key="kolor-dom",
        trade_name="Kolor Dom",
        email="biuro@kolor-dom.example",
        owner_name="Ewa Maj",
        marketplace="PL",
        selling_since="2026-01-12",
        fulfilment="marketplace",
    ),
)

STAFF = (
    ("moderator@marketplace.example", "Robin Clarke", False),
    ("admin@marketplace.example", "Sofia Lindqvist", True),
)
