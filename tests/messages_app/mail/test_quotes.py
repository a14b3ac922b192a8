"""Whether a text quotes another (MAIL-11)."""

from __future__ import annotations

import pytest

from messages_app.mail.quotes import QuotedText, quoted_part

WORDS = [f"word{number}" for number in range(27)]  # 20 runs of eight
ORIGINAL = " ".join(WORDS)


@pytest.mark.rule("MAIL-11")
@pytest.mark.parametrize(("kept", "quotes"), [(27, True), (19, True), (18, False), (8, False), (0, False)])
def test_sixty_percent_of_the_runs_make_a_quote(kept: int, quotes: bool) -> None:
    assert QuotedText("Before it. " + " ".join(WORDS[:kept]) + " and after.").quotes(ORIGINAL) is quotes


@pytest.mark.rule("MAIL-11")
@pytest.mark.parametrize(("words", "quotes"), [(12, True), (11, False)])
def test_texts_below_twelve_words_are_quoted_by_chance(words: int, quotes: bool) -> None:
    text = " ".join(WORDS[:words])
    assert QuotedText(text).quotes(text) is quotes


@pytest.mark.rule("MAIL-11")
def test_line_breaks_quote_marks_and_case_make_no_difference() -> None:
    quoted = "> > " + ORIGINAL.upper().replace(" WORD9 ", "\n> > Word9,\n> >\n>> ")
    assert QuotedText(quoted).quotes(ORIGINAL)


@pytest.mark.parametrize(
    ("text", "new", "quoted"),
    [
        ("new\n> old\n", ((0, 4),), "> old\n"),
        ("> old\nnew\n> older", ((0, 18),), "> old\n> older"),
        ("all new", ((0, 7),), ""),
        ("all old", (), "all old"),
        ("top\nold\nend", ((0, 4), (8, 11)), "old\n"),
    ],
)
def test_quoted_is_what_is_not_new_and_what_carries_marks(
    text: str, new: tuple[tuple[int, int], ...], quoted: str
) -> None:
    assert "\n".join(line for line in quoted_part(text, new).split("\n") if line) == quoted.rstrip("\n")


def test_long_texts_cost_no_more_than_their_length() -> None:
    huge = "same " * 2_000_000
    assert not QuotedText(huge).quotes(ORIGINAL)
    assert QuotedText(ORIGINAL).quotes(huge) is False
