"""What libmagic takes bytes for: words for the author and a veto, never the decision (ATT-2)."""

from __future__ import annotations

try:
    import magic
except ImportError:  # no libmagic on this machine: bring one along
    import pylibmagic  # noqa: F401, I001 - in this order: it says where its libmagic is
    import magic

UNKNOWN = "application/octet-stream"
# Only what is safe to believe: it takes plain sentences for CSV and JavaScript, .docx for a ZIP.
_VETOED_TEXT = {
    "application/postscript",
    "application/x-mswinurl",
    "image/svg+xml",
    "text/rtf",
    "text/x-msdos-batch",
    "text/x-php",
    "text/x-shellscript",
}
_VETOED = _VETOED_TEXT | {
    "application/java-archive",
    "application/vnd.android.package-archive",
    "application/vnd.microsoft.portable-executable",
    "application/x-dosexec",
    "application/x-executable",
    "application/x-java-applet",
    "application/x-mach-binary",
    "application/x-ms-shortcut",
    "application/x-msi",
    "application/x-pie-executable",
    "application/x-sharedlib",
    "text/html",
}


def media_type_hint(content: bytes) -> str:
    """libmagic's guess over the whole content; UNKNOWN when it has none."""
    try:
        return magic.from_buffer(content, mime=True) or UNKNOWN
    except magic.MagicException:
        return UNKNOWN


def is_vetoed(media_type: str, *, text: bool) -> bool:
    """Whether this guess is reason enough to refuse what by structure is text or another type."""
    return media_type in (_VETOED_TEXT if text else _VETOED)
