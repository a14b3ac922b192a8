"""What a rule said about a message, and what its author can do (GATE-2, RSN-4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from messages_app.policy.facts import Side
from messages_app.policy.verdict import Severity
from messages_app.wording.files import bad_files, kinds_in_words, names_in_words
from messages_app.wording.moments import day_and_time, moment_of
from messages_app.wording.names import reason_name, rule_name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """A finding and to whom it is said."""

    data: Mapping[str, Any]
    severity: Severity
    author: Side
    zone: tzinfo

    def moment(self, name: str) -> str:
        moment = moment_of(self.data.get(name))
        return day_and_time(moment, self.zone) if moment else ""

    def number(self, name: str) -> str:
        return number_format(int(self.data.get(name) or 0), use_l10n=True, force_grouping=True)


def finding_sentence(
    code: str,
    data: Mapping[str, Any],
    *,
    severity: Severity = Severity.BLOCK,
    author: Side = Side.SELLER,
    zone: tzinfo = UTC,
) -> str:
    """What happened and what to do, for the author of the message.

    `data` is the finding's own (moments as datetimes or ISO text), `zone` the author's.
    A code without words of its own is named.
    """
    said = _Said(data=data, severity=severity, author=author, zone=zone)
    words = _SENTENCES.get(code)
    return words(said) if words else rule_name(code)


def finding_advice(code: str) -> tuple[str, ...]:
    """The ways that remain open, one sentence each; empty where the sentence says it all."""
    if code != "opted_out":
        return ()
    return (
        _(
            "An answer in a thread in which the buyer has written: reply to their message and leave its text "
            "below."
        ),
        _(
            "A message that the order cannot do without: open the order, choose Contact Buyer and a reason "
            "marked critical, or put [important] and the order number into the subject."
        ),
        _("Tips, manuals, confirmations and notices of delay are not critical."),
    )


def _suspended(said: _Said) -> str:
    until = said.moment("until")
    if until:
        return _(
            "Your account is suspended until %(until)s, until then nothing is sent. Write to the marketplace "
            "if you think that this is wrong."
        ) % {"until": until}
    return _(
        "Your account is suspended, so nothing is sent. Write to the marketplace if you think that this is "
        "wrong."
    )


def _closed(said: _Said) -> str:
    return _(
        "This account is closed and cannot send messages. Write to the marketplace if this is a mistake."
    )


def _restricted(said: _Said) -> str:
    until = said.moment("until")
    if until:
        return _(
            "Until %(until)s your account can only answer buyers who have written. Answer in their thread, "
            "or wait until then."
        ) % {"until": until}
    return _("For now your account can only answer buyers who have written. Answer in their thread.")


def _seller_to_seller(said: _Said) -> str:
    return _(
        "Sellers cannot write to other sellers here. To report an infringement, use the marketplace's form "
        "for it."
    )


def _own_seller(said: _Said) -> str:
    return _(
        "You belong to this seller's team, so you cannot write to it as a buyer. Speak with the team "
        "directly."
    )


def _blocked_by_other(said: _Said) -> str:
    if said.author is Side.BUYER:
        return _(
            "This seller takes messages from you about your orders only. Open the order and choose Contact "
            "Seller."
        )
    return _(
        "This buyer has blocked you. Only a message with a critical reason about an open order reaches them: "
        "open the order and choose Contact Buyer."
    )


def _blocks_other(said: _Said) -> str:
    return _("You have blocked this seller. Unblock the seller in your settings, then write again.")


def _messaging_off(said: _Said) -> str:
    return _(
        "This seller takes no messages. You can still answer in a thread that the seller began, and write "
        "about an order that is on its way."
    )


def _opted_out(said: _Said) -> str:
    return _(
        "This buyer has switched off unsolicited messages. Your message was no answer to the buyer and "
        "carried no critical reason, so it was not passed on. It does not count towards today's messages."
    )


def _reason_missing(said: _Said) -> str:
    return _("A message that the buyer did not ask for needs a contact reason. Choose one and send it again.")


def _reason_unavailable(said: _Said) -> str:
    reason = {"reason": reason_name(str(said.data.get("reason", "")))}
    why = said.data.get("why")
    if why == "no_order":
        return _(
            "There is no order with this buyer that you can write about now. Wait for the buyer to write, or "
            "name the order's number in the subject."
        )
    if why == "product":
        return _("“%(reason)s” is not for the products of this order. Choose another reason.") % reason
    if why == "already_asked":
        return (
            _("“%(reason)s” was already sent for this order and goes out once only. Nothing else to do.")
            % reason
        )
    if why == "wrong_state":
        return _("“%(reason)s” does not fit the order's present state. Choose another reason.") % reason
    return _("The contact reason is not known. Choose one from the list and send the message again.")


def _window_closed(said: _Said) -> str:
    reason = reason_name(str(said.data.get("reason", "")))
    opens, closes = said.moment("opens_at"), said.moment("closes_at")
    if opens and closes:
        return _("“%(reason)s” can be sent from %(opens)s to %(closes)s. Send it within that time.") % {
            "reason": reason,
            "opens": opens,
            "closes": closes,
        }
    if closes:
        return _(
            "Messages that the buyer did not ask for could be sent about this order until %(closes)s. You "
            "can answer as soon as the buyer writes."
        ) % {"closes": closes}
    return _(
        "The time for unsolicited messages about this order is not open. You can answer as soon as the buyer "
        "writes."
    )


def _text_too_long(said: _Said) -> str:
    return _(
        "The text has %(length)s characters, “%(reason)s” takes up to %(limit)s. Shorten it and send it "
        "again."
    ) % {
        "length": said.number("length"),
        "limit": said.number("limit"),
        "reason": reason_name(str(said.data.get("reason", ""))),
    }


def _text_not_allowed(said: _Said) -> str:
    return _("“%(reason)s” takes no text of your own. Take the text out, or choose another reason.") % {
        "reason": reason_name(str(said.data.get("reason", "")))
    }


def _attachment_not_allowed(said: _Said) -> str:
    reason = reason_name(str(said.data.get("reason", "")))
    most = int(said.data.get("at_most") or 0)
    if not most:
        return _("“%(reason)s” takes no attachments. Take them out, or choose another reason.") % {
            "reason": reason
        }
    names = said.data.get("names") or ()
    words = {"reason": reason, "kinds": kinds_in_words(said.data.get("kinds") or ()), "most": most}
    if names:
        return _("“%(reason)s” takes %(kinds)s only. Take out %(names)s and send the message again.") % {
            **words,
            "names": names_in_words(names),
        }
    return ngettext(
        "“%(reason)s” takes %(most)d file at most (%(kinds)s). Take the others out and send the message "
        "again.",
        "“%(reason)s” takes %(most)d files at most (%(kinds)s). Take the others out and send the message "
        "again.",
        most,
    ) % {**words}


def _attachment_missing(said: _Said) -> str:
    return _("“%(reason)s” needs a file (%(kinds)s). Attach it and send the message again.") % {
        "reason": reason_name(str(said.data.get("reason", ""))),
        "kinds": kinds_in_words(said.data.get("kinds") or ()),
    }


def _over_cap(said: _Said) -> str:
    return _(
        "Your limit today is %(cap)s messages, and %(used)s have been sent. The next day begins on %(ends)s: "
        "send the message again then."
    ) % {"cap": said.number("cap"), "used": said.number("used"), "ends": said.moment("day_ends_at")}


def _too_large(said: _Said) -> str:
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


def _too_many_files(said: _Said) -> str:
    return _(
        "The message has %(count)s attachments, at most %(limit)s are allowed. Send the others in a further "
        "message."
    ) % {"count": said.number("count"), "limit": said.number("limit")}


def _file_type(said: _Said) -> str:
    return _(
        "%(files)s Accepted are .txt, .pdf, .jpg, .gif, .png, .doc and .docx, named for what they are. Take "
        "the file out or save it as one of these, then send the message again."
    ) % {"files": " ".join(bad_files(said.data.get("files") or ()))}


def _encrypted(said: _Said) -> str:
    return _(
        "The mail is encrypted, so nobody here could check it or pass it on. Send it without encryption."
    )


def _opaque(said: _Said) -> str:
    return _(
        "The mail came wrapped as winmail.dat, which cannot be read here. Send it again as plain text or "
        "HTML (in Outlook: Format Text, HTML)."
    )


def _partial(said: _Said) -> str:
    return _(
        "The mail came in pieces and cannot be put together here. Send it as one mail, with smaller files."
    )


def _external_body(said: _Said) -> str:
    return _(
        "Part of the mail is stored elsewhere and is not fetched. Attach the file itself and send it again."
    )


def _too_deep(said: _Said) -> str:
    return _("The mail has too many mails nested in each other. Send the text and the files in a new mail.")


def _too_many_parts(said: _Said) -> str:
    return _("The mail is made of too many parts. Send the text and the files in a new mail.")


def _excerpts(said: _Said) -> str:
    found = dict.fromkeys(str(match["excerpt"]) for match in said.data.get("matches") or ())
    return ", ".join(f"“{excerpt}”" for excerpt in list(found)[:3])


def _contact_email(said: _Said) -> str:
    words = {"excerpts": _excerpts(said)}
    if said.author is Side.BUYER:
        return (
            _(
                "Your message gives an e-mail address (%(excerpts)s). It was masked in what the seller gets: "
                "the seller can answer you here."
            )
            % words
        )
    if said.severity is Severity.HOLD:
        return (
            _(
                "Your message may give an e-mail address (%(excerpts)s). A moderator looks at it; you need "
                "not do anything, or you can send it again without it."
            )
            % words
        )
    return (
        _(
            "Your message gives an e-mail address (%(excerpts)s). Take it out and send the message again: "
            "the buyer answers here."
        )
        % words
    )


def _external_link(said: _Said) -> str:
    words = {"excerpts": _excerpts(said)}
    if said.author is Side.BUYER:
        return (
            _(
                "Your message has a link (%(excerpts)s). The seller sees it as text that cannot be clicked; "
                "you need not do anything."
            )
            % words
        )
    if said.severity is Severity.HOLD:
        return (
            _(
                "Your message may have a link to another site (%(excerpts)s). A moderator looks at it; you "
                "need not do anything, or you can send it again without it."
            )
            % words
        )
    return (
        _(
            "Your message has a link to another site (%(excerpts)s). Take it out and send the message again. "
            "Links to the marketplace are fine, links to carriers where something is on its way."
        )
        % words
    )


def _burst(said: _Said) -> str:
    return _(
        "More than %(limit)s messages went into this thread within five minutes. A moderator looks at this "
        "one; put what is left to say into one message."
    ) % {"limit": said.number("limit")}


def _identical_bodies(said: _Said) -> str:
    return _(
        "The same text was sent %(count)s times within an hour. A moderator looks at this one; you need not "
        "send it again."
    ) % {"count": said.number("count")}


def _empty(said: _Said) -> str:
    return _("The message has neither text nor files. Write something and send it again.")


_SENTENCES: dict[str, Callable[[_Said], str]] = {
    "suspended": _suspended,
    "closed": _closed,
    "restricted": _restricted,
    "seller_to_seller": _seller_to_seller,
    "own_seller": _own_seller,
    "blocked_by_other": _blocked_by_other,
    "blocks_other": _blocks_other,
    "messaging_off": _messaging_off,
    "opted_out": _opted_out,
    "reason_missing": _reason_missing,
    "reason_unavailable": _reason_unavailable,
    "window_closed": _window_closed,
    "text_too_long": _text_too_long,
    "text_not_allowed": _text_not_allowed,
    "attachment_not_allowed": _attachment_not_allowed,
    "attachment_missing": _attachment_missing,
    "over_cap": _over_cap,
    "too_large": _too_large,
    "too_many_files": _too_many_files,
    "file_type": _file_type,
    "encrypted": _encrypted,
    "opaque": _opaque,
    "partial": _partial,
    "external_body": _external_body,
    "too_deep": _too_deep,
    "too_many_parts": _too_many_parts,
    "contact_email": _contact_email,
    "external_link": _external_link,
    "burst": _burst,
    "identical_bodies": _identical_bodies,
    "empty": _empty,
}
