from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from accounts.names import clean_line, display_name_of, leads_outside, looks_like
from accounts.queries.names import Unfit, is_marketplace_name, shown_name_of, why_unfit
from tests.factories import MarketplaceFactory


@pytest.mark.rule("ACC-9")
@pytest.mark.parametrize(
    ("full_name", "shown"),
    [
        ("Hannah Winter", "Hannah W."),
        ("hannah winter", "hannah W."),
        ("Winter, Hannah", "Hannah W."),
        ("Dr. Hannah Maria Winter", "Hannah W."),
        ("Łukasz Żak", "Łukasz Ż."),
        ("Anne-Marie d'Arc", "Anne-Marie D."),
        ("Cher", "Cher"),
        ("  Hannah \t Winter\r\n", "Hannah W."),
        ("Han\u202enah Win\u200bter", "Hannah W."),
        ("山田 太郎", "山田 太."),
        ("hannah@winter.example", "Buyer"),
        ("+44 20 7946 0991", "Buyer"),
        ("", "Buyer"),
        (",", "Buyer"),
        ("Dr.", "Buyer"),
        ("A" * 200, "A" * 60),
        ("A" * 200 + " Winter", "A" * 57 + " W."),
    ],
)
def test_display_name_is_first_name_and_initial(full_name: str, shown: str) -> None:
    assert display_name_of(full_name) == shown


@pytest.mark.rule("ACC-9", "SEC-6")
@given(st.text())
def test_a_clean_line_is_one_visible_line(text: str) -> None:
    line = clean_line(text)
    assert line == clean_line(line)
    assert line == " ".join(line.split())
    assert not any(letter in line for letter in "\x00\r\n\x85\u2028\u2029\u202e\u2066\u200f\u200b\ud800")
    assert 0 < len(display_name_of(text)) <= 60


@pytest.mark.rule("ACC-9")
@pytest.mark.parametrize(
    "name",
    [
        "Marketplace",
        "MARKETPLACE Outlet",
        "The marketplaceshop",
        "Market Place Deals",
        "M.a.r.k.e.t.p.l.a.c.e",
        "Marketplасe",  # Cyrillic а and с
        "ΜΑRΚΕΤΡLΑCΕ",  # Greek capitals
        "MarketpIace",  # capital i for l
        "Mаrk3tpl4ce",
        "Markétpläce",
        "Ｍａｒｋｅｔｐｌａｃｅ",
        "𝗠𝗮𝗿𝗸𝗲𝘁𝗽𝗹𝗮𝗰𝗲 Support",
        "Mar\u200bket\u00adplace",
        "rnarketplace",
        "Marketpalce",  # swapped
        "Markeplace",
        "Markettplace",
        "Marketplace24",
        "Marketplade",
    ],
)
def test_names_that_look_like_the_marketplace(name: str) -> None:
    assert looks_like(name, ["Marketplace"])


@pytest.mark.rule("ACC-9")
@pytest.mark.parametrize(
    "name",
    [
        "Alder & Pine Home",
        "Market Hall",
        "Fresh Market",
        "The Place",
        "Supermarket 24",
        "Fireplace Market",
        "Цветы и подарки",
        "",
        "!!!",
        "Marktplatz",
    ],
)
def test_honest_names_pass(name: str) -> None:
    assert not looks_like(name, ["Marketplace", "UK", ""])


@pytest.mark.rule("ACC-9")
@pytest.mark.parametrize(
    ("name", "refused"), [("Oak UK Ltd", True), ("Dukes of Oak", False), ("U K Oak", False)]
)
def test_a_short_name_counts_as_a_word(name: str, refused: bool) -> None:
    assert looks_like(name, ["UK"]) is refused


@pytest.mark.django_db
@pytest.mark.rule("ACC-9")
def test_names_of_all_marketplaces_and_of_the_domain_are_kept(settings: Settings) -> None:
    MarketplaceFactory.create(code="FR", name="Grande Halle")
    settings.MARKETPLACE_DOMAINS = ["www.bigbazaar.co.uk", "relay.kaufhaus.example"]
    assert is_marketplace_name("Grande-Ha11e SARL")
    assert is_marketplace_name("Bigbazaar Outlet")
    assert is_marketplace_name("Kaufhaus Direkt")
    assert not is_marketplace_name("Relay Lamps")
    assert not is_marketplace_name("Halle aux Grains")


@pytest.mark.rule("ACC-9")
@pytest.mark.parametrize(
    "name",
    [
        "hannah@post.example",
        "hannah.winter＠gmail．com Xy",
        "hannah﹫post",
        "hannah(at)post(dot)example",
        "Hannah [ AT ] post",
        "hannah at post dot example",
        "hannah_at_post_dot_com",
        "www.evil-shop.example X",
        "WWW.evil",
        "https://x",
        "evil。example",
        "evil｡example",
        "evil\u2024example",
        "evil . example",
        "e\u200bvil\u00ad.exam\u2060ple",
        "evil.Example",
        "x.com",
        "t.me/hannah",
        "T.ME/Hannah",
        "T+4917612345678 Mueller",
        "W\u0332hats app 0 1 7 6 1 2",
        "①②③④⑤⑥⑦⑧",
        "❶❷❸❹❺❻",
        "０１７６１２",
        "٠١٢٣٤٥",
        "0️⃣1️⃣7️⃣6️⃣1️⃣2️⃣",
        "Mia 1_2_3_4_5_6",
    ],
)
def test_names_that_lead_outside(name: str) -> None:
    assert leads_outside(name)


@pytest.mark.rule("ACC-9")
@pytest.mark.parametrize(
    "name",
    [
        "Hannah W.",
        "Zoë",
        "J. R. R.",
        "J.R.R. Tolkien",
        "J.Winter",
        "Dr.Hannah Winter",
        "Mary St.John",
        "John Smith Jr.",
        "Ph.D.",
        "Nr. 5",
        "Mia 12345",
        "Louis XIV",
        "Gal·la d'Arc",
        "Anna/Bernd",
        "Hannah (Mia) W.",
        "Matt Dotson",
        "www winter",
        "李雷",
        "هانا",
        "",
    ],
)
def test_names_as_people_have_them(name: str) -> None:
    assert not leads_outside(name)


@pytest.mark.django_db
@pytest.mark.rule("ACC-9")
@pytest.mark.parametrize(
    ("full_name", "unfit", "shown"),
    [
        ("Hannah Winter", None, "Hannah W."),
        ("Marketplace Support", Unfit.MARKETPLACE, "Buyer"),
        ("Ｍａｒｋｅｔｐｌａｃｅ Help", Unfit.MARKETPLACE, "Buyer"),
        ("www.evil-shop.example Xavier", Unfit.CONTACT, "Buyer"),
        ("T+4917612345678 Mueller", Unfit.CONTACT, "Buyer"),
        ("hannah.winter＠gmail．com Xy", Unfit.CONTACT, "Buyer"),
        ("Maria 017612345678", Unfit.CONTACT, "Maria"),
    ],
)
def test_a_name_is_shown_only_when_it_is_fit(full_name: str, unfit: Unfit | None, shown: str) -> None:
    MarketplaceFactory.create(code="UK", name="Marketplace")
    assert why_unfit(full_name) == unfit
    assert shown_name_of(full_name) == shown
