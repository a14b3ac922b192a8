"""HTML of mails: made safe to pass on and to show (MAIL-18), and rendered as plain text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape
from urllib.parse import unquote

import nh3

from messages_app.mail.html_text import html_to_text
from messages_app.mail.markup import Tag, scan_markup

__all__ = ["html_to_text", "sanitise_html"]

MAX_HTML_CHARACTERS = 1_000_000
MAX_HTML_TAGS = 20_000
MAX_HTML_ESCAPES = 50_000  # each starts a new piece of text, and pieces cost the square of their number
MAX_HTML_DEPTH = 400  # building the tree costs the square of its depth

_TAGS = frozenset(
    "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del"
    " dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark"
    " nav ol p pre q s samp section small span strike strong sub sup table tbody td tfoot th thead time tr"
    " tt u ul var wbr".split()
)
# Their content is no text of the writer's. (Of head, form and noscript only the element goes.)
_DROPPED_WITH_CONTENT = frozenset(
    "script style title template iframe object embed applet svg math select textarea button"
    " frameset noframes noembed xmp audio video canvas".split()
)
_BOX = frozenset({"align", "valign", "width", "height", "bgcolor"})
_ATTRIBUTES = {
    "*": {"style", "dir", "lang"},
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "font": {"color", "size", "face"},
    "ol": {"start", "type"},
    "table": {*_BOX, "border", "cellpadding", "cellspacing"},
    "tr": set(_BOX),
    "td": {*_BOX, "colspan", "rowspan"},
    "th": {*_BOX, "colspan", "rowspan"},
    "div": {"align"},
    "p": {"align"},
}
_STYLES = frozenset(
    "color background-color font-family font-size font-style font-weight line-height text-align"
    " text-decoration text-indent vertical-align white-space width max-width height margin margin-top"
    " margin-right margin-bottom margin-left padding padding-top padding-right padding-bottom padding-left"
    " border border-top border-right border-bottom border-left border-color border-style border-width"
    " border-collapse border-spacing".split()
)
# A value may call these and nothing else: every other function, escape or at-rule could load something.
_STYLE_LOADS = re.compile(r"[\\@<>]|/\*|(?<!rgb)(?<!rgba)(?<!hsl)(?<!hsla)\(", re.IGNORECASE)
_SURROGATES = re.compile("[\ud800-\udfff]")
_START_OR_END = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())


def sanitise_html(html: str, *, content_ids: Mapping[str, str], links: bool = True) -> str:
    """Safe HTML for the copy and the page: an allow-list, nothing that runs or loads (MAIL-18, SEC-5).

    `content_ids` maps the old content ids (without brackets) of the images that stay to their new ones; every
    other image becomes its alternative text. With `links` false anchors become text followed by their address
    (POL-2). Markup beyond MAX_HTML_* comes back as its text, escaped. Never raises; the same input gives the
    same output.
    """
    html = _SURROGATES.sub("\ufffd", html.replace("\0", ""))
    if _too_large(html):
        return _as_escaped_text(html)
    clean = nh3.clean(
        html,
        tags=set(_TAGS),
        clean_content_tags=set(_DROPPED_WITH_CONTENT),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=_attribute_filter(content_ids),
        filter_style_properties=set(_STYLES),
        url_schemes={"http", "https", "mailto", "cid"},
        url_relative="deny",
        link_rel="noopener noreferrer",
    )
    return _drop_empty_elements(clean, links=links)


def _too_large(html: str) -> bool:
    if len(html) > MAX_HTML_CHARACTERS or html.count("<") > MAX_HTML_TAGS:
        return True
    if html.count("&") + html.count("\xa0") > MAX_HTML_ESCAPES:
        return True
    depth = 0
    for closing, name in _START_OR_END.findall(html):
        # Only what was opened counts: a stray end tag must not buy depth for later.
        depth = max(depth - 1, 0) if closing else depth + (name.lower() not in _VOID)
        if depth > MAX_HTML_DEPTH:
            return True
    return False


def _as_escaped_text(html: str) -> str:
    return "<div>" + escape(html_to_text(html)).replace("\n", "<br>\n") + "</div>"


def _attribute_filter(content_ids: Mapping[str, str]) -> Callable[[str, str, str], str | None]:
    def keep(_tag: str, attribute: str, value: str) -> str | None:
        if attribute == "style":
            return None if _STYLE_LOADS.search(value) else value
        if attribute == "src":
            return _new_content_url(value, content_ids)
        if attribute == "href" and value.strip().lower().startswith("cid:"):
            return None
        return value

    return keep


def _new_content_url(value: str, content_ids: Mapping[str, str]) -> str | None:
    scheme, _, old = value.strip().partition(":")
    new = content_ids.get(unquote(old)) or content_ids.get(old)
    return f"cid:{new}" if scheme.lower() == "cid" and new else None


def _drop_empty_elements(clean: str, *, links: bool) -> str:
    """Images that lost their source become their alternative text; without `links` anchors become text."""
    if "<img" not in clean and (links or "<a" not in clean):
        return clean
    out: list[str] = []
    anchors: list[tuple[str, int]] = []  # address and where its text begins in `out`
    for piece in scan_markup(clean):
        source = clean[piece.start : piece.end]
        if not isinstance(piece, Tag):
            out.append(source)
        elif piece.name == "img" and "src" not in dict(piece.attributes):
            out.append(escape(dict(piece.attributes).get("alt", "")))
        elif piece.name == "a" and not links:
            _unlink(piece, out, anchors)
        else:
            out.append(source)
    return "".join(out)


def _unlink(tag: Tag, out: list[str], anchors: list[tuple[str, int]]) -> None:
    if not tag.closing:
        anchors.append((dict(tag.attributes).get("href", ""), len(out)))
    elif anchors:
        address, start = anchors.pop()
        shown = html_to_text("".join(out[start:]))
        if address and address.removeprefix("mailto:") not in shown:
            out.append(" " + escape(address))
