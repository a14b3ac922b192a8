"""Bytes of a mail to text: our own table of text charsets, a ladder, and what no text may hold (MAIL-6).

`codecs.lookup` never sees a name from outside: it knows codecs that are no charsets
(rot13, unicode_escape, idna), and some of them give lone surrogates or raise.
"""

from __future__ import annotations

import re

_CODECS: dict[str, str] = {
    **dict.fromkeys(
        ("usascii", "ascii", "ansix341968", "iso646us", "utf8", "utf8mb4", "unicode11utf8"), "utf-8"
    ),
    **dict.fromkeys(("utf7", "unicode11utf7"), "utf-7"),
    **dict.fromkeys(("utf16", "ucs2", "iso10646ucs2", "unicode"), "utf-16"),
    **dict.fromkeys(("utf16le",), "utf-16-le"),
    **dict.fromkeys(("utf16be",), "utf-16-be"),
    **dict.fromkeys(("utf32",), "utf-32"),
    **dict.fromkeys(("iso88591", "latin1", "l1", "iso885911987", "windows1252", "cp1252", "xansi"), "cp1252"),
    **{
        f"iso8859{number}": f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)
    },
    **{f"latin{n}": f"iso8859-{part}" for n, part in ((2, 2), (3, 3), (4, 4), (5, 9), (9, 15))},
    **dict.fromkeys(("iso88598i", "iso88598e"), "iso8859-8"),
    **dict.fromkeys(("iso88596i", "iso88596e"), "iso8859-6"),
    **{f"windows{page}": f"cp{page}" for page in (1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258)},
    **{f"cp{page}": f"cp{page}" for page in (1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258)},
    **{
        f"{kind}{page}": f"cp{page}" for kind in ("cp", "ibm") for page in (437, 850, 852, 855, 858, 866, 874)
    },
    **dict.fromkeys(("windows874", "tis620"), "cp874"),
    **dict.fromkeys(("koi8r", "koi8"), "koi8-r"),
    **dict.fromkeys(("koi8u", "koi8ru"), "koi8-u"),
    **dict.fromkeys(("macintosh", "macroman", "xmacroman"), "mac-roman"),
    **dict.fromkeys(("maccyrillic", "xmaccyrillic"), "mac-cyrillic"),
    **dict.fromkeys(("macce", "xmacce", "maccentraleurope", "xmaccentraleurroman"), "mac-latin2"),
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "cp936", "windows936", "xgbk", "euccn"), "gb18030"),
    **dict.fromkeys(("hzgb2312", "hz"), "hz"),
    **dict.fromkeys(("big5", "big5hkscs", "cp950", "xxbig5", "cnbig5"), "big5hkscs"),
    **dict.fromkeys(("eucjp", "xeucjp"), "euc-jp"),
    **dict.fromkeys(("shiftjis", "sjis", "xsjis", "cp932", "windows31j", "mskanji"), "cp932"),
    **dict.fromkeys(("iso2022jp", "csiso2022jp"), "iso2022_jp_ext"),
    **{f"iso2022jp{n}": f"iso2022_jp_{n}" for n in (1, 2, 3)},
    **dict.fromkeys(("euckr", "ksc56011987", "ksc5601", "cp949", "windows949", "uhc"), "cp949"),
    **dict.fromkeys(("iso2022kr",), "iso2022-kr"),
}
_WIDE = ("utf-16", "utf-16-le", "utf-16-be", "utf-32")

_LINE_ENDS = str.maketrans(
    {"\r": "\n", "\x0b": "\n", "\x0c": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"}
)
_UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def codec_of(charset: str) -> str | None:
    """The codec for a charset label as found in mails; None for what is no known text charset."""
    label = charset.partition("*")[0].strip(" \t\"'").partition(" ")[0].partition("(")[0]
    return _CODECS.get(re.sub(r"[^a-z0-9]", "", label[:40].lower()))


def decode_bytes(data: bytes, charset: str = "") -> str:
    """Decode by the ladder: declared charset, UTF-8, mostly intact multi-byte text, cp1252, Latin-1.

    Never raises. Two labels are not believed against the bytes: Latin-1 on valid UTF-8, and
    UTF-16 on bytes that are plain UTF-8.
    """
    codec = codec_of(charset)
    utf8 = _strict(data, "utf-8")
    if utf8 is not None and codec in (None, "utf-8", "cp1252"):
        return utf8
    if utf8 is not None and codec in _WIDE and b"\0" not in data:
        return utf8
    if codec is not None:
        declared = _strict(data, codec)
        if declared is not None:
            return declared
    return utf8 if utf8 is not None else _best_effort(data, codec or "utf-8")


def _strict(data: bytes, codec: str) -> str | None:
    try:
        text = data.decode(codec)
    except UnicodeError:
        return None
    return _SURROGATES.sub("\ufffd", text) if codec == "utf-7" else text  # the others never give any


def _best_effort(data: bytes, codec: str) -> str:
    """A damaged multi-byte text keeps its charset where more came through than broke."""
    if codec != "cp1252":
        text = data.decode(codec, "replace")
        broken = text.count("\ufffd")
        if sum(character > "\x7f" for character in text) > 2 * broken:
            return text
    text_1252 = _strict(data, "cp1252")
    return data.decode("latin-1") if text_1252 is None else text_1252


def clean_text(text: str) -> str:
    """LF line ends; no NUL, no controls but tab, no lone surrogates, no byte order marks. Linear."""
    joined = text.replace("\r\r\n", "\n").replace("\r\n", "\n").translate(_LINE_ENDS)
    return _UNWANTED.sub("", joined)


def clean_line(text: str, limit: int = 998) -> str:
    """One line of at most `limit` characters without controls, bidi marks and double blanks."""
    return " ".join(_BIDI.sub("", clean_text(text)).split())[:limit].rstrip()
