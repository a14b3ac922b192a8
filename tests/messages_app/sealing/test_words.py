"""How text is cut into words, folded and stemmed (BOX-6)."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from messages_app.sealing.searchable import (
    MAX_STEMMED,
    MAX_WORDS,
    Setting,
    name_words,
    plain_words,
    setting_words,
    text_words,
)
from messages_app.sealing.stems import likely_language, stems_of
from messages_app.sealing.words import MAX_LENGTH, fold, fold_word, humps_of, terms_of, words_of


@pytest.mark.rule("BOX-6")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("STRASSE", "Straße"),
        ("Größe", "grosse"),
        ("Łódź", "lodz"),
        ("cœur", "COEUR"),
        ("Ægir", "aegir"),
        ("Ørsted", "orsted"),
        ("déjà", "DEJA"),
        ("perché", "perche"),
        ("niño", "NINO"),
        ("żółć", "ZOLC"),
        ("İSTANBUL", "istanbul"),
        ("ısı", "ISI"),
        ("e\u0301te\u0301", "été"),
        ("ﬁn", "fin"),
        ("ＡＢＣ", "abc"),
        ("Zu\u00adstellung", "zustellung"),
        ("pa\u200bket", "paket"),
        ("ΣΊΣΥΦΟΣ", "σισυφος"),
    ],
)
def test_what_differs_by_case_and_accents_is_one_word(one: str, other: str) -> None:
    assert fold_word(one) == fold_word(other)


@pytest.mark.rule("BOX-6")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("L'article n'est pas là", ["l", "article", "n", "est", "pas", "la"]),
        ("24 cm, 3,5 kg!", ["24", "cm", "3", "5", "kg"]),
        ("<b>&amp;", ["b", "amp"]),
        ("", []),
        ("\u0301 … — 🎁", []),
        ("a\nb\tc", ["a", "b", "c"]),
    ],
)
def test_words_of_a_text(text: str, words: list[str]) -> None:
    assert [word.folded for word in words_of(text)] == words


@pytest.mark.rule("BOX-6")
@pytest.mark.parametrize(
    ("text", "wholes"),
    [
        ("404-1234567-1234567", {"40412345671234567"}),
        ("Order/404-1234567-1234567", {"order40412345671234567", "40412345671234567"}),
        ("code 0034 0434 1610 end", {"003404341610"}),
        ("e-mail", {"email"}),
        ("Invoice_2026-05.pdf", {"invoice202605pdf", "202605"}),
        ("JD014600003SE", set()),
        ("one two", set()),
        ("-".join(["long"] * 20), set()),
    ],
)
def test_what_is_joined_counts_as_a_whole_too(text: str, wholes: set[str]) -> None:
    assert {whole for term in terms_of(text) for whole in term.wholes} == wholes


@pytest.mark.rule("BOX-6")
@pytest.mark.parametrize(
    ("name", "pieces"),
    [
        ("InvoiceMay2026.pdf", ["invoice", "may", "2026"]),
        ("XMLFile.txt", ["xml", "file"]),
        ("photo.png", []),
        ("IMG2041.JPG", ["img", "2041"]),
    ],
)
def test_file_names_come_apart_at_their_humps(name: str, pieces: list[str]) -> None:
    assert list(humps_of(name)) == pieces


@pytest.mark.rule("BOX-6")
@given(st.text())
@example("ẞ")
@example("\u0345ά")
@example("ǅﬀİ")
def test_folding_twice_is_folding_once(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded


@pytest.mark.rule("BOX-6")
@given(st.text())
def test_the_words_of_words_are_themselves(text: str) -> None:
    words = [word.folded for word in words_of(text)]
    assert all(0 < len(word) <= MAX_LENGTH for word in words)
    again = [word.folded for word in words_of(" ".join(words))]
    assert again == words


@pytest.mark.rule("BOX-6")
@given(
    st.text(
        alphabet=st.characters(categories=["Lu", "Ll", "Nd"], max_codepoint=0x17F), min_size=1, max_size=20
    )
)
def test_a_word_is_found_however_it_is_written(word: str) -> None:
    [one] = words_of(f" {word}. ")
    [upper] = words_of(f"({word.swapcase()})")
    assert one.folded == fold_word(word)
    assert upper.folded == fold_word(word.swapcase())
    assert (one.start, one.end) == (1, 1 + len(word))


FORMS = {
    "en": ["parcel parcels", "deliver delivered delivering delivers", "refund refunds refunded refunding"],
    "fr": [
        "colis",
        "livraison livraisons",
        "remboursé remboursée remboursés rembourser",
        "cassé cassée casse",
    ],
    "it": ["spedizione spedizioni", "rotto rotta rotti rotte", "rimborso rimborsi"],
    "pl": ["paczka paczki paczkę paczkami", "zwrot zwrotu zwrotów", "zamówienie zamówienia zamowienia"],
    "de": ["Paket Pakete Paketen Paketes", "Rechnung Rechnungen", "Schuh Schuhe Schuhen"],
    "es": ["pedido pedidos pedida", "devolución devoluciones", "roto rotos rota rotas"],
}


@pytest.mark.rule("BOX-6")
@pytest.mark.parametrize("language", list(FORMS))
def test_forms_of_a_word_share_a_stem(language: str) -> None:
    for forms in FORMS[language]:
        stems = [stems_of(word, [language]) for word in words_of(forms)]
        assert set.intersection(*stems), forms


@pytest.mark.rule("BOX-6")
def test_numbers_and_short_words_have_no_stems() -> None:
    for text in ("12345", "ab", "abc123"):
        [word] = words_of(text)
        assert stems_of(word) == set()


@pytest.mark.rule("BOX-6")
@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is the parcel that you sent?", "en"),
        ("Où est le colis que vous avez envoyé ?", "fr"),
        ("Il pacco non è ancora arrivato, grazie", "it"),
        ("Wo ist das Paket? Ich warte auf die Lieferung.", "de"),
        ("Los zapatos no son los que pedí, gracias", "es"),
        ("Gdzie jest moja paczka?", "pl"),
        ("Sie ist nie angekommen, sagt sa Tochter", "de"),
        ("XYZ 123", ""),
        ("", ""),
    ],
)
def test_small_words_show_the_language(text: str, language: str) -> None:
    assert likely_language(word.folded for word in words_of(text)) == language


@pytest.mark.rule("BOX-6")
def test_words_of_a_message_are_bounded() -> None:
    words = text_words(
        "The subject", [" ".join(f"w{number}" for number in range(MAX_WORDS + 500))], ["file.pdf"], ["en"]
    )
    assert {"subject", "file", "pdf", "w0"} <= words
    assert MAX_WORDS <= len(words) <= MAX_WORDS + 10
    huge = text_words("", ["x" * 1_000_000], [], [])
    assert huge == {"x" * MAX_LENGTH}


@pytest.mark.rule("BOX-6")
@pytest.mark.parametrize(("before", "stems"), [(MAX_STEMMED - 1, {"parcel"}), (MAX_STEMMED, set())])
def test_far_in_a_long_text_a_word_is_found_as_it_is_written(before: int, stems: set[str]) -> None:
    words = text_words("", [" ".join([*(f"w{number}" for number in range(before)), "parcels"])], [], ["en"])
    assert {"w0", "parcels"} <= words
    assert words & {"parcel"} == stems


@pytest.mark.rule("BOX-6")
def test_marks_for_the_operators() -> None:
    setting = Setting(
        mine=False,
        author=("Hannah W.", "h4nn4h@marketplace.example"),
        other=("Alder",),
        order_number="304-0000001-0000002",
        has_files=True,
    )
    words = setting_words(setting)
    assert {"from:hannah", "from:h4nn4h", "to:alder", "to:me", "has:attachment", "order:304"} <= words
    assert {"hannah", "alder", "h4nn4h", "30400000010000002", "order:30400000010000002"} <= words
    assert not {"from:me", "from:marketplace", "from:alder"} & words
    assert name_words("Hannah W.") == {"hannah", "w"}
    assert plain_words("") == set()
