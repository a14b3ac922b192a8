from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.mail.reply_text import MAX_BLANKS, MAX_LINES, split_reply

MARK = "## please reply above this line ##"
ALIAS = "k3m9x7p2q4r6t8w@marketplace.example"


def new(text: str, *own_marks: str) -> str:
    return "".join(text[start:end] for start, end in split_reply(text, own_marks=own_marks).new).strip("\n")


ATTRIBUTIONS = [
    # Gmail
    "On Tue, Mar 12, 2024 at 10:00 AM Shop <shop@x.example> wrote:",
    "Le mar. 12 mars 2024 à 10:00, Shop <shop@x.example> a écrit :",
    "Il giorno mar 12 mar 2024 alle ore 10:00 Shop <shop@x.example> ha scritto:",
    "wt., 12 mar 2024 o 10:00 Shop <shop@x.example> napisał(a):",
    "śr., 13 mar 2024 o 10:00 Shop <shop@x.example> napisał(a):",
    "Am Di., 12. März 2024 um 10:00 Uhr schrieb Shop <shop@x.example>:",
    "El mar, 12 mar 2024 a las 10:00, Shop (<shop@x.example>) escribió:",
    "2024-03-12 10:00 GMT+01:00 Shop <shop@x.example>:",
    # Thunderbird
    "On 12/03/2024 10:00, Shop wrote:",
    "Le 12/03/2024 à 10:00, Shop a écrit :",
    "Le 12/03/2024 à 10:00, Shop a écrit\xa0:",
    "Il 12/03/2024 10:00, Shop ha scritto:",
    "W dniu 12.03.2024 o 10:00, Shop pisze:",
    "Am 12.03.24 um 10:00 schrieb Shop:",
    "El 12/3/24 a las 10:00, Shop escribió:",
    # Apple Mail
    "On 12 Mar 2024, at 10:00, Shop <shop@x.example> wrote:",
    "Le 12 mars 2024 à 10:00, Shop <shop@x.example> a écrit :",
    "Il giorno 12 mar 2024, alle ore 10:00, Shop <shop@x.example> ha scritto:",
    "Wiadomość napisana przez Shop <shop@x.example> w dniu 12.03.2024, o godz. 10:00:",
    "Am 12.03.2024 um 10:00 schrieb Shop <shop@x.example>:",
    "El 12 mar 2024, a las 10:00, Shop <shop@x.example> escribió:",
    # Yahoo
    "On Tuesday, March 12, 2024 at 10:00:00 AM GMT+1, Shop <shop@x.example> wrote:",
    "Le mardi 12 mars 2024 à 10:00:00 UTC+1, Shop <shop@x.example> a écrit :",
    "Il martedì 12 marzo 2024 alle ore 10:00:00 CET, Shop <shop@x.example> ha scritto:",
    "Am Dienstag, 12. März 2024 um 10:00:00 MEZ hat Shop <shop@x.example> Folgendes geschrieben:",
    "El martes, 12 de marzo de 2024, 10:00:00 CET, Shop <shop@x.example> escribió:",
    "W dniu wtorek, 12 marca 2024 10:00:00 CET użytkownik Shop <shop@x.example> napisał:",
    # WP, Onet, name first
    "Dnia 12 marca 2024 10:00 Shop <shop@x.example> napisał(a):",
    "Użytkownik Shop <shop@x.example> napisał:",
    "Shop <shop@x.example> napisał(a):",
    # broken inside
    "On Tue, Mar 12, 2024 at 10:00 AM A Very Long Shop Name Limited\n<shop@x.example> wrote:",
    "On Tue, Mar 12, 2024 at 10:00 AM A Very Long Shop Name <\nshop@x.example> wrote:",
    "Am Di., 12. März 2024 um 10:00 Uhr schrieb A Very Long Shop Name <\nshop@x.example>:",
    "Le mar. 12 mars 2024 à 10:00,\nShop\n<shop@x.example>\na écrit :",
]

