"""Word's newer format without what it says about its authors, packed anew (ATT-4)."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from messages_app.files.docx import is_xml
from messages_app.files.gif import stripped_gif
from messages_app.files.jpeg import stripped_jpeg
from messages_app.files.png import stripped_png

_PERSONAL = re.compile(
    rb"author|initials|userId|coreProperties|[pP]roperties>|<Properties|attachedTemplate|docVars|"
    rb"documentManagement|CoverPage|mailMerge|[<:]metadata|<!--"
)
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")  # UTF-16: not searched, always rewritten
# Attributes of comments and tracked changes, by their local names, and what stands there instead.
_NEUTRAL = {"author": "Author", "initials": "A", "userId": "Author", "providerId": "None"}
_KEPT_PROPERTIES = {"title", "subject", "language", "created", "modified"}  # some stand on title pages
_EMPTIED_ROOTS = {"Properties"}  # docProps/app.xml and custom.xml: company, manager, template, anything
# Besides: what bound fields hold, where a form letter's addresses lie, who drew an SVG.
_LEFT_OUT = {"docVars", "documentManagement", "mailMerge", "metadata"} | {
    f"Company{what}" for what in ("Address", "Phone", "Fax", "Email")
}
_TEMPLATE = "/attachedTemplate"  # its path names the author's folders


def clean_docx(content: bytes) -> bytes:
    """The same parts in the same order, each with the date 1980. Names of who commented and changed become
    "Author"; properties but the title go; pictures lose what cameras tell. For files that passed
    `inspect_docx`; raises what zipfile and expat raise for others."""
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            part = source.read(name)
            target.writestr(zipfile.ZipInfo(name), _cleaned(name, part), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _cleaned(name: str, part: bytes) -> bytes:
    if is_xml(name):
        return _Rewriter().rewrite(part) if _PERSONAL.search(part) or part[:2] in _WIDE else part
    return stripped_jpeg(stripped_png(stripped_gif(part)))  # whatever it is called


class _Rewriter:
    """Writes an XML part anew as it is read, without what names people. Prefixes and order stay."""

    def __init__(self) -> None:
        self._out = ['<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n']
        self._path: list[str] = []
        self._skipped = 0  # how deep within an element that is left out
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.ordered_attributes = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.ProcessingInstructionHandler = self._instruction
        self._parser = parser

    def rewrite(self, part: bytes) -> bytes:
        self._parser.Parse(part, True)
        return "".join(self._out).encode()

    def _start(self, tag: str, attributes: list[str]) -> None:
        name = tag.rpartition(":")[2]
        if self._skipped or self._is_left_out(name):
            self._skipped += 1
            return
        self._path.append(name)
        pairs = list(zip(attributes[::2], attributes[1::2], strict=True))
        if name == "Relationship" and any(value.endswith(_TEMPLATE) for _, value in pairs):
            pairs = [(key, "Normal.dotm" if key == "Target" else value) for key, value in pairs]
        words = "".join(f" {key}={quoteattr(_neutral(key, value))}" for key, value in pairs)
        self._out.append(f"<{tag}{words}>")

    def _is_left_out(self, name: str) -> bool:
        if len(self._path) == 1:
            root = self._path[0]
            if root in _EMPTIED_ROOTS or (root == "coreProperties" and name not in _KEPT_PROPERTIES):
                return True
        return name in _LEFT_OUT

    def _end(self, tag: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        self._path.pop()
        self._out.append(f"</{tag}>")

    def _characters(self, text: str) -> None:
        if not self._skipped:
            self._out.append(escape(text, {"\r": "&#13;"}))

    def _instruction(self, target: str, data: str) -> None:
        if not self._skipped:
            self._out.append(f"<?{target} {data}?>")


def _neutral(key: str, value: str) -> str:
    """The attribute's value, or what stands for a name."""
    return _NEUTRAL.get(key.rpartition(":")[2], value)
