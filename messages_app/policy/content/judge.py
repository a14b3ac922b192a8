"""The content rules together: what is said where (POL-1 to POL-3, POL-5, POL-6)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from messages_app.policy.content.coded_emails import find_coded, holds_address
from messages_app.policy.content.emails import EmailFinder
from messages_app.policy.content.hits import Hit
from messages_app.policy.content.judged import Judged
from messages_app.policy.content.lexicon import CARRIER_HOSTS, PROGRAM_LINKS
from messages_app.policy.content.links import Link, find_links, read_target
from messages_app.policy.content.markup import read_markup
from messages_app.policy.content.normalise import View, joined, normalise, plain_view
from messages_app.policy.content.raw_emails import find_raw
from messages_app.policy.content.rules import CONTACT_EMAIL, CONTENT_RULES, EXTERNAL_LINK
from messages_app.policy.content.spaced import squeeze
from messages_app.policy.content.told_emails import find_told
from messages_app.policy.content.windows import AROUND, windows
from messages_app.policy.facts import ContentMatch, Place

EXCERPT_LENGTH = 120
MAX_FILE_NAMES = 50
MAX_MARKUP = 100_000  # characters of HTML source read whole
MAX_TARGETS = 200  # of its links
MAX_TARGET = 2_000  # characters of one

_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{2,5}$")
_PART_OR_MAIL = re.compile("[cm]id:", re.IGNORECASE)  # RFC 2392: neither names a mailbox
_PROGRAM_LINK = re.compile(rf"(?<![\w/])(?:{'|'.join(map(re.escape, PROGRAM_LINKS))})(?![^\s<>\"')\]])")
_RAW_ADDRESS = re.compile(r"(?<![\w.%+-])[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")


def judge(judged: Judged) -> tuple[ContentMatch, ...]:
    """Every match of the content rules, by place and position; the same for the same words.

    Spans are offsets into the field as it came (for file names: into that name). Takes time linear
    in the length of the words, within the bounds of `windows`.
    """
    return tuple(_Judge(judged).matches())


@dataclass(frozen=True, slots=True)
class _Found:
    rule: str
    start: int
    end: int
    sure: bool


class _Judge:
    def __init__(self, judged: Judged) -> None:
        self._judged = judged
        self._vouched: set[str] = set()  # hosts that the message also gives as a link that passes

    def matches(self) -> Iterator[ContentMatch]:
        judged = self._judged
        for name in judged.file_names[:MAX_FILE_NAMES]:
            yield from _report(Place.FILE_NAME, name, self._file_name(name))
        for link in judged.file_links:
            yield from _report(Place.FILE, link, self._file_link(link))
        yield from _report(Place.SUBJECT, judged.subject, self._text(judged.subject))
        markup = list(self._html(judged.html)) if judged.html else []
        yield from _report(Place.TEXT, judged.text, self._text(judged.text))
        yield from _report(Place.HTML, judged.html, markup)

    def _file_name(self, name: str) -> Iterator[_Found]:
        stem = _EXTENSION.sub("", name[:400])
        for found in self._words(plain_view(stem.replace("_", " "))):
            # "manual.de.pdf" names a language
            if found.rule == CONTACT_EMAIL or re.search(r"www|://|\.(?:com|net|org)\b", stem.lower()):
                yield found

    def _file_link(self, link: str) -> Iterator[_Found]:
        """A link of a document: one without scheme leads to the host or mailbox that it names."""
        read = normalise(plain_view(link[:MAX_TARGET]))
        if ":" in read.text and not read.text.lstrip().lower().startswith("mailto:"):
            yield from self._target(read)
        else:
            yield from self._words(plain_view(link[:MAX_TARGET]))

    def _text(self, text: str) -> Iterator[_Found]:
        looked = windows(text)
        for start, end in looked.spans:
            yield from self._words(plain_view(text[start:end], start))
        if looked.given_up_at is not None:
            yield _given_up(looked.given_up_at)
            yield from self._unjudged(text, looked.given_up_at)

    def _unjudged(self, text: str, position: int) -> Iterator[_Found]:
        """Plain addresses from where a text is no longer judged: a buyer's are masked there too (POL-2)."""
        for hit in find_raw(text, max(0, position - AROUND), self._is_own):
            yield _Found(CONTACT_EMAIL, hit.start, hit.end, hit.sure)

    def _html(self, source: str) -> Iterator[_Found]:
        looked = windows(source, MAX_MARKUP)
        for start, end in looked.spans:
            yield from self._markup(source[start:end], start)
        if looked.given_up_at is not None:
            yield _given_up(looked.given_up_at)
            yield from self._unjudged(source, looked.given_up_at)

    def _markup(self, source: str, offset: int) -> Iterator[_Found]:
        markup = read_markup(source)
        said = markup.said
        for target in markup.targets[:MAX_TARGETS]:
            place = normalise(target.part(0, min(len(target.text), MAX_TARGET)).moved(offset))
            if place.text.lstrip().lower().startswith("mailto:"):
                said.append(target)
            else:
                yield from self._target(place)
        for unread in markup.targets[MAX_TARGETS : MAX_TARGETS + 1]:
            yield _Found(EXTERNAL_LINK, *unread.moved(offset).origin(0, len(unread.text)), sure=False)
        for view in (markup.shown, markup.seen, joined(said)):
            if view is not None:
                yield from self._view(view.moved(offset))
        yield from self._unseen_addresses(source, offset)

    def _unseen_addresses(self, source: str, offset: int) -> Iterator[_Found]:
        """Addresses in comments and wherever else the source holds them, names of inline images and the ids
        of quoted mails aside."""
        for raw in _RAW_ADDRESS.finditer(source):
            local, _, host = raw.group().lower().rpartition("@")
            labels = host.split(".")
            own = any(self._is_own(local, ".".join(labels[:count])) for count in range(2, len(labels) + 1))
            named_part = _PART_OR_MAIL.search(source, max(0, raw.start() - 8), raw.start() + 4)
            if not own and not named_part and holds_address(raw.group()):
                yield _Found(CONTACT_EMAIL, raw.start() + offset, raw.end() + offset, sure=True)

    def _view(self, view: View) -> Iterator[_Found]:
        looked = windows(view.text)
        for start, end in looked.spans:
            yield from self._words(view.part(start, end))
        if looked.given_up_at is not None:
            yield _given_up(view.starts[looked.given_up_at])
            for found in self._unjudged(view.text, looked.given_up_at):
                yield _Found(found.rule, *view.origin(found.start, found.end), found.sure)

    def _target(self, view: View) -> Iterator[_Found]:
        if not view.text.strip() or _PROGRAM_LINK.fullmatch(view.text.strip()):
            return
        link = read_target(view.text)
        if link is not None and not self._link_passes(view, view.text.lower(), link):
            yield _Found(EXTERNAL_LINK, *view.origin(0, len(view.text)), sure=True)

    def _words(self, view: View) -> Iterator[_Found]:
        if not view.text.strip():
            return
        read = normalise(view)
        for shape in (read, squeeze(read)):
            if shape is not None:
                yield from self._shape(shape)

    def _shape(self, view: View) -> Iterator[_Found]:
        whole = _PROGRAM_LINK.sub(lambda link: " " * len(link.group()), view.text)
        text = whole.translate(_LOWER)
        emails = [*EmailFinder(text, self._is_own).find()]
        rest = _blank(text, emails)
        cased = _blank(whole, emails)
        emails += [*find_told(rest), *find_coded(cased)]
        for hit in emails:
            if not hit.allowed:
                yield _Found(CONTACT_EMAIL, *view.origin(hit.start, hit.end), sure=hit.sure)
        for link in find_links(_blank(rest, emails), _blank(cased, emails)):
            if not self._link_passes(view, text, link):
                yield _Found(EXTERNAL_LINK, *view.origin(link.start, link.end), sure=link.sure)

    def _is_own(self, local: str, host: str) -> bool:
        return f"{local}@{host}" in self._judged.own_addresses or host in self._judged.alias_domains

    def _link_passes(self, view: View, text: str, link: Link) -> bool:
        return not _looks_only(view, text, link) and self._passes(link)

    def _passes(self, link: Link) -> bool:
        """POL-3: the marketplace's own in any notation, carriers and the reason's hosts by https."""
        if link.user:
            return False
        if _within(link.host, self._judged.marketplace_domains):
            return True
        allowed = self._judged.https_hosts | (CARRIER_HOSTS if self._judged.carriers else frozenset())
        if link.scheme == "https" and not (link.spelled or link.port) and _within(link.host, allowed):
            self._vouched.add(link.host.removeprefix("www."))
            return True
        return not link.scheme and not link.spelled and link.host.removeprefix("www.") in self._vouched


