"""The MIME tree of a mail, from any bytes, within bounds (MAIL-6, MAIL-7; RFC 2045, 2046).

Why not `email.parser`: its time grows with depth times lines, and its parameter scanner with the
square of a part's header. This reader works on offsets into one buffer, looks at each byte a fixed
number of times per nesting level, and stops at the bounds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from messages_app.mail.fields import Fields, first, head_bounds, read_fields
from messages_app.mail.parameters import split_value
from messages_app.mail.parsed import Obstacle
from messages_app.mail.transfer import decode_transfer

MAX_NESTING = 20  # multiparts and enclosed messages inside one another, the outermost included
MAX_PARTS = 200  # parts of all levels together, the outermost entity not counted

_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
_EVIDENT_BOUNDARY = re.compile(
    rb"^--([^\s-][^\r\n]{0,120}?)[ \t]{0,20}\r?\nContent-[A-Za-z-]+:", re.MULTILINE | re.IGNORECASE
)
_MESSAGE_KINDS = ("message/rfc822", "message/global")
_ONCE = ("from", "subject", "message-id", "content-type", "date")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One node of the tree: a leaf with its decoded bytes, or a container with its children."""

    fields: Fields
    kind: str  # "text/plain", lower case
    parameters: dict[str, str]  # of Content-Type, decoded
    disposition: str  # "attachment", "inline", "" or what was written, lower case
    name: str  # file name, decoded; "" when none was given
    content: bytes = b""
    children: tuple[Entity, ...] = ()

    @property
    def main_kind(self) -> str:
        """The type without its subtype: "text", "multipart"."""
        return self.kind.partition("/")[0]


@dataclass(slots=True)
class Survey:
    """What was met on the way through one mail."""

    parts: int = 0
    obstacles: list[Obstacle] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)

    def defect(self, code: str) -> None:
        """Note a defect once."""
        if code not in self.defects:
            self.defects.append(code)


@dataclass(frozen=True, slots=True)
class _Region:
    """Part of a buffer, and at which level of nesting it stands."""

    raw: bytes
    start: int
    end: int
    level: int


def read_tree(raw: bytes) -> tuple[Entity, Survey]:
    """The MIME tree of a mail and what was met in it. Never raises."""
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    survey = Survey()
    return _entity(_Region(raw, 0, len(raw), 1), survey, default="text/plain"), survey


def _entity(region: _Region, survey: Survey, *, default: str) -> Entity:
    fields, body = _head(region, survey)
    kind, parameters = split_value(first(fields, "content-type"))
    disposition, options = split_value(first(fields, "content-disposition"))
    entity = Entity(
        fields=fields,
        kind=_known_kind(kind, default, disposition, survey),
        parameters=parameters,
        disposition=disposition,
        name=options.get("filename") or parameters.get("name") or options.get("name", ""),
    )
    region = replace(region, start=body)
    if entity.main_kind == "multipart":
        return _multipart(entity, region, survey)
    if entity.kind in _MESSAGE_KINDS:
        return _enclosed(entity, region, survey)
    return replace(entity, content=_decoded(entity, region))


def _head(region: _Region, survey: Survey) -> tuple[Fields, int]:
    end, body = head_bounds(region.raw, region.start, region.end)
    fields = read_fields(region.raw[region.start : end])
    if end == body and (body < region.end or region.level > 1):
        survey.defect("missing_empty_line")
        if region.level > 1 and not any(f.name.startswith("content-") for f in fields):
            return (), region.start  # a part without any header: "Note: ..." is its text
    for name in _ONCE:
        if sum(f.name == name for f in fields) > 1:
            survey.defect(f"duplicate_{name}")
    return fields, body


def _known_kind(kind: str, default: str, disposition: str, survey: Survey) -> str:
    if not kind:
        return default
    if _TYPE.fullmatch(kind):
        return kind
    survey.defect("invalid_content_type")
    return "application/octet-stream" if disposition == "attachment" else "text/plain"


def _encoding(entity: Entity) -> str:
    return first(entity.fields, "content-transfer-encoding")


def _decoded(entity: Entity, region: _Region) -> bytes:
    return decode_transfer(region.raw[region.start : region.end], _encoding(entity))


def _unwrapped(entity: Entity, region: _Region) -> _Region:
    """A container that was transfer-encoded against the rules continues in a buffer of its own."""
    if not _encoding(entity).strip().lower().startswith(("base64", "quoted-printable")):
        return region
    data = _decoded(entity, region)
    return _Region(data, 0, len(data), region.level)