BLOCKS = [
    "From: Shop <shop@x.example>\nSent: Tuesday, March 12, 2024 10:00\nTo: Ann\nSubject: Parcel",
    "*From:* Shop <shop@x.example>\n*Sent:* Tuesday\n*To:* Ann\n*Subject:* Parcel",
    "De : Shop <shop@x.example>\nEnvoyé : mardi 12 mars 2024 10:00\nÀ : Ann\nObjet : Colis",
    "Da: Shop <shop@x.example>\nInviato: martedì 12 marzo 2024 10:00\nA: Ann\nOggetto: Pacco",
    "Od: Shop <shop@x.example>\nWysłane: wtorek, 12 marca 2024 10:00\nDo: Ann\nTemat: Paczka",
    "Von: Shop <shop@x.example>\nGesendet: Dienstag, 12. März 2024 10:00\nAn: Ann\nBetreff: Paket",
    "De: Shop <shop@x.example>\nEnviado el: martes, 12 de marzo de 2024 10:00\nPara: Ann\nAsunto: Paquete",
    "Gesendet: Dienstag, 12. März 2024 um 10:00 Uhr\nVon: Shop <s@x>\nAn: Ann\nBetreff: Paket",  # GMX
    "envoyé : 12 mars 2024 à 10:00\nde : Shop <shop@x.example>\nà : Ann\nobjet : Colis",  # Orange
    "----Messaggio originale----\nDa: s@x\nData: 12/03/2024 10:00\nA: <ann@x>\nOgg: Pacco",  # Libero
    "-----Original Message-----\nFrom: Shop",
    "-------- Original message --------\nFrom: Shop",
    "-----Message d'origine-----\nDe : Shop",
    "-----Wiadomość oryginalna-----\nOd: Shop",
    "-----Ursprüngliche Nachricht-----\nVon: Shop",
    "-----Mensaje original-----\nDe: Shop",
    "---------- Forwarded message ---------\nFrom: Shop",
    "Begin forwarded message:\n\nFrom: Shop",
    "________________________________\nFrom: Shop <s@x>\nSent: Tuesday\nTo: Ann\nSubject: Parcel",
    "--------------------\n\n-----\nVon: Shop <s@x>\nGesendet: Dienstag\nAn: Ann\nBetreff: Paket",
    "--------------------\nVon: Shop <s@x>\nGesendet: Dienstag\nAn: Ann\nBetreff: Paket",
]


@pytest.mark.rule("MAIL-13")
@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_attribution_lines(attribution: str) -> None:
    answer = "Thank you.\n\nAnn"
    assert new(f"{answer}\n\n{attribution}\n\n> old\n> text\n") == answer
    assert new(f"{answer}\n{attribution}\n> old") == answer
    assert new(f"{answer}\n\n{attribution}\n\nold text without marks\n") == answer
    assert new(f"{attribution}\n> old\n\n{answer}\n") == answer


@pytest.mark.rule("MAIL-13")
@pytest.mark.parametrize("block", BLOCKS)
def test_header_blocks_and_separators(block: str) -> None:
    assert new(f"Thank you.\n\nAnn\n\n{block}\n\nold text\nmore\n") == "Thank you.\n\nAnn"


@pytest.mark.rule("MAIL-13")
def test_orange_quotes_its_header_block() -> None:
    text = "Merci\n\n> Message du 12/03/24 10:00\n> De : Shop\n> A : Ann\n> Objet : Colis\n> \n> ancien"
    assert new(text) == "Merci"


@pytest.mark.rule("MAIL-13")
@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (f"Yes please\n\n{MARK}\nWe wrote\nthis", "Yes please"),
        (f"Yes please\n\n{MARK.upper()}\nWe wrote", "Yes please"),
        (f"Yes please\n\nAm 12.03.2024 um 10:00 schrieb\nShop <{ALIAS}>:\n\n{MARK}\nWe wrote", "Yes please"),
        (f"> {MARK}\n> We wrote\n\nYes", "Yes"),
        (f"{MARK}\nWe wrote\n\nYes", f"{MARK}\nWe wrote\n\nYes"),  # nothing above it
        ("Yes\n-----\nRef.  7K3Q-9XWD\nold", "Yes"),
    ],
)
def test_own_marks_come_first(text: str, answer: str) -> None:
    assert new(text, MARK, ALIAS, "Ref. 7k3q-9xwd") == answer


@pytest.mark.rule("MAIL-13")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "Just text",
        "Two\n\nparagraphs\n",
        "> only\n> quoted",
        "> one?\nyes\n> two?\nno",  # answers between quotes
        "Hi\n\n> one?\n\nyes\n\n> two?",
        "On 3 May you wrote:\nall was well",  # a sentence: no date with digits in it
        "Il pacco non è arrivato.\nMaria ha scritto ieri:\nniente",
        "From: Paris\nit takes three days",
        "To: be or not",
        "From: Paris\nTo: Rome\nit takes three days",
        "--\nAnn Bee\nann@x.example",
        "a --> b",
        "-----\nmy signature",
    ],
)
def test_left_as_it_stands(text: str) -> None:
    assert split_reply(text).new == ((0, len(text)),)


