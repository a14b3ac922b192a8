"""Sentences about who writes to whom: sanctions, roles, blocks, switches, opt-out."""

from __future__ import annotations

from django.utils.translation import gettext as _

from messages_app.policy.facts import Side
from messages_app.wording.said import Said


def suspended(said: Said) -> str:
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


def closed(said: Said) -> str:
    return _(
        "This account is closed and cannot send messages. Write to the marketplace if this is a mistake."
    )


def restricted(said: Said) -> str:
    until = said.moment("until")
    if until:
        return _(
            "Until %(until)s your account can only answer buyers who have written. Answer in their thread, "
            "or wait until then."
        ) % {"until": until}
    return _("For now your account can only answer buyers who have written. Answer in their thread.")


def seller_to_seller(said: Said) -> str:
    return _(
        "Sellers cannot write to other sellers here. To report an infringement, use the marketplace's form "
        "for it."
    )


def own_seller(said: Said) -> str:
    return _(
        "You belong to this seller's team, so you cannot write to it as a buyer. Speak with the team "
        "directly."
    )


def blocked_by_other(said: Said) -> str:
    if said.author is Side.BUYER:
        return _(
            "This seller takes messages from you about your orders only. Open the order and choose Contact "
            "Seller."
        )
    return _(
        "This buyer has blocked you. Only a message with a critical reason about an open order reaches them: "
        "open the order and choose Contact Buyer."
    )


def blocks_other(said: Said) -> str:
    return _("You have blocked this seller. Unblock the seller in your settings, then write again.")


def messaging_off(said: Said) -> str:
    return _(
        "This seller takes no messages. You can still answer in a thread that the seller began, and write "
        "about an order that is on its way."
    )


def opted_out(said: Said) -> str:
    return _(
        "This buyer has switched off unsolicited messages. Your message was no answer to the buyer and "
        "carried no critical reason, so it was not passed on. It does not count towards today's messages."
    )


def rejected(said: Said) -> str:
    return _("A moderator looked at this message and decided that it is not passed on.")
