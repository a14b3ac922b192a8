"""Subjects without reply and forward marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.mail.subjects import bare_subject, telling_subjects


@pytest.mark.rule("MAIL-11")
@pytest.mark.parametrize(
    "subject",
    [
        "Your parcel",
        "Re: Your parcel",
        "RE:  your PARCEL ",
        "AW: Your parcel",
        "WG: AW: Your parcel",
        "Rif: R: I: Your parcel",
        "TR : Your parcel",
        "RÉP: Your parcel",
        "Odp.: Your parcel".replace(".", ""),
        "RV: Your parcel",
        "Re[2]: Fwd: Your parcel",
        "Re(3): Re^4: Your parcel",
        "回复：Your parcel",
        "Sv: Antw: VS: Your parcel",
    ],
)
def test_marks_and_spelling_make_no_difference(subject: str) -> None:
    assert bare_subject(subject) == "your parcel"


@pytest.mark.rule("MAIL-11")
@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Reorder: two more", "reorder: two more"),
        ("Regarding your order", "regarding your order"),
        ("Important: read this", "important: read this"),
        ("Re:", ""),
        ("", ""),
        ("Size: XL or L?", "size: xl or l?"),
    ],
)
def test_words_are_no_marks(subject: str, bare: str) -> None:
    assert bare_subject(subject) == bare


@given(st.text())
def test_any_subject_has_a_bare_form_that_is_settled(subject: str) -> None:
    bare = bare_subject(f"Re: {subject}")
    assert bare_subject(f"Fwd: Re: {subject}") == bare


@pytest.mark.rule("MAIL-11")
@pytest.mark.parametrize(
    ("subjects", "told"),
    [
        (["Is it green?"], ["Is it green?"]),
        (["  Is it\tgreen? "], ["Is it green?"]),
        (["Re: Is it green?"], ["Re: Is it green?"]),  # nothing before it says so
        (["Re:"], [""]),
        (["", "Is it green?"], ["", "Is it green?"]),
        (["", "Re: Message from Nils"], ["", ""]),
        (["Is it green?", "is it  GREEN?"], ["Is it green?", ""]),
        (["Is it green?", "AW: Is it green?", "And blue?"], ["Is it green?", "", "And blue?"]),
        (["Is it green?", "And blue?", "Is it green?"], ["Is it green?", "And blue?", ""]),
    ],
)
def test_what_a_subject_says_of_its_own(subjects: list[str], told: list[str]) -> None:
    assert telling_subjects(subjects) == told
