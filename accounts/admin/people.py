from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorizedAddress, Buyer, Marketplace, Membership, Pair, Seller, User
from accounts.record_admin import MetadataAdmin, masked
from accounts.record_search import by_alias, by_code, by_names, by_number


@admin.register(Marketplace)
class MarketplaceAdmin(MetadataAdmin[Marketplace]):
    list_display = ("name", "code", "language", "time_zone")
    fields = ("name", "code", "language", "time_zone")


@admin.register(User)
class UserAdmin(MetadataAdmin[User]):
    """People by name; their addresses stay masked (MOD-6)."""

    list_display = ("full_name", "masked_address", "is_staff", "is_active", "claimed_at", "created_at")
    list_filter = ("is_staff", "is_active")
    finders = (by_number("pk"), by_names(person="pk"))
    fields = (
        "full_name", "masked_address", "language", "time_zone", "is_active", "is_staff", "is_superuser",
        "claimed_at", "created_at", "last_login",
    )  # fmt: skip
    readonly_fields = ("masked_address",)

    @admin.display(description=_("Address"))
    def masked_address(self, user: User) -> str:
        return masked(user.email)


@admin.register(Buyer)
class BuyerAdmin(MetadataAdmin[Buyer]):
    list_display = ("display_name", "external_id", "marketplace", "standing", "standing_until")
    list_filter = ("standing", "marketplace")
    finders = (by_names(buyer="pk"), by_code(_("External id"), "external_id"))
    fields = (
        "display_name", "user", "external_id", "marketplace", "standing", "standing_until", "opted_out_at",
        "mail_messages", "mail_system",
    )  # fmt: skip


@admin.register(Seller)
class SellerAdmin(MetadataAdmin[Seller]):
    list_display = ("trade_name", "external_id", "marketplace", "standing", "standing_until")
    list_filter = ("standing", "messaging_enabled", "marketplace")
    finders = (by_names(seller="pk"), by_code(_("External id"), "external_id", "slug"))
    fields = (
        "trade_name", "slug", "external_id", "marketplace", "language", "customer_service", "selling_since",
        "standing", "standing_until", "messaging_enabled", "mail_buyer_messages", "mail_opt_out_notice",
        "mail_failures", "mail_reminders", "mail_digest",
    )  # fmt: skip
    readonly_fields = ("customer_service",)

    @admin.display(description=_("Customer-service address"))
    def customer_service(self, seller: Seller) -> str:
        return masked(seller.customer_service_address)


@admin.register(Pair)
class PairAdmin(MetadataAdmin[Pair]):
    """A buyer and a seller, found by either alias (ALI-6)."""

    list_display = ("pk", "buyer", "seller", "buyer_alias", "seller_alias", "created_at")
    finders = (by_number("pk"), by_alias(pair="pk"), by_names(seller="seller", buyer="buyer"))
    fields = (
        "buyer", "seller", "buyer_alias", "seller_alias", "created_at", "opted_out_at", "blocked_by_buyer_at",
        "blocked_by_seller_at",
    )  # fmt: skip
    readonly_fields = ("buyer_alias", "seller_alias")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pair]:
        return super().get_queryset(request).prefetch_related("aliases")

    @admin.display(description=_("Buyer’s alias"))
    def buyer_alias(self, pair: Pair) -> str:
        return _alias(pair, "buyer")

    @admin.display(description=_("Seller’s alias"))
    def seller_alias(self, pair: Pair) -> str:
        return _alias(pair, "seller")


def _alias(pair: Pair, side: str) -> str:
    return next((alias.address for alias in pair.aliases.all() if alias.side == side), "")


@admin.register(Membership)
class MembershipAdmin(MetadataAdmin[Membership]):
    """Who is in which team; only its owner changes it (SEC-2)."""

    list_display = (
        "seller", "user", "is_owner", "can_read", "can_reply", "can_organise", "can_see_reports",
        "can_manage_settings",
    )  # fmt: skip
    list_filter = ("is_owner",)
    finders = (by_names(seller="seller", person="user"),)
    fields = (*list_display, "created_at")


@admin.register(AuthorizedAddress)
class AuthorizedAddressAdmin(MetadataAdmin[AuthorizedAddress]):
    list_display = ("seller", "masked_address", "state", "created_at", "confirmed_at")
    list_filter = ("state",)
    finders = (by_names(seller="seller"),)
    fields = ("seller", "masked_address", "state", "created_at", "confirmed_at")
    readonly_fields = ("masked_address",)

    @admin.display(description=_("Address"))
    def masked_address(self, row: AuthorizedAddress) -> str:
        return masked(row.address)
