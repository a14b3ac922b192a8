"""What is typed into the search, and what is made of it (BOX-6)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.queries.search_snippets import LENGTH, says, shows_any, snippet_of
from messages_app.queries.search_text import LONGEST, MOST, MOST_CONDITIONS, Asked, Hint, Kind, read_search
from messages_app.wording.search import hint_words, part_words


def parts(asked: Asked) -> list[tuple[str, str]]:
    return [(chip.kind.value, chip.value) for chip in asked.chips]


@pytest.mark.rule("BOX-6")
@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("parcel", [("word", "parcel")]),
        ('"where is" it', [("phrase", "where is"), ("word", "it")]),
        ("“where is” it", [("phrase", "where is"), ("word", "it")]),
        ('"never closed', [("phrase", "never closed")]),
        ("from:Hannah TO:me", [("from", "Hannah"), ("to", "me")]),
        ('from:"Alder and Pine"', [("from", "Alder and Pine")]),
        ("order:304-1234567-1234567", [("order", "304-1234567-1234567")]),
        ("has:attachment is:unread", [("has", "attachment"), ("is", "unread")]),
        ("after:2026-03-01 before:2026-04-01", [("after", "2026-03-01"), ("before", "2026-04-01")]),
        ("colour:red", [("word", "colour:red")]),
        ("from: hello", [("word", "from:"), ("word", "hello")]),
        ("https://a.example/b", [("word", "https://a.example/b")]),
        ("", []),
        ("??? \0 \" \" ''", []),
    ],
)
def test_a_search_is_understood(text: str, understood: list[tuple[str, str]]) -> None:
    asked = read_search(text)
    assert parts(asked) == understood
    assert bool(asked) is bool(understood)
    assert asked.hints == []


@pytest.mark.rule("BOX-6")
@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("after:yesterday", Hint.DATE),
        ("before:2026-02-30", Hint.DATE),
        ("before:0001-01-01", Hint.DATE),
        ("before:9999-12-31", Hint.DATE),
        ("after:20260301", Hint.DATE),
        ("label:vip", Hint.LABEL),
        ("has:money", Hint.HAS),
        ("is:late", Hint.IS),
        (f"{'a ' * MOST}b", Hint.TOO_MUCH),
        (f"a {'b' * LONGEST}", Hint.TOO_MUCH),
    ],
)
def test_what_is_left_out_is_named(text: str, hint: Hint) -> None:
    asked = read_search(f"{text}")
    assert [one.hint for one in asked.hints] == [hint]
    assert hint_words(asked.hints[0])
    assert len(asked.chips) <= MOST


@pytest.mark.rule("BOX-6")
def test_limits_are_kept_to_the_edge() -> None:
    assert not read_search("a " * MOST).hints
    assert not read_search("b" * LONGEST).hints
    assert len(read_search("a,b," * 45).conditions) == MOST_CONDITIONS


@pytest.mark.rule("BOX-6")
def test_days_close_in_on_each_other() -> None:
    asked = read_search("after:2026-03-01 after:2026-03-05 before:2026-04-09 before:2026-04-01")
    assert (asked.after, asked.before) == (date(2026, 3, 5), date(2026, 4, 1))


@pytest.mark.rule("BOX-6")
def test_an_order_number_is_looked_for_whole_or_by_its_parts() -> None:
    [[whole, pieces]] = read_search("304-1234567-7654321").conditions
    assert whole == {"30412345677654321"}
    assert pieces == {"304", "1234567", "7654321"}


@pytest.mark.rule("BOX-6")
@given(st.text())
def test_whatever_is_typed_is_answered(text: str) -> None:
    asked = read_search(text)
    assert len(asked.conditions) <= MOST_CONDITIONS
    for chip in asked.chips:
        assert chip.kind in Kind
        part_words(chip)
    for hinted in asked.hints:
        assert hint_words(hinted)


@pytest.mark.rule("BOX-6")
def test_a_snippet_shows_the_place() -> None:
    text = f"{'before ' * 60}the parcels came {'after ' * 60}"
    pieces = snippet_of(text, {"parcel"})
    assert [piece.text for piece in pieces if piece.found] == ["parcels"]
    whole = "".join(piece.text for piece in pieces)
    assert whole.startswith("… before")
    assert whole.endswith("after …")
    assert len(whole) <= LENGTH + 4


@pytest.mark.rule("BOX-6")
def test_a_snippet_of_a_text_without_the_word_is_its_beginning() -> None:
    assert [(piece.text, piece.found) for piece in snippet_of("One\ntwo", {"three"})] == [("One two", False)]
    assert snippet_of("", {"three"}) == ()


@pytest.mark.rule("BOX-6")
@given(st.text(), st.sets(st.text(max_size=3)))
def test_any_text_has_a_snippet(text: str, wanted: set[str]) -> None:
    pieces = snippet_of(text, wanted)
    line = " ".join(text.split())
    assert (
        "".join(piece.text for piece in pieces).removeprefix("… ").removesuffix(" …") in line or "…" in line
    )
    assert any(piece.found for piece in pieces) <= shows_any(text, wanted)


@pytest.mark.rule("BOX-6")
@pytest.mark.parametrize(
    ("phrase", "stands"),
    [("is my", True), ("my is", False), ("parcel it", True), ("it", True), ("friday where", False)],
)
def test_a_phrase_stands_in_one_text(phrase: str, stands: bool) -> None:
    assert says(["Where is MY parcel? It should come.", "On Friday"], tuple(phrase.split())) is stands