def _given_up(position: int) -> _Found:
    """A text with more signs of contact than can be judged in time is for a person (POL-7)."""
    return _Found(CONTACT_EMAIL, position, position + 1, sure=False)


def _within(host: str, domains: Iterable[str]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def _blank(text: str, hits: list[Hit]) -> str:
    """The text with the hits' places emptied, so that nothing is read into them twice."""
    parts, done = [], 0
    for hit in sorted(hits, key=lambda hit: hit.start):
        if hit.end > done and not hit.open:
            start = max(hit.start, done)
            parts += [text[done:start], " " * (hit.end - start)]
            done = hit.end
    return "".join([*parts, text[done:]])


def _looks_only(view: View, text: str, link: Link) -> bool:
    """Whether the host only looks like what it shows, letters of other alphabets being in it."""
    at = text.find(link.host, link.start)
    return view.is_folded(link.start, link.end) if at < 0 else view.is_folded(at, at + len(link.host))


def _report(place: Place, original: str, found: Iterable[_Found]) -> list[ContentMatch]:
    """Matches in order, without those that lie within a surer or larger one of the same rule; what
    overlaps is one. All of them: what is masked goes by them."""
    kept: list[_Found] = []
    items = list(found)
    for rule in CONTENT_RULES:
        end = -1
        mine = sorted((f for f in items if f.rule == rule), key=lambda f: (f.start, not f.sure, -f.end))
        for item in mine:
            if item.start >= end:
                kept.append(item)
                end = item.end
            elif item.end > end:
                kept[-1] = _Found(rule, kept[-1].start, item.end, kept[-1].sure or item.sure)
                end = item.end
            elif item.sure and not kept[-1].sure:
                kept[-1] = item
    return [
        ContentMatch(
            rule=item.rule,
            place=place,
            start=item.start,
            end=item.end,
            excerpt=original[item.start : item.end][:EXCERPT_LENGTH],
            sure=item.sure,
        )
        for item in sorted(kept, key=lambda f: f.start)
    ]
