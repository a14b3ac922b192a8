"""Names as people write them: made fit to show, and kept from looking like the marketplace (ACC-9).

Values in, values out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

NOBODY = "Buyer"  # stands where a full name gives nothing to show
_TITLES = frozenset(
    "dr prof mr mrs ms miss sir herr frau m mme mlle sig signor signora pan pani sr sra".split()
)
_LEAST_CONTAINED = 4  # letters: a shorter protected name counts as a word of its own only
_LEAST_MISSPELLED = 6  # letters: from here on one slip of the pen still looks like it
_MOST_WORDS = 4  # of a name, looked at together: "Mar Ket Place" is seen

# What a reader takes for a Latin letter: capitals first, then small Cyrillic, Greek and Armenian
# letters, figures and signs. Unicode's own tables fold accents and forms (fullwidth, mathematical).
_CAPITALS = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX")
_SMALL = str.maketrans(
    "авсеһнігјкӏмопрѕтиԝхуԁԛ" + "αβγεηικνορτυχω" + "օսհոցզ" + "0134578$@!|€ıłøđħ",
    "abcehhirjklmonpstuwxydq" + "abyenikvoptuxw" + "ouhngq" + "oleastbsalleilodh",
)
# What leads outside: an address, a link, a path, the words for their signs, a number to call.
_AT = "at|arroba|arobase|chiocciola|klammeraffe|małpa"
_DOT = "dot|punkt|punto|point|kropka"
_CONTACT = re.compile(
    rf"""@|://|www\.|\.\w{{2,}}\b|\.\w+/|\w{{2,}}\s+\.\s*\w{{2,}}
    |[([{{<]\s*(?:{_AT}|{_DOT})\s*[])}}>]|\b(?:{_AT})\b.+\b(?:{_DOT})\b
    |(?:\d[\W_]*){{6,}}""",
    re.IGNORECASE | re.VERBOSE,
)
_SHORTENED = re.compile(r"\b(\w{1,4})\.(?=(\w)\w)(?!\w+/)")  # "J.Winter", "St.John"
_SAINTS = frozenset({"st", "ste"})

_KEPT_FORMAT = "\u200c\u200d"  # joiners: Persian, Indic scripts and emoji need them


def clean_line(text: str) -> str:
    """One line without control, bidi and other invisible characters, blanks run together (SEC-6).

    Goes into mail headers, pages and files, so what breaks or turns a line has no place in it.
    """
    kept = (" " if letter.isspace() else letter for letter in text if _is_visible(letter))
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())


def _is_visible(letter: str) -> bool:
    return letter.isspace() or letter in _KEPT_FORMAT or unicodedata.category(letter)[0] != "C"


def display_name_of(full_name: str) -> str:
    """The first name and the initial of the last one, "Hannah W." (ACC-9); at most 60 characters.

    A comma puts the last name first; titles are left out; an address is no name.
    """
    last, comma, first = clean_line(full_name).partition(",")
    words = (f"{first} {last}" if comma else last).split()
    names = [word for word in words if word.strip(".").casefold() not in _TITLES and word[0].isalpha()]
    if not names or "@" in full_name:
        return NOBODY
    if len(names) == 1:
        return names[0][:60]
    return f"{names[0][:57]} {names[-1][0].upper()}."


def leads_outside(name: str) -> bool:
    """Whether a name holds an address, a link or a phone number, however its letters are dressed (ACC-9)."""
    plain = "".join(map(_plain, unicodedata.normalize("NFKC", name)))
    return bool(_CONTACT.search(_SHORTENED.sub(_apart, plain)))


def _plain(letter: str) -> str:
    """A figure of any shape as 0 to 9, a full stop of any script as a dot, a low line as the blank that it
    stands for; what is not seen, nothing."""
    figure = unicodedata.digit(letter, None)
    if figure is not None:
        return str(figure)
    if letter in "。։۔।᙮":
        return "."
    if letter == "_":
        return " "
    return "" if unicodedata.category(letter) in ("Mn", "Me", "Cf") else letter


def _apart(shortened: re.Match[str]) -> str:
    """An initial, a title or a saint, with a blank behind its dot: no domain then."""
    word, follows = shortened[1], shortened[2]
    is_initial = len(word) == 1 and word.isupper()
    known = is_initial or word.casefold() in _TITLES | _SAINTS
    return f"{word}. " if known and follows.isupper() else shortened[0]


def skeleton(text: str) -> str:
    """What the eye reads: words of lower-case letters, look-alikes made one, `i` and `l` not told apart."""
    folded = unicodedata.normalize("NFKD", text.translate(_CAPITALS)).casefold().translate(_SMALL)
    letters = "".join(letter if letter.isalnum() else _gap(letter) for letter in folded)
    return " ".join(letters.split()).replace("rn", "m").replace("vv", "w").replace("i", "l")


def _gap(letter: str) -> str:
    """Accents and invisible characters leave nothing between letters, everything else a blank."""
    return "" if unicodedata.category(letter)[0] in "MC" else " "


def looks_like(name: str, protected: Iterable[str]) -> bool:
    """Whether `name` contains one of the protected names or could be taken for it (ACC-9).

    Seen through: letter case, accents, look-alike letters and figures, blanks and punctuation
    between letters, and in longer names one letter too many, too few, changed or swapped.
    """
    words = skeleton(name).split()
    return any(_reads_as(words, skeleton(one).replace(" ", "")) for one in protected)


def _reads_as(words: list[str], wanted: str) -> bool:
    if len(wanted) < _LEAST_CONTAINED:
        return bool(wanted) and wanted in words
    if wanted in "".join(words):
        return True
    return len(wanted) >= _LEAST_MISSPELLED and any(_one_slip(run, wanted) for run in _runs(words))


def _runs(words: list[str]) -> Iterator[str]:
    """Neighbouring words written together, up to a few."""
    for start in range(len(words)):
        for end in range(start + 1, min(start + _MOST_WORDS, len(words)) + 1):
            yield "".join(words[start:end])


def _one_slip(written: str, wanted: str) -> bool:
    """Whether one letter was left out, added, changed or swapped with its neighbour."""
    if written == wanted:
        return True
    short, long = sorted((written, wanted), key=len)
    if len(long) - len(short) > 1:
        return False
    at = next((place for place, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    swapped = long[:at] + long[at : at + 2][::-1] + long[at + 2 :]
    return short[at + 1 :] == long[at + 1 :] or short == swapped
