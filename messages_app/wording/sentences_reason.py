"""Sentences about contact reasons and what they take (RSN-1, RSN-2, RSN-4)."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from messages_app.wording.files import kinds_in_words, names_in_words
from messages_app.wording.said import Said


def reason_missing(said: Said) -> str:
    return _("A message that the buyer did not ask for needs a contact reason. Choose one and send it again.")


def reason_unavailable(said: Said) -> str:
    reason = {"reason": said.reason}
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


def window_closed(said: Said) -> str:
    reason = said.reason
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


def text_too_long(said: Said) -> str:
    return _(
        "The text has %(length)s characters, “%(reason)s” takes up to %(limit)s. Shorten it, then send "
        "the message."
    ) % {
        "length": said.number("length"),
        "limit": said.number("limit"),
        "reason": said.reason,
    }


def text_not_allowed(said: Said) -> str:
    return _("“%(reason)s” takes no text of your own. Take the text out, or choose another reason.") % {
        "reason": said.reason
    }


def dates_missing(said: Said) -> str:
    return _(
        "“%(reason)s” needs the first and the last day of the warranty. Enter both, then send the message."
    ) % {"reason": said.reason}


def dates_reversed(said: Said) -> str:
    return _(
        "The warranty would end on %(ends)s, before it begins on %(begins)s. Correct the days, then send the "
        "message."
    ) % {"begins": said.calendar_day("begins"), "ends": said.calendar_day("ends")}


def attachment_not_allowed(said: Said) -> str:
    reason = said.reason
    most = int(said.data.get("at_most") or 0)
    if not most:
        return _("“%(reason)s” takes no attachments. Take them out, or choose another reason.") % {
            "reason": reason
        }
    names = said.data.get("names") or ()
    words = {"reason": reason, "kinds": kinds_in_words(said.data.get("kinds") or ()), "most": most}
    if names:
        return _("“%(reason)s” takes %(kinds)s only. Take out %(names)s, then send the message.") % {
            **words,
            "names": names_in_words(names),
        }
    return ngettext(
        "“%(reason)s” takes %(most)d file at most (%(kinds)s). Take the others out, then send the message.",
        "“%(reason)s” takes %(most)d files at most (%(kinds)s). Take the others out, then send the message.",
        most,
    ) % {**words}


def attachment_missing(said: Said) -> str:
    return _("“%(reason)s” needs a file (%(kinds)s). Attach it and send the message again.") % {
        "reason": said.reason,
        "kinds": kinds_in_words(said.data.get("kinds") or ()),
    }
