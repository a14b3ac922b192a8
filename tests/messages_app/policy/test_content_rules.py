"""The content rules by example: what passes, what does not, and where it stands."""

import pytest

from messages_app.policy.content import CONTENT_RULES, POLICY_VERSION, Judged, judge, mask
from messages_app.policy.content.judge import MAX_MATCHES
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
        text="a@b.example", html="<p>a@b.example</p>", subject="a@b.example", file_names=("a@b.example.pdf",)
    )
    assert {match.place for match in matches} == set(Place)


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


@pytest.mark.rule("POL-7")
@pytest.mark.parametrize("text", ["zalando.it has arrived and works", "Zermatt.is a place"])
def test_where_a_person_would_hesitate_it_is_unsure(text: str) -> None:
    assert [(match.rule, match.sure) for match in found(text=text)] == [("external_link", False)]


def test_a_flood_of_matches_is_cut() -> None:
    assert len(found(text="a@b.example " * 500)) == MAX_MATCHES


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
