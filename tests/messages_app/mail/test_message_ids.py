from __future__ import annotations

import pytest

from messages_app.mail.message_ids import message_ids, reference_ids


@pytest.mark.rule("MAIL-11")
@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("", []),
        ("<a@b>", ["<a@b>"]),
        (" <a@b> <c@d>\t<e@f>", ["<a@b>", "<c@d>", "<e@f>"]),
        ("<a@b><c@d>", ["<a@b>", "<c@d>"]),
        ("<a@b>,<c@d>", ["<a@b>", "<c@d>"]),
        ('Your message of "Tue, 5 Mar" <a@b>', ["<a@b>"]),
        ("<a@ b>", ["<a@b>"]),
        ("<[a:b]@c>", ["<[a:b]@c>"]),
        ("<no-at>", ["<no-at>"]),
        ("a@b c@d", ["<a@b>", "<c@d>"]),
        ("nonsense", []),
        ("<>", []),
        ("<a@b", []),
        ("<a@<c@d>", ["<c@d>"]),
        ("=?us-ascii?Q?=3Ca=40b=3E?=", ["<a@b>"]),
        ("<a\x00@b\u2028>", ["<a@b>"]),
        ("<" + "a" * 996 + ">", ["<" + "a" * 996 + ">"]),
        ("<" + "a" * 997 + ">", []),
    ],
)
def test_ids_of_a_field(value: str, ids: list[str]) -> None:
    assert message_ids(value) == ids


@pytest.mark.rule("MAIL-11")
def test_in_reply_to_comes_first_and_references_from_the_right() -> None:
    assert reference_ids("<r1@x> <r2@x>", "<a@x> <b@x> <r1@x>") == ("<r1@x>", "<r2@x>", "<b@x>", "<a@x>")


@pytest.mark.rule("MAIL-7")
@pytest.mark.parametrize(("written", "kept"), [(49, 49), (50, 50), (51, 50)])
def test_at_most_fifty_ids_the_nearest_ones(written: int, kept: int) -> None:
    ids = reference_ids("", " ".join(f"<{n}@x>" for n in range(written)))
    assert len(ids) == kept
    assert ids[0] == f"<{written - 1}@x>"


@pytest.mark.parametrize("piece", ["<", "<>", "<a@b", "a@b ", "@ ", "<a b>"])
def test_large_hostile_values_end(piece: str) -> None:
    assert len(reference_ids("", piece * 100_000)) <= 50
