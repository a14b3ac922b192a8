"""Who stands behind the aliases of a pair: for admins alone, with a typed reason, each time (MOD-6)."""

from __future__ import annotations

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.queries.pairs import pairs_with_people, real_addresses
from accounts.services.audit import record_audit
from accounts.staff import is_admin
from messages_app.admin.forms import WhyForm
from messages_app.admin.reading import staff_of
from messages_app.queries.moderation import is_of_the_two


def addresses(request: HttpRequest, pair_id: int) -> HttpResponse:
    """Asks for the reason; the answer to it shows the addresses, this once."""
    staff = staff_of(request)
    if not is_admin(staff):
        raise Http404
    pair = pairs_with_people().filter(pk=pair_id).first()
    if pair is None:
        raise Http404
    if is_of_the_two(staff, buyer_id=pair.buyer_id, seller_id=pair.seller_id):
        raise Http404
    form = WhyForm(request.POST or None)
    shown = None
    if request.method == "POST" and form.is_valid():
        record_audit(
            actor=staff,
            action="read_addresses",
            kind="pair",
            object_id=pair.pk,
            seller=pair.seller,
            buyer=pair.buyer,
            reason=form.cleaned_data["reason"],
        )
        shown = real_addresses(pair)
    context = {
        **admin.site.each_context(request),
        "title": _("Real addresses"),
        "pair": pair,
        "form": form,
        "shown": shown,
    }
    return TemplateResponse(request, "admin/addresses.html", context)
