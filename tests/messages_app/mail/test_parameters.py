from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.mail.parameters import split_value


@pytest.mark.rule("MAIL-6")
@pytest.mark.parametrize(
    ("value", "main", "parameters"),
    [
        ("", "", {}),
        ("Text/Plain", "text/plain", {}),
        ("text/plain; charset=utf-8", "text/plain", {"charset": "utf-8"}),
        ("text/plain ; charset = utf-8 ;", "text/plain", {"charset": "utf-8"}),
        ("text/html charset=utf-8", "text/html", {"charset": "utf-8"}),
        ('a/b; charset="utf-8"; charset="koi8-r"', "a/b", {"charset": "utf-8"}),
        ('a/b; Boundary="=_x;y"', "a/b", {"boundary": "=_x;y"}),
        ('attachment; filename="a \\"b\\" c.pdf"', "attachment", {"filename": 'a "b" c.pdf'}),
        ('attachment; filename="a "b" c.pdf"', "attachment", {"filename": 'a "b" c.pdf'}),
        ('attachment; filename="C:\\dir\\x.pdf"', "attachment", {"filename": "C:\\dir\\x.pdf"}),
        ('attachment; filename="open.pdf', "attachment", {"filename": "open.pdf"}),
        ("attachment; filename=my file.pdf; size=3", "attachment", {"filename": "my file.pdf", "size": "3"}),
        ("attachment; filename*=utf-8''na%C3%AFve.pdf", "attachment", {"filename": "naïve.pdf"}),
        ("attachment; filename*=utf-8'de'%C3%A4.pdf", "attachment", {"filename": "ä.pdf"}),
        ("attachment; filename*=\"utf-8''%C3%A4.pdf\"", "attachment", {"filename": "ä.pdf"}),
        ("attachment; filename*=%C3%A4.pdf", "attachment", {"filename": "ä.pdf"}),
        ("attachment; filename*=x-none''%E4.pdf", "attachment", {"filename": "ä.pdf"}),
        ("a; filename*=iso-8859-1''%A3.pdf; filename=x.pdf", "a", {"filename": "£.pdf"}),
        ("a; filename=x.pdf; filename*=iso-8859-1''%A3.pdf", "a", {"filename": "£.pdf"}),
        ('a; filename*0="long "; filename*1="name.pdf"', "a", {"filename": "long name.pdf"}),
        ('a; filename*1="b.pdf"; filename*0="a"', "a", {"filename": "ab.pdf"}),
        ("a; filename*0*=utf-8''%C3; filename*1*=%A4; filename*2=.pdf", "a", {"filename": "ä.pdf"}),
        ('a; filename="=?utf-8?Q?=C3=A4.pdf?="', "a", {"filename": "ä.pdf"}),
        ("a; filename==?utf-8?Q?=C3=A4.pdf?=; x=1", "a", {"filename": "ä.pdf", "x": "1"}),
        ('a; filename="=?utf-8?Q?=C3=A4?= =?utf-8?Q?=C3=B6.pdf?="', "a", {"filename": "äö.pdf"}),
        ('a; filename*0="=?utf-8?B?w6Qu"; filename*1="cGRm?="', "a", {"filename": "ä.pdf"}),
        ("a; filename=ä.pdf", "a", {"filename": "ä.pdf"}),
        ('a; filename="x\x00.pdf\u202e"', "a", {"filename": "x.pdf"}),
        ("a; =; ;; x", "a", {}),
        ("a; name*=utf-8'", "a", {"name": "utf-8'"}),
    ],
)
def test_values_as_they_come(value: str, main: str, parameters: dict[str, str]) -> None:
    assert split_value(value) == (main, parameters)


@given(st.text(alphabet="ab;=\"'*\\ 01%?\t\xe9", max_size=60))
def test_any_value(value: str) -> None:
    split_value(value)


@pytest.mark.parametrize(
    "piece", [";", '"', "a=", "a=;", 'a="', "a*0=b;", "=?", " ", "\\", '" ', 'a="b" ', "aaaa"]
)
def test_large_hostile_values_end(piece: str) -> None:
    main, parameters = split_value("a/b;" + piece * (300_000 // len(piece)))
    assert main == "a/b"
    assert len(parameters) <= 200
