"""The text of a text/plain part: charset, format=flowed (RFC 3676), clear-signed text (RFC 9580, 7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from messages_app.mail.charsets import clean_text, decode_bytes

_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
_SIGNATURE_END = "-----END PGP SIGNATURE-----"
_ENCRYPTED = re.compile(r"^-----BEGIN PGP MESSAGE(?:, PART [0-9/]{1,9})?-----[ \t]*$", re.MULTILINE)


def plain_text(content: bytes, parameters: dict[str, str]) -> str:
    """Decoded text with LF line ends; flowed lines joined again."""
    text = clean_text(decode_bytes(content, parameters.get("charset", "")))
    if parameters.get("format", "").lower() == "flowed":
        return "\n".join(_joined(text.split("\n"), delete_space=parameters.get("delsp", "").lower() == "yes"))
    return text


def _joined(lines: Iterable[str], *, delete_space: bool) -> Iterator[str]:
    paragraph: list[str] = []
    open_depth = -1  # quote depth of the paragraph that waits for its next line
    for line in lines:
        depth = len(line) - len(line.lstrip(">"))
        text = line[depth:].removeprefix(" ")
        if paragraph and (depth != open_depth or text == "-- "):
            yield _quoted(open_depth, paragraph)
            paragraph = []
        open_depth = depth
        if text.endswith(" ") and text != "-- ":
            paragraph.append(text[:-1] if delete_space else text)
        else:
            yield _quoted(depth, [*paragraph, text])
            paragraph = []
    if paragraph:
        yield _quoted(open_depth, paragraph)


def _quoted(depth: int, pieces: list[str]) -> str:
    text = "".join(pieces)
    return ">" * depth + (" " + text if depth and text else text)


def is_encrypted(text: str) -> bool:
    """Whether an inline PGP message stands in the text, not quoted."""
    return "-----BEGIN PGP MESSAGE" in text and bool(_ENCRYPTED.search(text))


def without_signatures(text: str) -> tuple[str, bool]:
    """(clear-signed text without its armour, whether there was any): the signature names the signer."""
    if _SIGNED not in text or _SIGNATURE not in text:
        return text, False
    first, *blocks = text.split(_SIGNED)
    found = False
    out = [first]
    for block in blocks:
        body, signature, behind = block.partition(_SIGNATURE)
        found = found or bool(signature)
        out.append(_clear(body) + behind.partition(_SIGNATURE_END)[2] if signature else _SIGNED + block)
    return "".join(out), found


def _clear(body: str) -> str:
    """The text between the armour lines: hash fields cut off, dash escapes undone."""
    _, empty_line, text = body.partition("\n\n")
    return re.sub(r"(?m)^- ", "", text if empty_line else body)
