"""Any combination of disguises of any address is seen through, in linear time (POL-5)."""

import base64
import codecs
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messages_app.policy.content import Judged, judge
from messages_app.policy.content.windows import BUDGET, WHOLE, windows

if TYPE_CHECKING:
    from _typeshed import TraceFunction

WORD = st.text("abcdefghijklmnoprstuvwz", min_size=3, max_size=9)
NAMES = st.tuples(WORD, st.sampled_from(["", ".", "_"]), WORD, st.sampled_from(["", "7", "82", "1990"])).map(
    "".join
)
HOSTS = st.sampled_from(
    [
        "gmail.com",
        "gmx.de",
        "libero.it",
        "wp.pl",
        "orange.fr",
        "terra.es",
        "mail.example.org",
        "firm-a.example",
    ]
)
ATS = [
    "@",
    " @ ",
    "(at)",
    " [at] ",
    " (arobase) ",
    " chiocciola ",
    " małpa ",
    " Klammeraffe ",
    " arroba ",
    "&#64;",
    "%40",
    "＠",
    " at ",
]
DOTS = [
    ".",
    " dot ",
    " (dot) ",
    "[.]",
    "．",
    "&#46;",
    "%2E",
    " . ",
    " Punkt ",
    " punto ",
    " kropka ",
    "(point)",
]
LOOKALIKES = str.maketrans("aeopcx", "аеорсх")


def with_lookalikes(text: str) -> str:
    return text.translate(LOOKALIKES)


def with_invisibles(text: str) -> str:
    return "\u200b".join(text)


def in_capitals(text: str) -> str:
    return text.upper() if "&#" not in text else text


def as_it_is(text: str) -> str:
    return text


DISGUISES: list[Callable[[str], str]] = [as_it_is, with_lookalikes, with_invisibles, in_capitals]


def emails(text: str) -> list[str]:
    return [match.excerpt for match in judge(Judged(text=text)) if match.rule == "contact_email"]


@pytest.mark.rule("POL-5")
@given(
    NAMES,
    HOSTS,
    st.sampled_from(ATS),
    st.sampled_from(DOTS),
    st.lists(st.sampled_from(DISGUISES), max_size=2),
    st.sampled_from(["", "Contact: ", "Bonjour, ", "\n\n"]),
)
@settings(max_examples=400, deadline=None)
def test_any_combination_is_found(
    local: str, host: str, at: str, dot: str, disguises: list[Callable[[str], str]], lead: str
) -> None:
    text = f"{local}{at}{host.replace('.', dot)}"
    for disguise in disguises:
        if "&#" not in text and "%" not in text:  # an escape with a foreign letter in it is none
            text = disguise(text)
    assert emails(f"{lead}{text}\nThank you")


@pytest.mark.rule("POL-5")
@given(NAMES, HOSTS)
@settings(max_examples=100, deadline=None)
def test_codes_are_undone(local: str, host: str) -> None:
    address = f"{local}@{host}"
    coded = base64.b64encode(address.encode()).decode()
    assert emails(f"decode {coded} please")
    assert emails(f"hex: {address.encode().hex()}")
    assert emails("numbers: " + " ".join(str(ord(letter)) for letter in address))
    assert emails(f"rot13: {codecs.encode(address, 'rot13')}")
    assert emails(f"{address[::-1]} read backwards")
    assert emails(" ".join(address))


@pytest.mark.rule("POL-1")
@given(st.text(max_size=400), st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_it_and_spans_lie_within(text: str, html: str) -> None:
    for match in judge(Judged(text=text, html=html, subject=html, file_names=(text,))):
        assert 0 <= match.start < match.end
        assert len(match.excerpt) <= 120


@pytest.mark.rule("POL-5")
@given(st.text("<>ab\"'=!-/ @.com&#;\u202e\n", max_size=300))
@settings(max_examples=300, deadline=None)
def test_no_markup_breaks_it(html: str) -> None:
    for match in judge(Judged(html=html)):
        assert match.excerpt == html[match.start : match.end][:120]


def steps(call: Callable[[], object]) -> int:
    """How many lines of Python a call runs: a measure of work that no other process disturbs."""
    count = 0

    def trace(frame: FrameType, event: str, arg: object) -> "TraceFunction":
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


HARD = [
    "@", "a@", "a.b@", "at ", "john at ", "(at) ", "gmail ", "http://", ".com ", " .com", "a,a,", "dot ",
    "&#64;", "\u202ea", "\u200b", "а", "j o h n ", "<", "<a ", "<b>", "64 ", "x.it a ",
]  # fmt: skip


@pytest.mark.rule("POL-5")
@pytest.mark.parametrize("unit", HARD)
def test_work_grows_with_the_text_and_no_faster(unit: str) -> None:
    def work(size: int) -> int:
        text = unit * (size // len(unit))
        return steps(lambda: judge(Judged(text=text, html=text)))

    work(1000)
    small, large = work(1500), work(6000)
    assert large <= 6 * small + 2000


def seconds(call: Callable[[], object]) -> float:
    """Processor time of the fastest of three calls."""
    taken = []
    for _ in range(3):
        before = time.process_time()
        call()
        taken.append(time.process_time() - before)
    return min(taken)


@pytest.mark.rule("POL-5")
@pytest.mark.parametrize("unit", HARD)
def test_patterns_do_not_search_again_and_again(unit: str) -> None:
    """Four times the text may not take sixteen times the time; both lie within what is judged whole."""

    def work(size: int) -> float:
        text = unit * (size // len(unit))
        return seconds(lambda: judge(Judged(text=text)))

    assert work(WHOLE) <= 10 * work(WHOLE // 4)


@pytest.mark.rule("POL-5")
def test_what_lies_behind_the_beginning_is_found() -> None:
    filler = "All is well with the parcel and the order. " * 30_000
    text = f"{filler} write to john@gmail.com or see https://shop.example/ {filler}"
    matches = judge(Judged(text=text))
    assert [(match.rule, match.sure) for match in matches] == [
        ("contact_email", True),
        ("external_link", True),
    ]
    assert matches[0].excerpt == "john@gmail.com"
    assert judge(Judged(text=filler)) == ()


@pytest.mark.rule("POL-7")
def test_more_signs_than_can_be_judged_are_for_a_person() -> None:
    matches = judge(Judged(text="5 @ 3.00 " * 200_000))
    assert [(match.rule, match.sure) for match in matches] == [("contact_email", False)]


@pytest.mark.parametrize("unit", ["@", "a@b ", "www.", "x", ".com "])
def test_windows_never_cover_more_than_the_budget(unit: str) -> None:
    looked = windows(unit * 1_000_000)
    assert sum(end - start for start, end in looked.spans) <= WHOLE + BUDGET
    assert all(left[1] <= right[0] for left, right in zip(looked.spans, looked.spans[1:], strict=False))


@pytest.mark.parametrize(("size", "spans"), [(WHOLE, ((0, WHOLE),)), (WHOLE + 1, ((0, WHOLE),))])
def test_a_text_up_to_the_bound_is_judged_whole(size: int, spans: tuple[tuple[int, int], ...]) -> None:
    assert windows("x" * size).spans == spans
