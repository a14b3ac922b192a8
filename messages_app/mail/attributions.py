"""How mail programs introduce what they quote, in en, fr, it, pl, de and es (MAIL-13).

Everything here looks at a bounded stretch from one line on, so that a scan over all lines is
linear. Comparison is on folded text: lower case, no accents.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

MAX_LINE = 500  # a longer line introduces nothing
_MAX_ATTRIBUTION_LINES = 5
_MAX_ATTRIBUTION = 700
_MAX_INTRODUCTION_LINES = 3
_MAX_BLOCK_LINES = 14
_LEAST_LABELS = 3
_MOST_OTHER_LINES = 2  # in a row: a folded list of recipients, an empty line between
_MAX_SEPARATOR = 120

_OPENERS = (
    # "On 12 March", "Le mar. 12 mars", "Il giorno", "W dniu", "Am Di., 12.", "El mar, 12"
    *("on ", "le ", "il ", "lun", "mar", "mer", "gio", "ven", "sab", "dom", "w dniu ", "dnia ", "am ", "el "),
    # Gmail in Polish begins with the weekday, older Gmail with the date
    *("pon", "pn", "wt", "sr", "czw", "pt", "sob", "nd", "niedz", "uzytkownik ", "wiadomosc napisana przez"),
    *("jeu", "sam", "dim", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "19", "20"),
    *("<", '"'),
)
_VERB = re.compile(
    r"\b(?:wrote|writes|a ecrit|ecrivait|ha scritto|scrive|pisze|napisal(?:\(a\)|a)?|napisana przez"
    r"|schrieb(?:en)?|geschrieben|escribio|ha escrito)(?:\b|(?<=\)))"
)
_ENDS_WITH_VERB = re.compile(rf"(?:{_VERB.pattern})\s?:$")
_ENDS_WITH_ADDRESS = re.compile(r"(?:19|20)\d\d[-/.]\d\d?[-/.]\d\d?.{0,300}@[^\s@]{1,200}>\s?:")
_DATE_OR_TIME = re.compile(
    r"\b\d{4}\b|\b\d{1,2}[:h]\d{2}\b|\b\d{1,2}\.\d{2}\b|\b\d{1,2}[./-]\d{1,2}[./-]|[^\s@]{1,64}@[^\s@]{1,255}"
)

_SENTENCE_END = re.compile(r"[a-z]{4}[.!?]$|[!?]$")  # what an attribution line is not broken after

_SEPARATOR_WORDS = re.compile(
    r"original (?:message|appointment|mail)|forwarded (?:message|by)|reply message"
    r"|message (?:d ?'? ?origine|original|initial|transfere|reexpedie)|courriel original"
    r"|messaggio (?:originale|inoltrato|originario)"
    r"|(?:oryginalna|przekazana|pierwotna) wiadomosc|wiadomosc (?:oryginalna|przekazana|pierwotna)"
    r"|(?:ursprungliche|originale|weitergeleitete) (?:nachricht|mail|e-mail)|original-?(?:nachricht|mail)"
    r"|mensaje (?:original|reenviado)"
)
_FORWARD_LINES = re.compile(
    r"begin forwarded message|debut du message (?:transfere|reexpedie)|inizio messaggio inoltrato"
    r"|poczatek przekazywanej wiadomosci|anfang der weitergeleiteten (?:nachricht|e-mail)"
    r"|inicio del mensaje reenviado|message du \d|--- ?original ?---"
)
_RULE = re.compile(r"[-_=\u2500\u2014*]{5,}")
_LABEL = re.compile(r"[*_ ]{0,3}([a-z][a-z. -]{0,18}?) ?[*_]{0,2} ?:[*_]{0,2}(?:\s|$)")
_LABELS = {
    **dict.fromkeys(
        ("from", "de", "da", "od", "von", "expediteur", "mittente", "nadawca", "absender"), "from"
    ),
    **dict.fromkeys(
        ("sent", "date", "envoye", "envoye le", "inviato", "inviato il", "data", "data invio"), "date"
    ),
    **dict.fromkeys(("wyslano", "wyslane", "wyslana", "gesendet", "gesendet am", "datum", "enviado"), "date"),
    **dict.fromkeys(("enviado el", "enviada el", "fecha", "sent at"), "date"),
    **dict.fromkeys(("to", "a", "do", "an", "para", "destinataire", "destinatario", "pour", "adresat"), "to"),
    **dict.fromkeys(
        ("cc", "copie", "copie a", "dw", "udw", "kopie", "kopia", "copia", "bcc", "cci", "ccn"), "cc"
    ),
    **dict.fromkeys(("reply-to", "odpowiedz do", "antwort an", "rispondi a", "responder a"), "reply"),
    **dict.fromkeys(("subject", "objet", "oggetto", "ogg", "temat", "betreff", "asunto", "sujet"), "subject"),
}
_LETTERS = str.maketrans({"\u2019": "'", "\u0142": "l", "\xa0": " ", "\u202f": " ", "\u2007": " "})


def fold(text: str) -> str:
    """Lower case without accents, plain blanks, for comparison only (the length may change)."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(character for character in plain if not unicodedata.combining(character))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text, looked at once."""

    text: str
    folded: str  # stripped; "" when the line is blank or too long to introduce anything
    blank: bool
    quoted: bool  # a ">" line
    label: str  # "from", "date", ... when it looks like a header line of a quoted mail