@pytest.mark.rule("MAIL-13", "POL-1")
@pytest.mark.parametrize("head", [*ATTRIBUTIONS, *BLOCKS[:9]])
def test_where_nothing_is_left_only_the_header_lines_are_folded(head: str) -> None:
    """As with an answer that is a file: the header lines, which name addresses, are nobody's words."""
    for quote in ("> only\n> quoted", "maybe an answer\n\nmaybe not"):
        assert new(f"{head}\n\n{quote}\n") == quote
        assert new(f"\n\n{head}\n{quote}") == quote
    assert new(head) == head


@pytest.mark.rule("MAIL-13")
def test_text_on_both_sides_of_one_quote_is_new() -> None:
    text = "Hello,\n\nOn 12/03/2024 10:00, Shop wrote:\n> one?\n\nYes.\n\nAnn\n"
    assert [text[start:end] for start, end in split_reply(text).new] == ["Hello,\n", "Yes.\n\nAnn\n"]


def attributed(attribution: str) -> str:
    """The attribution as it stands beneath a mail that came from an alias."""
    return attribution.replace("shop@x.example", ALIAS)


@pytest.mark.rule("MAIL-13", "POL-1")
@pytest.mark.parametrize("attribution", [attributed(attribution) for attribution in ATTRIBUTIONS])
@pytest.mark.parametrize("marks", [(), (MARK, ALIAS)])
def test_an_attribution_that_names_the_alias_is_no_tail(attribution: str, marks: tuple[str, ...]) -> None:
    quote = f"> {MARK}\n>\n> We wrote\n> this"
    assert new(f"{attribution}\n{quote}\n\nThank you.\n\nAnn\n", *marks) == "Thank you.\n\nAnn"
    assert new(f"Thank you.\n\n{attribution}\n\n{quote}\n", *marks) == "Thank you."
    assert new(f"Hello,\n\n{attribution}\n\n{quote}\n\nYes.", *marks) == "Hello,\nYes."


@pytest.mark.rule("MAIL-13", "POL-1")
@pytest.mark.parametrize("attribution", [attributed(attribution) for attribution in ATTRIBUTIONS])
@pytest.mark.parametrize("answer", ["Yes please.", "Hi,\nyes please.", "Hi\n\nYes please.", "Hi"])
def test_an_answer_directly_above_an_attribution_is_new(answer: str, attribution: str) -> None:
    """Programs that leave no blank line, and HTML whose blocks stand one beneath the other."""
    assert new(f"{answer}\n{attribution}\n> old words\n> more of them\n", MARK, ALIAS) == answer


@pytest.mark.rule("MAIL-13", "POL-1")
@pytest.mark.parametrize("attribution", [*map(attributed, ATTRIBUTIONS), *ATTRIBUTIONS])
def test_of_answers_between_quotes_only_the_attribution_is_folded(attribution: str) -> None:
    answers = "> one?\n\nyes\n\n> two?\n>\n\nno\n\n> three?"
    text = f"See below.\n\n{attribution}\n\n{answers}\n"
    assert new(text, MARK, ALIAS) == f"See below.\n{answers}"
    assert new(f"{attribution}\n{answers}\n\nAnn", MARK, ALIAS) == f"{answers}\n\nAnn"


@pytest.mark.rule("MAIL-13", "POL-1")
@pytest.mark.parametrize(
    "rest", [f"{MARK}\nWe wrote", BLOCKS[0] + "\n\nold", "-----Original Message-----\nold"]
)
def test_of_answers_between_quotes_the_unmarked_rest_is_folded(rest: str) -> None:
    assert new(f"Hi\n> one?\nyes\n> two?\nno\n\n{rest}\n", MARK) == "Hi\n> one?\nyes\n> two?\nno"
    assert new(f"Hi\n> one?\nyes\n\n{rest}\n", MARK) == "Hi\n> one?\nyes"


