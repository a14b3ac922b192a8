"""Whether bytes are plain text, and text that is something else under a text's name."""

from __future__ import annotations

import codecs
import re

from messages_app.files.kinds import Problem

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# cp1252 is what Western Windows writes and covers Latin-1 and Latin-9; cp1250 Polish Windows
_LEGACY = ("cp1252", "cp1250")
_NOT_IN_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
# What a browser takes for HTML or XML at the start of a file (WHATWG MIME Sniffing, 7.1)
_MARKUP_START = re.compile(
    r"\s*<(?:(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p)[\s>]"
    r"|!--|\?xml|\?php|\?=|%|svg[\s>])",
    re.IGNORECASE,
)
_SHEBANG = re.compile(r"#!\s*/")
_BATCH = re.compile(r"\s*@echo\s+off\b", re.IGNORECASE)


def decode_text(content: bytes) -> str | None:
    """The text of a .txt file, None when it is none: UTF-8, UTF-16 with BOM, else cp1252 or cp1250.

    Text holds no NUL and no controls but tab, line ends and form feed.
    """
    text = _decode(content)
    return None if text is None or _NOT_IN_TEXT.search(text) else text


def inspect_text(text: str) -> Problem | None:
    """A web page, script or other document of pure text is no plain text, whatever its name."""
    if text.startswith(("{\\rtf", "%!PS")):
        return Problem.NOT_ALLOWED_TYPE
    if _MARKUP_START.match(text) or _SHEBANG.match(text) or _BATCH.match(text):
        return Problem.SCRIPT
    lower = text.lower()
    if _encloses(lower, "<script", "</script") or _encloses(lower, "<html", "</html"):
        return Problem.SCRIPT
    return None


def _encloses(text: str, opening: str, closing: str) -> bool:
    """Whether a whole element stands somewhere; naming a tag in a sentence is not one."""
    start = text.find(opening)
    return start >= 0 and text.find(closing, start) >= 0


def _decode(content: bytes) -> str | None:
    codecs_to_try = [codec for bom, codec in _BOMS if content.startswith(bom)] or ["utf-8"]
    if codecs_to_try == ["utf-8"] and _mostly_ascii(content):
        codecs_to_try += _LEGACY
    for codec in codecs_to_try:
        try:
            return content.decode(codec)
        except UnicodeDecodeError:
            continue
    return None


def _mostly_ascii(content: bytes) -> bool:
    """Whether letters beyond ASCII are the smaller part, as in every text of a Latin script."""
    return len(content.decode("ascii", "ignore")) * 2 >= len(content)
