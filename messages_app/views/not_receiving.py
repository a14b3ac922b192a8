from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import role_or_404
from accounts.models import Buyer, Permission, Seller
from accounts.queries.buyer_pairs import pairs_of_buyer
from accounts.signed_out import login_required
from messages_app.queries.received import received_mails
from messages_app.services.tell import buyer_messages_address


@require_safe
@login_required
def not_receiving(request: HttpRequest) -> HttpResponse:
    """Why mails may not arrive: settings that keep them away, what became of the last ones, and where else to
    look (BOX-13). A seller's by the permission that its settings need."""
    role = role_or_404(request, Permission.SETTINGS)
    if role.seller:
        said = _of_seller(role.seller)
    elif role.buyer:
        said = _of_buyer(role.buyer)
    else:
        raise Http404
    address = str(said["address"])
    mails = received_mails(role, address, timezone.now()) if address else []
    context = {
        "section": "settings",
        "role": role,
        "mails": mails,
        "some_failed": any(mail.failed for mail in mails),
        "domain": settings.RELAY_DOMAIN,
        **said,
    }
    return render(request, "messages_app/not_receiving.html", context)


def _of_seller(seller: Seller) -> dict[str, object]:
    return {
        "address": buyer_messages_address(seller),
        "mails_on": seller.mail_buyer_messages,
        "messages_on": seller.messaging_enabled,
        "refused": 0,
    }


def _of_buyer(buyer: Buyer) -> dict[str, object]:
    """`refused` counts the sellers that the buyer blocked or asked not to write unasked."""
    pairs = pairs_of_buyer(buyer)
    return {
        "address": buyer.user.email,
        "mails_on": buyer.mail_messages,
        "messages_on": buyer.opted_out_at is None,
        "refused": sum(bool(pair.blocked_by_buyer_at or pair.opted_out_at) for pair in pairs),
    }