def _child(region: _Region, survey: Survey, *, default: str) -> Entity | None:
    """The entity in the region, or None past the bound of parts."""
    if survey.parts >= MAX_PARTS:
        _stop(survey, Obstacle.TOO_MANY_PARTS)
        return None
    survey.parts += 1
    return _entity(replace(region, level=region.level + 1), survey, default=default)


def _stop(survey: Survey, obstacle: Obstacle) -> None:
    if obstacle not in survey.obstacles:
        survey.obstacles.append(obstacle)


def _enclosed(entity: Entity, region: _Region, survey: Survey) -> Entity:
    if region.level > MAX_NESTING:
        _stop(survey, Obstacle.TOO_DEEP)
        return entity
    inside = _unwrapped(entity, region) if _is_encoded_message(entity, region) else region
    child = _child(inside, survey, default="text/plain")
    return replace(entity, children=(child,) if child else ())


def _is_encoded_message(entity: Entity, region: _Region) -> bool:
    """Whether the declared encoding is really there: base64 leaves no header, quoted-printable
    leaves its marks in it, or nothing inside is encoded once more."""
    end = head_bounds(region.raw, region.start, region.end)[0]
    head = region.raw[region.start : end].lower()
    if not head or _encoding(entity).strip().lower().startswith("base64"):
        return not head
    return b"=3d" in head or not (b"multipart/" in head or b"content-transfer-encoding" in head)


def _multipart(entity: Entity, region: _Region, survey: Survey) -> Entity:
    if region.level > MAX_NESTING:
        _stop(survey, Obstacle.TOO_DEEP)
        return entity
    found = _boundary(entity, region, survey)
    if found is None:
        survey.defect("multipart_without_parts")
        content = _decoded(entity, region)
        closing = "--" + entity.parameters.get("boundary", "") + "--"
        is_empty = content.strip() == closing.encode("utf-8", "replace")
        return replace(entity, kind="text/plain", content=b"" if is_empty else content)
    inside, boundary = found
    default = "message/rfc822" if entity.kind == "multipart/digest" else "text/plain"
    children: list[Entity] = []
    for start, end in _sections(inside, boundary):
        child = _child(replace(inside, start=start, end=end), survey, default=default)
        if child is None:
            break
        children.append(child)
    return replace(entity, children=tuple(children))


def _boundary(entity: Entity, region: _Region, survey: Survey) -> tuple[_Region, bytes] | None:
    """Where the parts are and what divides them: the declared boundary if it occurs, else one
    that evidently does (a line with two dashes before a Content- field)."""
    declared = entity.parameters.get("boundary", "").encode("utf-8", "replace")
    unwrapped = _unwrapped(entity, region)
    for place in (region,) if unwrapped is region else (region, unwrapped):
        if declared and next(_sections(place, declared), None) is not None:
            return place, declared
        evident = _EVIDENT_BOUNDARY.search(place.raw, place.start, place.end)
        if evident:
            survey.defect("wrong_boundary")
            return place, evident[1].rstrip()
    return None


def _sections(region: _Region, boundary: bytes) -> Iterator[tuple[int, int]]:
    """(start, end) of each part. A missing closing line is allowed; text around the parts is none."""
    raw, line = region.raw, b"\n--" + boundary
    at = region.start
    if not raw.startswith(line[1:], at, region.end):
        at = raw.find(line, at, region.end) + 1 or -1
    section = -1
    while at >= 0:
        after = at + len(line) - 1
        newline = raw.find(b"\n", after, region.end)
        line_end = region.end if newline < 0 else newline
        rest = raw[after:line_end].rstrip(b" \t\r")
        if rest in (b"", b"--"):
            if section >= 0:
                yield section, _before_line_break(raw, section, at)
            if rest:
                return
            section = min(line_end + 1, region.end)
        at = raw.find(line, line_end, region.end) + 1 or -1
    if section >= 0:
        yield section, region.end


def _before_line_break(raw: bytes, start: int, at: int) -> int:
    """The line break before a delimiter belongs to the delimiter (RFC 2046, 5.1.1)."""
    if at > start and raw[at - 1 : at] == b"\n":
        at -= 1
    if at > start and raw[at - 1 : at] == b"\r":
        at -= 1
    return at
