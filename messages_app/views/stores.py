"""A seller's page for everybody, with Ask a Question (GATE-6, ACC-6, ACC-8)."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import role_or_404
from accounts.models import Buyer, Membership, Pair, Seller
from accounts.roles import Role, current_role, role_key, roles_of
from accounts.services.pairs import pair_for
from accounts.signed_out import login_required_keeping, writing_again
from messages_app.forms import MessageForm, TopicForm, upload_limit_mb
from messages_app.policy.facts import Side
from messages_app.policy.reasons import BUYER_TOPICS
from messages_app.views.composer import begin, form_again
from messages_app.views.findings import FindingInWords, objections, say_sent
from messages_app.views.preview import subject_for_seller
from messages_app.views.sending import is_ready, send

# What can be asked without an order; the rest needs one to be answered.
TOPICS = ("product_question", *(topic for topic in BUYER_TOPICS if topic != "product_question"))


@require_safe
def store(request: HttpRequest, slug: str) -> HttpResponse:
    """The seller's page; who is signed out may read it, and is asked to sign in when they send."""
    return _page(request, current_role(request), _seller_or_404(slug), _form())


@require_http_methods(["GET", "HEAD", "POST"])
@login_required_keeping("text", "topic", of_anybody=True)
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """A buyer's question that belongs to no order; what the gate refuses comes back with why (422)."""
    role = role_or_404(request)
    seller = _seller_or_404(slug)
    if request.method != "POST":
        return _page(request, role, seller, _form(kept=writing_again(request)))
    form = _form(request)
    if role.buyer is None:
        return _page(request, role, seller, form_again(form), status=422)
    if not is_ready(role, form, to_seller_id=seller.pk):
        return _page(request, role, seller, form_again(form), status=422)
    subject = subject_for_seller(seller, form.cleaned_data["topic"])
    sent = send(role, form, pair=pair_for(role.buyer, seller), subject=subject, to_seller_id=seller.pk)
    said = objections(sent.decision, role)
    if said:
        kept = form_again(form) if sent.may_be_sent_again else _form()
        return _page(request, role, seller, kept, said=said, status=422)
    say_sent(request, sent)
    return redirect("thread", thread_id=sent.thread_id)


def _seller_or_404(slug: str) -> Seller:
    """A seller who has a page: a closed account has none."""
    sellers = Seller.objects.exclude(standing=Seller.Standing.CLOSED).select_related("marketplace")
    return get_object_or_404(sellers, slug=slug)


def _form(request: HttpRequest | None = None, *, kept: dict[str, str] | None = None) -> TopicForm:
    given = (request.POST, request.FILES) if request else ()
    return TopicForm(*given, topics=TOPICS, initial=kept or {"topic": TOPICS[0]})


def _page(
    request: HttpRequest,
    role: Role | None,
    seller: Seller,
    form: MessageForm,
    *,
    said: list[FindingInWords] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "role": role,
        "seller": seller,
        "form": form,
        "objections": said or [],
        "upload_limit_mb": upload_limit_mb(),
        "report_at": settings.INFRINGEMENT_URL,
        **_obstacles(role, seller),
        **(begin(role, form, to_seller=seller) if role and role.buyer else {}),
    }
    return render(request, "messages_app/store.html", context, status=status)


def _obstacles(role: Role | None, seller: Seller) -> dict[str, object]:
    """What keeps this person from asking, whatever they write. The gate decides again when they send."""
    if role is None:
        return {"takes_no_messages": not seller.messaging_enabled}
    if role.buyer is None:
        return {"is_seller": True, "buying": _buying_key(role)}
    return {**_between(role.buyer, seller), "takes_no_messages": not seller.messaging_enabled}


def _between(buyer: Buyer, seller: Seller) -> dict[str, object]:
    pair = Pair.objects.filter(buyer=buyer, seller=seller).first()
    return {
        "own_seller": Membership.objects.filter(user=buyer.user_id, seller=seller).exists(),
        "pair": pair,
        "blocks_seller": pair is not None and pair.blocked_by_buyer_at is not None,
        "only_about_orders": pair is not None and pair.blocked_by_seller_at is not None,
    }


def _buying_key(role: Role) -> str:
    """The role in which this person may ask, if they buy too."""
    return next((role_key(other) for other in roles_of(role.user) if other.side == Side.BUYER), "")