@pytest.mark.rule("MAIL-13")
@pytest.mark.parametrize(
    "text",
    [
        f"Hello,\nI was told to write to {ALIAS} only.\nThe pot is broken.",
        f"{ALIAS}\nis where I should write. The pot is broken.",
        f"Hello,\n\nI wrote to <{ALIAS}>:\n\nno answer came.",
        f"Hello,\n\nmy addresses are:\n{ALIAS}\n\nAnn",
        f"Somebody at some time, {ALIAS}\nWe wrote",
    ],
)
def test_words_that_name_an_alias_stay_new(text: str) -> None:
    assert split_reply(text, own_marks=(MARK, ALIAS)).new == ((0, len(text)),)


@pytest.mark.rule("MAIL-13")
@pytest.mark.parametrize(
    "introduction",
    [
        f"Op di 12 mrt 2024 om 10:00 schreef Shop <{ALIAS}>:",
        f"Op di 12 mrt 2024 om 10:00 schreef A Very Long Shop Name <\n{ALIAS.upper()}>:",
        f"Shop <{ALIAS}>\nskrev den\n12 mars 2024:",
    ],
)
def test_above_a_quote_the_alias_shows_an_attribution_in_any_language(introduction: str) -> None:
    for quote in ("> old\n> text", f"{MARK}\nold text"):
        assert new(f"Yes.\n\n{introduction}\n\n{quote}", MARK, ALIAS) == "Yes."
    assert new(f"Yes.\n\n{introduction}\n\nold text", MARK, ALIAS) == f"Yes.\n\n{introduction}\n\nold text"
    assert new(f"Yes.\nDo tell:\n{introduction}\n> old", MARK, ALIAS).startswith("Yes.\nDo tell:")


@pytest.mark.rule("MAIL-13")
@pytest.mark.parametrize(("blanks", "answer"), [(MAX_BLANKS, "Yes."), (MAX_BLANKS + 1, "> old\n\nYes.")])
def test_blank_lines_between_an_attribution_and_its_quote(blanks: int, answer: str) -> None:
    text = ATTRIBUTIONS[0] + "\n" * (blanks + 1) + "> old\n\nYes."
    assert new(text) == answer


PIECES = st.sampled_from(
    [
        "text",
        "> quote",
        ">",
        "",
        " ",
        MARK,
        ATTRIBUTIONS[0],
        ATTRIBUTIONS[30],
        f"Shop <{ALIAS}>:",
        f"to {ALIAS}",
        BLOCKS[0],
        BLOCKS[10],
        "From: a",
        "On 1",
    ]
)


@pytest.mark.rule("MAIL-13")
@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=20).map("\n".join)))
def test_spans_are_ascending_and_within_the_text(text: str) -> None:
    spans = split_reply(text, own_marks=(MARK, ALIAS)).new
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= len(text)
    assert not text.strip() or new(text, MARK, ALIAS).strip()


@pytest.mark.rule("MAIL-13")
@given(st.lists(PIECES, max_size=20).map("\n".join))
def test_what_is_not_new_has_been_recognised(text: str) -> None:
    """Unmarked words are never folded unless something that begins a quote stands above them."""
    spans = split_reply(text, own_marks=(MARK, ALIAS)).new
    if "\n".join(line for line in text.split("\n") if line in ("text", "", f"to {ALIAS}")) == text:
        assert spans == ((0, len(text)),)


@pytest.mark.rule("MAIL-7")
@pytest.mark.parametrize(("lines", "answer"), [(MAX_LINES, "text"), (MAX_LINES + 1, "text\n>\n>")])
def test_a_text_of_too_many_lines_is_not_folded(lines: int, answer: str) -> None:
    text = "text\n" + "\n" * (lines - 3) + ">\n>"
    assert new(text).replace("\n" * (lines - 2), "\n") == answer


@pytest.mark.rule("MAIL-7", "MAIL-13")
@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "\n",
        ">",
        "> a\n",
        "On ",
        "On 1\n",
        "On 12/03/2024 10:00, x\n",
        "From: a\n",
        "From: a\n\n\n",
        "-",
        "----\n",
        "wrote:\n",
        "a@b wrote:\n",
        ":\n",
        "2024-01-01 @",
        "é: \n",
        "On ł\n",
        "> a\nb\n",
        "#\n",
        f"{ALIAS}\n",
        f"{ALIAS}:\n\n",
    ],
)
def test_large_hostile_texts_end(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    assert split_reply(text, own_marks=(MARK, ALIAS)).new
