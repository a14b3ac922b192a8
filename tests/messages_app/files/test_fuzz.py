"""Whatever bytes a file has, it gets an answer; what passes stays sound when it is cleaned (REL-4)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messages_app.files.clean import clean_file
from messages_app.files.identify import identify
from tests.messages_app.files.personal import FILES
from tests.messages_app.files.samples import SOUND

pytestmark = pytest.mark.rule("REL-4", "ATT-3")

FILES_TO_BREAK = {**SOUND, **{f"personal.{name}": content for name, content in FILES.items()}}


@st.composite
def broken_files(draw: st.DrawFn) -> tuple[str, bytes]:
    """A file with some bytes changed, cut out, doubled, or taken from another one."""
    name = draw(st.sampled_from(sorted(FILES_TO_BREAK)))
    content = bytearray(FILES_TO_BREAK[name])
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(content)))
        length = draw(st.integers(0, 40))
        how = draw(st.sampled_from(["set", "cut", "double", "other"]))
        if how == "set":
            content[at : at + length] = draw(st.binary(min_size=length, max_size=length))
        elif how == "cut":
            del content[at : at + length]
        elif how == "double":
            content[at:at] = content[at : at + length]
        else:
            other = FILES_TO_BREAK[draw(st.sampled_from(sorted(FILES_TO_BREAK)))]
            content[at:at] = other[at : at + length]
    return name, bytes(content)


@settings(max_examples=150, deadline=None)
@given(broken_files())
def test_a_broken_file_is_refused_or_passed_on_sound(file: tuple[str, bytes]) -> None:
    name, content = file
    what = clean_file(name, content)
    if what.identified.problem is None:
        assert what.identified.kind is not None
        assert identify(name, content if what.content is None else what.content).problem is None
    else:
        assert (what.content, what.preview, what.thumbnail) == (None, b"", b"")


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["a.pdf", "a.png", "a.gif", "a.jpg", "a.doc", "a.docx", "a.txt"]), st.binary(max_size=500)
)
def test_any_bytes_get_an_answer(name: str, content: bytes) -> None:
    clean_file(name, content)


@pytest.mark.parametrize("name", sorted(FILES_TO_BREAK))
def test_no_cut_of_a_file_ends_in_anything_but_an_answer(name: str) -> None:
    content = FILES_TO_BREAK[name]
    for kept in range(0, len(content), max(1, len(content) // 40)):
        clean_file(name, content[:kept])
