"""A mail of ours as a page: what stands where, rendered to subject, text and HTML by the templates.

All mails share one frame (templates/email/_frame.*): due time and reason first, then the words, the
buttons and the small print. `templates/email/<name>/` holds the words of each: subject.txt and body.txt,
and body.html where the HTML is more than the same paragraphs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from django.template.loader import render_to_string
from django.utils.translation import get_language, get_language_bidi

from messages_app.mail.marker import REPLY_MARKER


@dataclass(frozen=True, slots=True)
class Button:
    """A link that looks like a button; every one opens a page, nothing acts by itself (MAIL-30)."""

    label: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One mail. `name` is its folder in templates/email, `words` what those templates name."""

    name: str
    brand: str  # the marketplace
    rich: bool = False  # has a body.html of its own
    title: str = ""  # empty: the subject
    about: str = ""  # beside the brand: the order, or what it is about
    chip: str = ""  # the one thing that stops somebody: a due time
    facts: tuple[tuple[str, str], ...] = ()
    buttons: tuple[Button, ...] = ()  # the first is the filled one
    links: tuple[Button, ...] = ()  # small, at the end
    small_print: tuple[str, ...] = ()
    reference: str = ""  # the thread's code (MAIL-11)
    answerable: bool = False  # an answer reaches the other side: the marker stands on top
    words: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rendered:
    """The three parts that the templates give."""

    subject: str
    text: str
    html: str


def render_page(page: Page) -> Rendered:
    """Subject, text and HTML in the active language."""
    context = {
        **page.words,
        "page": {**asdict(page), "words": None},
        "marker": REPLY_MARKER if page.answerable else "",
        "language": get_language() or "en",
        "direction": "rtl" if get_language_bidi() else "ltr",
    }
    subject = " ".join(render_to_string(f"email/{page.name}/subject.txt", context).split())
    context["title"] = page.title or subject
    context["words_template"] = f"email/{page.name}/body.txt"
    context["words"] = _plain(render_to_string("email/_words.txt", context), keep=page.rich)
    context["html_body"] = f"email/{page.name}/body.html" if page.rich else "email/_paragraphs.html"
    text = render_to_string("email/_frame.txt", context)
    html = render_to_string("email/_frame.html", context)
    return Rendered(subject, text, html)


def _plain(text: str, *, keep: bool) -> str:
    """Words as a plain string, which HTML escapes. Our own get at most one empty line in a row; with `keep`
    they are somebody's and stay as they were written."""
    lines = str(text).strip("\n").split("\n")
    if not keep:
        lines = [line for line, before in zip(lines, ["", *lines], strict=False) if line or before]
    return "\n".join(lines)
