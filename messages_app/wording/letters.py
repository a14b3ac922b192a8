"""The marketplace's frame around a seller's first words: one opening per contact reason (RSN-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messages_app.wording.moments import calendar_day, date_of, day

_OPENINGS: dict[str, str | Promise] = {
    "customization": gettext_lazy(
        "%(seller)s would like to confirm the details of the item made for you in your order of %(day)s:"
    ),
    "delivery_scheduling": gettext_lazy(
        "%(seller)s would like to arrange the delivery of your order of %(day)s with you:"
    ),
    "shipping_address": gettext_lazy(
        "%(seller)s has a question about the shipping address of your order of %(day)s:"
    ),
    "order_question": gettext_lazy("%(seller)s has a question about your order of %(day)s:"),
    "service_details": gettext_lazy(
        "%(seller)s would like to arrange the service in your order of %(day)s with you:"
    ),
    "unexpected_problem": gettext_lazy(
        "An unexpected problem has come up with your order of %(day)s. %(seller)s writes:"
    ),
    "digital_access_key": gettext_lazy("%(seller)s sends you the access to your order of %(day)s:"),
    "legal_disclosure": gettext_lazy(
        "%(seller)s sends you a document that the law requires for your order of %(day)s. It is attached."
    ),
    "invoice": gettext_lazy("%(seller)s sends you the invoice for your order of %(day)s. It is attached."),
    "warranty": gettext_lazy("%(seller)s sends you the warranty for your order of %(day)s. It is attached."),
    "return_question": gettext_lazy("%(seller)s has a question about the return of your order of %(day)s:"),
    "problem_with_order": gettext_lazy("There is a problem with your order of %(day)s. %(seller)s writes:"),
    "review_request": gettext_lazy(
        "%(seller)s would like to know how you found your order of %(day)s. An honest review, good or bad, "
        "helps other buyers; you need not answer this mail."
    ),
    "other": gettext_lazy("%(seller)s writes to you about your order of %(day)s:"),
}


@dataclass(frozen=True, slots=True)
class Letter:
    """What stands above and below the seller's own text."""

    greeting: str
    opening: str
    farewell: str


def letter_for(
    reason: str,
    *,
    buyer: str,
    seller: str,
    placed_at: datetime,
    zone: tzinfo,
    covers: Sequence[str] = (),
) -> Letter | None:
    """The frame in the active language; None for a reason that the table of RSN-1 does not have. `covers`:
    see `coverage_sentence`."""
    opening = _OPENINGS.get(reason)
    if opening is None:
        return None
    return Letter(
        greeting=_("Hello %(name)s,") % {"name": buyer},
        opening=" ".join(
            filter(
                None,
                [str(opening) % {"seller": seller, "day": day(placed_at, zone)}, coverage_sentence(covers)],
            )
        ),
        farewell=_("Kind regards"),
    )


def coverage_sentence(covers: Sequence[str]) -> str:
    """From when to when a warranty runs. `covers`: first and last day as ISO dates; empty without them."""
    if len(covers) != 2:
        return ""
    begins, ends = (date_of(one) for one in covers)
    if begins is None or ends is None:
        return ""
    return _("The warranty runs from %(begins)s to %(ends)s.") % {
        "begins": calendar_day(begins),
        "ends": calendar_day(ends),
    }
