"""The content rules by example: what passes, what does not, and where it stands."""

from typing import Any

import pytest

from messages_app.policy.content import CONTENT_RULES, POLICY_VERSION, Judged, judge, mask, raw_emails
from messages_app.policy.content.judge import _Found, _report
from messages_app.policy.facts import ContentMatch, Place

OWN = "k7m2p9qrtvwxyz3@marketplace.example"
MARKETPLACE = frozenset({"marketplace.example"})


def found(carriers: bool = False, **words: object) -> tuple[ContentMatch, ...]:
    return judge(
        Judged(
            own_addresses=frozenset({OWN}),
            marketplace_domains=MARKETPLACE,
            https_hosts=frozenset({"keys.maker.example"}),
            carriers=carriers,
            **words,  # type: ignore[arg-type]
        )
    )


def rules(**words: object) -> list[str]:
    return [match.rule for match in found(**words)]  # type: ignore[arg-type]


@pytest.mark.rule("POL-1")
@pytest.mark.parametrize(
    "text",
    [OWN, OWN.upper(), f"write to {OWN}.", f"<{OWN}>", f"{OWN}.It is mine", OWN.replace("@", " at ")],
)
def test_an_alias_of_the_pair_is_no_contact(text: str) -> None:
    assert rules(text=text) == []


@pytest.mark.rule("POL-1")
def test_an_alias_of_another_pair_is_one() -> None:
    assert rules(text="aaaabbbbccccddd@marketplace.example") == ["contact_email"]
    every_alias = Judged(text="aaaabbbbccccddd@marketplace.example", alias_domains=MARKETPLACE)
    assert judge(every_alias) == ()


LINKS: list[tuple[str, bool, bool]] = [
    # what is written, whether it passes, whether it passes where carriers do
    ("https://marketplace.example/orders/1", True, True),
    ("http://www.marketplace.example", True, True),
    ("marketplace.example", True, True),
    ("marketplace (dot) example", True, True),
    ("MARKETPLACE.EXAMPLE/help", True, True),
    ("https://marketplace.example:8443/x", True, True),
    ("mаrketplace.example", False, False),  # a Cyrillic letter in it
    ("https://mаrketplace.example/", False, False),
    ("https://marketplace.example.org/", False, False),
    ("https://notmarketplace.example/", False, False),
    ("https://marketplace.example@shop.example/", False, False),
    ("https://shop.example\\@marketplace.example/", False, False),
    ("https://shop.example#marketplace.example", False, False),
    ("https://www.dhl.de/track?id=12", False, True),
    ("https://dhl.de", False, True),
    ("http://www.dhl.de/track?id=12", False, False),
    ("www.dhl.de", False, False),
    ("dhl.de", False, False),
    ("dhl dot de", False, False),
    ("https://dhl dot de", False, False),
    ("https://user@dhl.de/", False, False),
    ("https://dhl.de:8443/", False, False),
    ("https://dhl.de.shop.example/", False, False),
    ("https://notdhl.de/", False, False),
    ("dhl.de, that is https://www.dhl.de/track", False, True),  # the host is vouched for
    ("https://keys.maker.example/activate", True, True),
    ("http://keys.maker.example/activate", False, False),
    ("https://maker.example/", False, False),
    ("Get Outlook for iOS<https://aka.ms/o0ukef>", True, True),
    ("https://aka.ms/o0ukefx", False, False),
    ("https://aka.ms/o0ukef/x", False, False),
    ("https://aka.ms/o0ukef?x=1", False, False),
    ("https://aka.ms/", False, False),
    ("https://shop.example/https://aka.ms/o0ukef", False, False),
]


@pytest.mark.rule("POL-3")
@pytest.mark.parametrize(("text", "passes", "with_carriers"), LINKS)
def test_which_links_pass(text: str, passes: bool, with_carriers: bool) -> None:
    assert (rules(text=text) == []) is passes
    assert (rules(text=text, carriers=True) == []) is with_carriers
    assert set(rules(text=text)) <= {"external_link"}


