"""Sentences about the message itself: cap, size, files, readability, content, pace, emptiness."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from messages_app.policy.facts import Side
from messages_app.policy.verdict import Severity
from messages_app.wording.files import bad_files, names_in_words
from messages_app.wording.quoting import quoted
from messages_app.wording.said import Said


def over_cap(said: Said) -> str:
    return _(
        "Your limit today is %(cap)s messages, and %(used)s have been sent. The next day begins on %(ends)s: "
        "send the message again then."
    ) % {"cap": said.number("cap"), "used": said.number("used"), "ends": said.moment("day_ends_at")}


def too_large(said: Said) -> str:
    files = said.data.get("files") or ()
    listed = ", ".join(f"{file['name']} ({_bytes(int(file['size']))})" for file in files)
    words = {"size": said.number("size"), "limit": said.number("limit"), "files": listed}
    if listed:
        return (
            _(
                "Text and files together are %(size)s bytes, at most %(limit)s are allowed. Make the files "
                "smaller or send them in several messages: %(files)s."
            )
            % words
        )
    return (
        _("The message has %(size)s bytes, at most %(limit)s are allowed. Shorten it and send it again.")
        % words
    )


def _bytes(size: int) -> str:
    return _("%(size)s bytes") % {"size": number_format(size, use_l10n=True, force_grouping=True)}


def too_many_files(said: Said) -> str:
    return _(
        "The message has %(count)s attachments, at most %(limit)s are allowed. Send the others in a further "
        "message."
    ) % {"count": said.number("count"), "limit": said.number("limit")}


def file_type(said: Said) -> str:
    words = {"files": " ".join(bad_files(said.data.get("files") or ()))}
    if not said.sent:
        return (
            _(
                "%(files)s Accepted are .txt, .pdf, .jpg, .gif, .png, .doc and .docx, named for what they "
                "are. Save it as one of these and attach it again, or leave it out."
            )
            % words
        )
    return (
        _(
            "%(files)s Accepted are .txt, .pdf, .jpg, .gif, .png, .doc and .docx, named for what they are. "
            "Take the file out or save it as one of these, then send the message again."
        )
        % words
    )


def infected(said: Said) -> str:
    return _(
        "The virus scanner found malware in %(files)s, which was not kept. Have your device checked, and "
        "send the message again without the file."
    ) % {"files": names_in_words(str(name) for name in said.data.get("files") or ())}


def unscanned(said: Said) -> str:
    return _(
        "The virus scanner could not check %(files)s just now. A moderator has it checked again; you need "
        "not do anything, or you can send the message again later."
    ) % {"files": names_in_words(str(name) for name in said.data.get("files") or ())}


def file_reveals(said: Said) -> str:
    return _(
        "A file shows an e-mail address or a name that the other side does not learn here, or cannot be "
        "searched for it: %(files)s. A moderator looks at it; you need not do anything, or you can send the "
        "message again without it."
    ) % {"files": names_in_words(str(name) for name in said.data.get("files") or ())}


def encrypted(said: Said) -> str:
    return _(
        "The mail is encrypted, so nobody here could check it or pass it on. Send it without encryption."
    )


def opaque(said: Said) -> str:
    return _(
        "The mail came wrapped as winmail.dat, which cannot be read here. Send it again as plain text or "
        "HTML (in Outlook: Format Text, HTML)."
    )


def partial(said: Said) -> str:
    return _(
        "The mail came in pieces and cannot be put together here. Send it as one mail, with smaller files."
    )


def external_body(said: Said) -> str:
    return _(
        "Part of the mail is stored elsewhere and is not fetched. Attach the file itself and send it again."
    )


def too_deep(said: Said) -> str:
    return _("The mail has too many mails nested in each other. Send the text and the files in a new mail.")


def too_many_parts(said: Said) -> str:
    return _("The mail is made of too many parts. Send the text and the files in a new mail.")


def _excerpts(said: Said) -> str:
    found = dict.fromkeys(str(match["excerpt"]) for match in said.data.get("matches") or ())
    return ", ".join(quoted(excerpt) for excerpt in list(found)[:3])


def contact_email(said: Said) -> str:
    return _of_address(said) % {"excerpts": _excerpts(said)}


def _of_address(said: Said) -> str:
    if said.author is Side.BUYER and not said.sent:
        return _(
            "Your message gives an e-mail address (%(excerpts)s). It will be masked in what the seller gets: "
            "the seller can answer you here."
        )
    if said.author is Side.BUYER:
        return _(
            "Your message gives an e-mail address (%(excerpts)s). It was masked in what the seller gets: the "
            "seller can answer you here."
        )
    if said.severity is Severity.HOLD and not said.sent:
        return _(
            "Your message may give an e-mail address (%(excerpts)s). A moderator would look at it first; "
            "without it the message goes out at once."
        )
    if said.severity is Severity.HOLD:
        return _(
            "Your message may give an e-mail address (%(excerpts)s). A moderator looks at it; you need not "
            "do anything, or you can send it again without it."
        )
    return _(
        "Your message gives an e-mail address (%(excerpts)s). Take it out, then send the message: the buyer "
        "answers here."
    )


def external_link(said: Said) -> str:
    return _of_link(said) % {"excerpts": _excerpts(said)}


def _of_link(said: Said) -> str:
    if said.author is Side.BUYER:
        return _(
            "Your message has a link (%(excerpts)s). The seller sees it as text that cannot be clicked; you "
            "need not do anything."
        )
    if said.severity is Severity.HOLD and not said.sent:
        return _(
            "Your message may have a link to another site (%(excerpts)s). A moderator would look at it "
            "first; without it the message goes out at once."
        )
    if said.severity is Severity.HOLD:
        return _(
            "Your message may have a link to another site (%(excerpts)s). A moderator looks at it; you need "
            "not do anything, or you can send it again without it."
        )
    return _(
        "Your message has a link to another site (%(excerpts)s). Take it out, then send the message. Links "
        "to the marketplace are fine, links to carriers where something is on its way."
    )


def burst(said: Said) -> str:
    return _(
        "More than %(limit)s messages went into this thread within five minutes. A moderator looks at this "
        "one; put what is left to say into one message."
    ) % {"limit": said.number("limit")}


def identical_bodies(said: Said) -> str:
    return _(
        "The same text was sent %(count)s times within an hour. A moderator looks at this one; you need not "
        "send it again."
    ) % {"count": said.number("count")}


def empty(said: Said) -> str:
    return _("The message has neither text nor files. Write something and send it again.")
