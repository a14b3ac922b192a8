"""Whether From is proven, by the Authentication-Results of one's own edge (MAIL-10; RFC 8601, 7489).

Fails closed: an instance that is not exactly ours, or that cannot be read whole, proves nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import idna
import tldextract

# Offline on purpose: the list that comes with the package, no cache folder, no network.
_SUFFIXES = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)

_MAX_VALUE = 20_000
_AUTHSERV = re.compile(r'\s*("[^"]{1,255}"|[^\s;"=]{1,255})(?:\s+\d+)?\s*')
_METHOD = re.compile(r"([a-z0-9][a-z0-9_-]*)(?:/\d+)?=([a-z]+)", re.IGNORECASE)
_PROPERTY = re.compile(r"([A-Za-z0-9._-]+)=(.*)", re.DOTALL)
_TOKEN = re.compile(r'(?:[^\s";]|"[^"]*")+')
# The properties that name the domain which a method has proven, the first that is there.
_ALIGNED_BY = {"dkim": ("header.d", "header.i"), "spf": ("smtp.mailfrom",)}


@dataclass(frozen=True, slots=True)
class _Result:
    method: str  # lower case
    result: str  # lower case
    properties: dict[str, str]  # "header.d" -> value


def is_proven_domain(values: tuple[str, ...], *, authserv_id: str, from_domain: str) -> bool:
    """Whether these header values prove a From address of `from_domain`.

    Only instances whose authserv-id is `authserv_id` (in any letter case) count. DMARC must name
    the From domain itself; DKIM (d=, else i=) and SPF (smtp.mailfrom) must be aligned with it by
    organizational domain. A DMARC failure for the domain outweighs every pass.
    """
    domain = _ascii_domain(from_domain)
    wanted = authserv_id.strip().lower()
    if not domain or not wanted:
        return False
    results = [result for value in values for result in _own_results(value, wanted)]
    dmarc = [(r.result, _names(r, "header.from")) for r in results if r.method == "dmarc"]
    if ("fail", domain) in dmarc or ("fail", "") in dmarc:
        return False
    if ("pass", domain) in dmarc:
        return True
    passed = [r for r in results if r.result == "pass" and r.method in _ALIGNED_BY]
    return any(is_aligned(_names(result, *_ALIGNED_BY[result.method]), domain) for result in passed)


def is_aligned(domain: str, from_domain: str) -> bool:
    """Relaxed alignment (RFC 7489, 3.1): the same organizational domain, public suffixes excluded."""
    if not domain or not from_domain:
        return False
    return domain == from_domain or (
        organizational_domain(domain) == organizational_domain(from_domain) != ""
    )


def organizational_domain(domain: str) -> str:
    """One label below the public suffix; "" for a suffix itself. An unlisted top level is a suffix."""
    found = _SUFFIXES.extract_str(domain)
    if found.suffix:
        return found.top_domain_under_public_suffix
    return ".".join(domain.split(".")[-2:]) if "." in domain else ""


def _names(result: _Result, *properties: str) -> str:
    """The domain of the first of these properties that is there: `d`, `@d` and `a@d` alike."""
    value = next((result.properties[name] for name in properties if name in result.properties), "")
    return _ascii_domain(value.strip("<>").rpartition("@")[2])


def _ascii_domain(domain: str) -> str:
    """Lower-case A-labels without a final dot; "" for what is no domain name."""
    plain = domain.strip().removesuffix(".").lower()
    if not plain.isascii():
        try:
            plain = idna.encode(plain, uts46=True).decode("ascii")
        except idna.IDNAError:
            return ""
    labels = plain.split(".")
    return plain if all(re.fullmatch(r"[a-z0-9_-]{1,63}", label) for label in labels) else ""


def _own_results(value: str, authserv_id: str) -> list[_Result]:
    """All results of one instance, if it is ours and can be read whole; else none."""
    text = _without_comments(value) if len(value) <= _MAX_VALUE else None
    sections = _sections(text) if text is not None else None
    if not sections:
        return []
    server = _AUTHSERV.fullmatch(sections[0])
    if server is None or server[1].strip('"').lower() != authserv_id:
        return []
    results = [_result(section) for section in sections[1:] if section.strip().lower() not in ("", "none")]
    return [r for r in results if r is not None] if None not in results else []


def _without_comments(value: str) -> str | None:
    """The value with each comment as one blank; None when quotes or brackets do not match."""
    out: list[str] = []
    depth, quoted, escaped = 0, False, False
    for character in value:
        if escaped:
            escaped = False
            if depth == 0:
                return None  # escapes outside comments are legal, rare, and not worth a doubt
        elif character == "\\":
            escaped = True
        elif depth == 0 and character == '"':
            quoted = not quoted
            out.append(character)
        elif character == "(" and not quoted:
            depth += 1
        elif character == ")" and not quoted:
            depth -= 1
            if depth < 0:
                return None
            out.append(" " if depth == 0 else "")
        elif depth == 0:
            out.append(character)
    return None if depth or quoted or escaped else "".join(out)


def _sections(text: str) -> list[str]:
    """The text between semicolons, quoted strings left whole."""
    sections = [""]
    for index, piece in enumerate(text.split('"')):
        if index % 2:
            sections[-1] += f'"{piece}"'
        else:
            head, *rest = piece.split(";")
            sections[-1] += head
            sections.extend(rest)
    return sections


def _result(section: str) -> _Result | None:
    """`method=result [reason=..] property=value ...`; None when anything else stands in it."""
    tokens = _TOKEN.findall(" ".join(section.split()).replace(" =", "=").replace("= ", "="))
    head = _METHOD.fullmatch(tokens[0]) if tokens else None
    if head is None:
        return None
    properties: dict[str, str] = {}
    for token in tokens[1:]:
        found = _PROPERTY.fullmatch(token)
        if found is None or found[1].lower() in properties:
            return None
        properties[found[1].lower()] = found[2].strip('"')
    return _Result(head[1].lower(), head[2].lower(), properties)