HTML: list[tuple[str, list[str]]] = [
    ("<p>Hello</p><p>All is well.</p>", []),
    ("<p>jo<b>hn</b>@<i>gmail</i>.c<span>om</span></p>", ["contact_email"]),
    ("<p>john<!-- no -->@gmail<!-- no -->.com</p>", ["contact_email"]),
    ("<p>john&commat;gmail&period;com</p>", ["contact_email"]),
    ("<p>john&#x40;gmail&#46;com</p>", ["contact_email"]),
    ("<a href='mailto:john@gmail.com'>write</a>", ["contact_email"]),
    ("<a href='mailto:john%40gmail.com?subject=x'>write</a>", ["contact_email"]),
    (f"<a href='mailto:{OWN}'>write</a>", []),
    ("<img src='cid:logo' alt='john@gmail.com'>", ["contact_email"]),
    ("john<img src='cid:at' alt='@'>gmail.com", ["contact_email"]),
    ("<img src='cid:image001.png@01DA12.34AB' alt='picture'>", []),
    ("<p title='john at gmail dot com'>hover me</p>", ["contact_email"]),
    ("<!-- john@gmail.com -->", ["contact_email"]),
    ("<!-- http://schemas.microsoft.com/office --><p>Hello</p>", []),
    ("<p>john<span style='display:none'>x y</span>@gmail.com</p>", ["contact_email"]),
    ("<p>Hello<span style='font-size:0'>john@gmail.com</span></p>", ["contact_email"]),
    ("<bdo dir=rtl>moc.liamg@nhoj</bdo>", ["contact_email"]),
    ("<td>john@</td><td>gmail.com</td>", ["contact_email"]),
    ("<p>Thanks.</p><p>It arrived</p>", []),
    ("<p>a</p><div>me</div>", []),
    ("<style>@import url(http://x.example/a.css); p { color: red }</style><p>Hi</p>", []),
    ("<script>location='http://x.example'</script>", []),
    ("<a href='https://shop.example/'>here</a>", ["external_link"]),
    ("<a href='//shop.example/'>here</a>", ["external_link"]),
    ("<a href='&#104;ttps://shop.example/'>here</a>", ["external_link"]),
    ("<a href=' java\nscript:alert(1)'>here</a>", ["external_link"]),
    ("<a href='https://marketplace.example/help'>here</a>", []),
    ("<a href='https://mаrketplace.example/help'>here</a>", ["external_link"]),
    ("<a href='#top'>up</a><a href='/orders'>orders</a>", []),
    ("<a href='https://marketplace.example/'>https://shop.example/</a>", ["external_link"]),
    ("<a href='https://shop.example/'><img src='cid:logo'></a>", ["external_link"]),
    ("<form action='https://shop.example/'><input value='Go'></form>", ["external_link"]),
    ("<meta http-equiv=refresh content='0; url=https://shop.example/'>", ["external_link"]),
    ("<base href='https://shop.example/'>", ["external_link"]),
    ("<img src='https://shop.example/pixel.gif'>", []),  # tracking_pixel alone (POL-1)
    ("<link rel=stylesheet href='https://shop.example/a.css'>", []),
    ('<p a"b> john@gmail.com <p c"d>', ["contact_email"]),
    (f"<p>{OWN}.It is mine</p>", []),
    ("<a href='https://marketplace.example/'>x</a>" * 200, []),
    ("<a href='https://marketplace.example/'>x</a>" * 201, ["external_link"]),
    ('<a href="https://aka.ms/o0ukef">Outlook for iOS</a>', []),
    ('<a href="https://aka.ms/o0ukef#x">Outlook for iOS</a>', ["external_link"]),
    ("<a href=''>x</a><meta http-equiv=refresh content=5>", []),
    ("<p class='never ends john@gmail.com", ["contact_email"]),
]


@pytest.mark.rule("POL-1", "POL-5")
@pytest.mark.parametrize(("html", "expected"), HTML, ids=[row[0][:60] for row in HTML])
def test_html(html: str, expected: list[str]) -> None:
    assert sorted(set(rules(html=html))) == expected


@pytest.mark.rule("POL-3")
def test_html_names_the_carrier_it_links_to() -> None:
    html = "<a href='https://www.dhl.de/track?id=1'>dhl.de</a>"
    assert rules(html=html, carriers=True) == []
    assert set(rules(html=html)) == {"external_link"}
    assert rules(html=html, text="dhl.de <https://www.dhl.de/track?id=1>", carriers=True) == []


@pytest.mark.rule("POL-1")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("invoice.pdf", []),
        ("manual.de.pdf", []),
        ("IMG_2041.v2.jpg", []),
        ("john@gmail.com.pdf", ["contact_email"]),
        ("john_at_gmail_dot_com.pdf", ["contact_email"]),
        ("john@gmail.com", ["contact_email"]),
        ("www.shop.example.pdf", ["external_link"]),
        ("shop-best.com.pdf", ["external_link"]),
    ],
)
def test_file_names(name: str, expected: list[str]) -> None:
    assert [match.rule for match in found(file_names=("a.txt", name))] == expected


@pytest.mark.rule("POL-1")
def test_subject_and_every_place_is_judged() -> None:
    matches = found(
        text="a@b.example",
        html="<p>a@b.example</p>",
        subject="a@b.example",
        file_names=("a@b.example.pdf",),
        file_links=("mailto:a@b.example",),
    )
    assert {match.rule for match in matches} == {"contact_email"}
    assert {match.place for match in matches} == set(Place)


