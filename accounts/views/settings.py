"""Settings of a seller account and of a person (ACC-4 to ACC-10)."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import (
    may_list_addresses,
    may_redirect_messages,
    require,
    role_or_404,
    seller_role_or_404,
)
from accounts.forms import BuyerNotificationsForm, ListedAddressForm, ProfileForm, SellerNotificationsForm
from accounts.links import address_by_token
from accounts.models import AuthorizedAddress, Buyer, Permission, Seller
from accounts.queries.addresses import authorized_address_or_404, authorized_addresses
from accounts.roles import Role
from accounts.services import addresses, people
from accounts.signed_out import login_required, login_required_keeping, writing_again


@require_http_methods(["GET", "HEAD", "POST"])
@login_required_keeping("email")
def address_list(request: HttpRequest) -> HttpResponse:
    """The addresses that may write as the seller, and a form for another (ACC-4)."""
    role = seller_role_or_404(request, Permission.SETTINGS)
    form = ListedAddressForm(request.POST or None, initial=writing_again(request))
    may_list = may_list_addresses(role)
    if form.is_bound and not may_list:
        raise PermissionDenied
    if form.is_valid():
        _say_listed(request, _add(_seller(role), form.cleaned_data["email"]))
        return redirect("settings_addresses")
    context = {
        "section": "settings",
        "role": role,
        "form": form,
        "may_list": may_list,
        "addresses": authorized_addresses(role),
    }
    return render(request, "accounts/settings_addresses.html", context, status=_status(form))


@require_POST
@login_required
def change_address(request: HttpRequest, pk: int) -> HttpResponse:
    """Blocks, unblocks or removes a listed address, or mails its link again."""
    role = role_or_404(request)
    row = authorized_address_or_404(role, pk)
    require(role, Permission.SETTINGS)
    match request.POST.get("action"):
        case "block":
            addresses.block_address(row=row)
        case "unblock" if may_list_addresses(role):
            _say_listed(request, addresses.unblock_address(row=row, now=timezone.now()))
        case "remove":
            addresses.remove_address(row=row)
        case "send" if row.state == AuthorizedAddress.State.WAITING:
            _say_listed(request, _add(row.seller, row.address))
        case "unblock":
            raise PermissionDenied
        case _:
            raise Http404
    return redirect("settings_addresses")


def _add(seller: Seller, address: str) -> addresses.Listed:
    return addresses.add_address(seller=seller, address=address, now=timezone.now())


def _say_listed(request: HttpRequest, listed: addresses.Listed | None) -> None:
    """Says what became of an address; None: nothing."""
    if listed is None:
        return
    named = {"address": listed.row.address}
    if listed.mailed:
        messages.info(request, _("A link to confirm %(address)s was sent there.") % named)
    elif listed.spent:
        messages.error(request, _("Too many confirmation mails within an hour. Try again later."))
    elif listed.row.state == AuthorizedAddress.State.CONFIRMED:
        messages.info(request, _("%(address)s is confirmed already.") % named)
    else:
        messages.error(request, _("%(address)s is blocked. Unblock it first.") % named)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_address(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link in the mail; only its button confirms (ACC-4, MAIL-30)."""
    if request.method == "POST":
        row = addresses.confirm_address(token=token, now=timezone.now())
    else:
        row = address_by_token(token)
    if row is None:
        return render(request, "accounts/link_expired.html", status=410)
    context = {"row": row, "done": request.method == "POST"}
    return render(request, "accounts/confirm_address.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required_keeping(*BuyerNotificationsForm.base_fields, *SellerNotificationsForm.base_fields)
def notifications(request: HttpRequest) -> HttpResponse:
    """Which mails come, and where to: a seller's by permission, a buyer's own (ACC-5, ACC-6)."""
    role = role_or_404(request, Permission.SETTINGS)
    if role.buyer:
        return _buyer_notifications(request, role, role.buyer)
    return _seller_notifications(request, role, _seller(role))


def _buyer_notifications(request: HttpRequest, role: Role, buyer: Buyer) -> HttpResponse:
    initial = _ticked(request) or {
        "mail_messages": buyer.mail_messages,
        "mail_system": buyer.mail_system,
    }
    form = BuyerNotificationsForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        people.set_buyer_mail(buyer=buyer, messages=data["mail_messages"], system=data["mail_system"])
        messages.success(request, _("Your notifications are saved."))
        return redirect("settings_notifications")
    return render(
        request, "accounts/settings_notifications.html", {"section": "settings", "role": role, "form": form}
    )


def _ticked(request: HttpRequest) -> dict[str, str | bool]:
    """What was posted before signing in again, whole: a box that was not ticked is not in it."""
    kept = writing_again(request)
    names = (*BuyerNotificationsForm.base_fields, *SellerNotificationsForm.base_fields)
    return {name: kept.get(name, False) for name in names} if kept else {}


def _seller_notifications(request: HttpRequest, role: Role, seller: Seller) -> HttpResponse:
    initial = _ticked(request) or {
        name: getattr(seller, name) for name in SellerNotificationsForm.base_fields
    }
    form = SellerNotificationsForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        now_sent_to=seller.buyer_messages_address,
        may_redirect=may_redirect_messages(role),
    )
    if form.is_valid():
        data = dict(form.cleaned_data)
        addresses.set_messaging(seller=seller, enabled=data.pop("messaging_enabled"))
        wanted = addresses.Notifications(**data)
        unconfirmed = addresses.set_notifications(seller=seller, wanted=wanted, now=timezone.now())
        messages.success(request, _("Your notifications are saved."))
        if unconfirmed:
            _say_listed(request, unconfirmed)
            messages.info(request, _("Buyer messages go to the new address once it is confirmed."))
        return redirect("settings_notifications")
    context = {"section": "settings", "role": role, "form": form, "seller": seller}
    return render(request, "accounts/settings_notifications.html", context, status=_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required_keeping("display_name", "language", "time_zone")
def profile(request: HttpRequest) -> HttpResponse:
    """Language, time zone, and a buyer's display name (ACC-9, ACC-10)."""
    role = role_or_404(request)
    initial = {
        "language": role.user.language,
        "time_zone": role.user.time_zone,
        "display_name": role.buyer.display_name if role.buyer else "",
    } | writing_again(request)
    form = ProfileForm(request.POST or None, initial=initial, is_buyer=role.buyer is not None)
    if form.is_valid():
        people.set_profile(user=role.user, **form.cleaned_data)
        messages.success(request, _("Your profile is saved."))
        return redirect("settings_profile")
    context = {"section": "settings", "role": role, "form": form}
    return render(request, "accounts/settings_profile.html", context, status=_status(form))


def _seller(role: Role) -> Seller:
    """The seller of a role that `seller_role_or_404` has checked."""
    if role.seller is None:
        raise Http404
    return role.seller


def _status(form: ListedAddressForm | SellerNotificationsForm | ProfileForm) -> int:
    return 422 if form.is_bound else 200