def read_lines(text: str) -> list[Line]:
    """The lines of a text (LF), ready for the functions below."""
    return [_read_line(line) for line in text.split("\n")]


def _read_line(text: str) -> Line:
    folded = fold(text).strip() if len(text) <= MAX_LINE else ""
    found = _LABEL.match(folded[:40]) if ":" in folded[:30] else None
    return Line(
        text=text,
        folded=folded,
        blank=not text.strip(),
        quoted=text[:4].lstrip().startswith(">"),
        label=_LABELS.get(found[1].strip(), "") if found else "",
    )


def attribution_length(lines: Sequence[Line], index: int) -> int:
    """How many lines from `index` on are one "On ... wrote:", breaks inside allowed; 0 for none.

    It needs a verb of writing, a colon at the end, and a date, a time or an address.
    """
    if not lines[index].folded.lstrip("*_[(").startswith(_OPENERS):
        return int(_is_name_first(lines[index].folded))
    joined = ""
    for count, line in enumerate(lines[index : index + _MAX_ATTRIBUTION_LINES], start=1):
        if not line.folded or line.quoted or len(joined) > _MAX_ATTRIBUTION:
            return 0
        joined = f"{joined} {line.folded}" if joined else line.folded
        if joined.endswith(":"):
            return count if _is_attribution(joined) else 0
        if _SENTENCE_END.search(line.folded[-8:]):
            return 0
    return 0


def introduction_length(lines: Sequence[Line], index: int, addresses: tuple[str, ...]) -> int:
    """How many lines from `index` on, three at most, name one of the folded `addresses` and end in a colon;
    0 for none. Above a quote that is an attribution, whatever its language. What ends a sentence, or has an
    attribution in one of ours right below, is an answer."""
    joined = ""
    for count, line in enumerate(lines[index : index + _MAX_INTRODUCTION_LINES], start=1):
        if not line.folded or line.quoted or (count > 1 and attribution_length(lines, index + count - 1)):
            return 0
        joined = f"{joined} {line.folded}"
        if joined.endswith(":"):
            return count if any(address in joined for address in addresses) else 0
        if _SENTENCE_END.search(line.folded[-8:]):
            return 0
    return 0


def _is_name_first(folded: str) -> bool:
    """ "Ann <ann@mail.example> wrote:", and not "I wrote to ann@mail.example:"."""
    return "@" in folded and bool(_ENDS_WITH_VERB.search(folded))


def _is_attribution(joined: str) -> bool:
    if _ENDS_WITH_ADDRESS.match(joined):
        return True
    return bool(_VERB.search(joined) and _DATE_OR_TIME.search(joined))


def is_separator(line: Line) -> bool:
    """ "-----Original Message-----" and its kin, "Begin forwarded message:" among them."""
    folded = line.folded.strip("*")
    if len(folded) > _MAX_SEPARATOR:
        return False
    if folded.startswith("--") and folded.rstrip(":").endswith("--"):
        return bool(_SEPARATOR_WORDS.search(folded))
    return bool(_FORWARD_LINES.match(folded)) and folded.endswith((":", "-", *"0123456789"))


def is_rule(line: Line) -> bool:
    """A line of dashes or underscores, as Outlook and others draw above the header block."""
    return bool(_RULE.fullmatch(line.folded))


def header_block_length(lines: Sequence[Line], index: int) -> int:
    """How many lines from `index` on are From:/Sent:/To:/Subject: lines; 0 for fewer than three kinds or
    without a From among them."""
    if lines[index].label not in ("from", "date"):
        return 0
    found: set[str] = set()
    length = misses = 0
    for count, line in enumerate(lines[index : index + _MAX_BLOCK_LINES], start=1):
        if line.label:
            found.add(line.label)
            length, misses = count, 0
        elif (misses := misses + 1) > _MOST_OTHER_LINES:
            break
    return length if len(found) >= _LEAST_LABELS and "from" in found else 0