@pytest.mark.rule("POL-1", "ATT-3")
@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("mailto:ann@shop.example", ["contact_email"]),
        ("MAILTO: ann@shop.example", ["contact_email"]),
        ("mailto:ann%40shop.example?subject=Your%20order", ["contact_email"]),
        ("mailto:?cc=ann@shop.example", ["contact_email"]),
        ("mailto:ann@shop.example,bob@shop.example", ["contact_email"] * 2),
        ("ann@shop.example", ["contact_email"]),  # as programs write it where nobody chose a scheme
        (f"mailto:{OWN}", []),
        (f"mailto:{OWN}?subject=Care", []),
        (f"mailto:{OWN}?bcc=ann@shop.example", ["contact_email"]),
        ("mailto:", []),
        ("https://shop.example/", ["external_link"]),
        ("https://shop.example/?to=ann@shop.example", ["external_link"]),
        ("www.shop.example", ["external_link"]),
        ("https://marketplace.example/help", []),
        ("chapter-2", []),
        ("manual.pdf", []),
    ],
)
def test_links_of_documents(link: str, expected: list[str]) -> None:
    assert [(match.rule, match.place) for match in found(file_links=(link,))] == [
        (rule, Place.FILE) for rule in expected
    ]


@pytest.mark.rule("POL-5")
@pytest.mark.parametrize(
    ("before", "bad", "after"),
    [
        ("Write to ", "john@gmail.com", " please"),
        ("Café, zażółć: ", "jo\u200bhn@gm\u00adail.com", ". Danke!"),
        ("Hi! ", "john&#64;gmail&#46;com", " ok"),
        ("Hi! ", "john at gmail dot com", ", thanks"),
        ("é ", "ｊｏｈｎ＠ｇｍａｉｌ．ｃｏｍ", " é"),
        ("x: ", "j o h n @ g m a i l . c o m", ""),
        ("see ", "\u202emoc.liamg@nhoj", "\u202c now"),
    ],
)
def test_spans_and_excerpts_are_of_the_original(before: str, bad: str, after: str) -> None:
    text = before + bad + after
    [match] = [match for match in found(text=text) if match.rule == "contact_email"]
    assert match.excerpt == text[match.start : match.end]
    assert match.excerpt.strip("\u202e") == bad.strip("\u202e")


@pytest.mark.rule("POL-5")
def test_spans_in_html_are_of_its_source() -> None:
    html = "<p>Hi <b>jo</b>hn@gmail.<i>com</i> bye</p>"
    [match] = [match for match in found(html=html) if match.rule == "contact_email"]
    assert match.excerpt == "jo</b>hn@gmail.<i>com"


@pytest.mark.rule("POL-6")
@pytest.mark.parametrize(
    "text",
    [
        "Model KW-300.EU leaks, serial 22.1045.AB.9",
        "Das Modell KW-300.DE ist undicht.",
        "Your KW-300.EU ships today.",
        "SKU: TEA-POT.BLUE.XL",
        "Order no. 302-1122334-5566778.it is late",
        "Since 2026-11-12.it never moved",
        "Dr.med. Hoffmann, second floor",
        "Der dritte Punkt de facto ist erledigt.",
        "El punto es que no funciona.",
    ],
)
def test_numbers_of_things_are_no_hosts(text: str) -> None:
    assert rules(text=text) == []


@pytest.mark.rule("POL-3", "POL-5")
@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("visit KW24.DE today", True),
        ("KW24.DE/shop", True),
        ("Spares at KETTLES.SHOP", True),
        ("The rest is on KW24.DE", False),  # a model, or a shop in capitals
        ("kesselwerk punkt de, dort gibt es mehr", True),
        ("hervidores punto es", True),
        ("hervidores punto es, allí está todo", True),
        ("www kettleworks shop", True),
        ("http :// kettleworks . shop", True),
    ],
)
def test_hosts_in_capitals_and_in_words(text: str, sure: bool) -> None:
    (host,) = [match for match in found(text=text) if match.rule == "external_link"]
    assert host.sure is sure


@pytest.mark.rule("POL-5")
def test_a_told_address_needs_no_name_right_before_its_at() -> None:
    assert rules(text="ann brook, all one word, at outlook dot com") == ["contact_email"]


@pytest.mark.rule("POL-7")
@pytest.mark.parametrize(
    "text", ["zalando.it has arrived and works", "Zermatt.is a place", "See it: nordic.green"]
)
def test_where_a_person_would_hesitate_it_is_unsure(text: str) -> None:
    assert [(match.rule, match.sure) for match in found(text=text)] == [("external_link", False)]


@pytest.mark.rule("POL-2")
@pytest.mark.parametrize("comment", ["(c)", "(work)", "()"])
def test_a_comment_in_an_address_leaves_nothing_of_it_in_sight(comment: str) -> None:
    assert masked(f"Write to john.smith{comment}@gmail.com please") == "Write to [x] please"


def masked(text: str) -> str:
    return mask(text, found(text=text), "[x]")


@pytest.mark.rule("POL-2")
@pytest.mark.parametrize("count", [1, 100, 101, 130, 600])
def test_every_address_of_a_list_is_masked(count: int) -> None:
    text = "".join(f"person{number}@people.example, " for number in range(count))
    assert masked(text) == "[x], " * count


LONG = "All is well with the parcel and the order. " * 300
MANY_SIGNS = f"{LONG}{'5 @ 3.00 and so on and on for a while, a hundred letters of it. ' * 400}"


@pytest.mark.rule("POL-2", "POL-7")
@pytest.mark.parametrize(
    "address",
    ["john@gmail.com", "john@shop.lan", "x" * 90 + "@people.example", "j@zürich.example", "john＠gmail．com"],
)
def test_where_a_long_text_is_given_up_plain_addresses_are_masked(address: str) -> None:
    shown = masked(f"{MANY_SIGNS}Write to {address}, or to {OWN} or about x@2.jpg. {LONG}")
    assert "gmail" not in shown
    assert address[-10:] not in shown
    assert shown.endswith(f", or to {OWN} or about x@2.jpg. {LONG}")


@pytest.mark.rule("POL-1", "POL-7")
@pytest.mark.parametrize(("address", "sure"), [("john@gmail.com", True), ("john@shop.lan", False)])
def test_a_plain_address_where_a_long_text_is_given_up_is_as_sure_as_elsewhere(
    address: str, sure: bool
) -> None:
    places: list[dict[str, Any]] = [
        {"text": f"{MANY_SIGNS}{address}"},
        {"html": f"<p>{LONG * 9}{MANY_SIGNS * 4}{address}"},
    ]
    for words in places:
        given_up, *matches = found(**words)
        assert not given_up.sure
        assert [(match.excerpt, match.sure) for match in matches] == [(address, sure)]


@pytest.mark.rule("POL-2")
def test_past_a_number_of_addresses_all_the_rest_is_masked() -> None:
    before = f"{MANY_SIGNS}{'a@b.example, ' * raw_emails.MOST}"
    shown = masked(f"{before}the last: c@d.example and more words")
    assert shown.endswith("[x], " * raw_emails.MOST + "the last: [x]")


@pytest.mark.rule("POL-5")
@pytest.mark.parametrize("apart", range(100, 240, 5))
@pytest.mark.parametrize("before", [LONG, "x " * 3_950])
def test_an_address_near_another_sign_is_found_whole(before: str, apart: int) -> None:
    """Windows begin and end at whatever distance from it."""
    text = f"{before}@ {'x ' * (apart // 2)}long.name@an-even-longer-name-for-a-house.pizza {LONG}"
    assert [match.excerpt for match in found(text=text)] == [
        "long.name@an-even-longer-name-for-a-house.pizza"
    ]


@pytest.mark.rule("POL-2")
def test_what_overlaps_is_masked_to_its_end() -> None:
    finds = [_Found("contact_email", 1, 4, True), _Found("contact_email", 2, 6, False)]
    (match,) = _report(Place.TEXT, "abcdefgh", finds)
    assert (match.start, match.end, match.sure, match.excerpt) == (1, 6, True, "bcdef")


@pytest.mark.rule("POL-2")
def test_masking() -> None:
    text = "Mail a@b.example or c at gmail dot com, thanks"
    assert mask(text, found(text=text), "[removed]") == "Mail [removed] or [removed], thanks"
    assert mask("a@b.example", found(text="a@b.example"), "[x]") == "[x]"
    assert mask("nothing", (), "[x]") == "nothing"


@pytest.mark.rule("POL-2")
def test_masking_joins_what_overlaps() -> None:
    def match(start: int, end: int) -> ContentMatch:
        return ContentMatch(
            rule="contact_email", place=Place.TEXT, start=start, end=end, excerpt="", sure=True
        )

    assert mask("abcdefgh", [match(4, 6), match(1, 3), match(2, 5)], "*") == "a*gh"


@pytest.mark.rule("POL-8")
def test_the_policy_has_a_version() -> None:
    assert POLICY_VERSION
    assert CONTENT_RULES == ("contact_email", "external_link")
