"""The sample marketplace as data: what `manage.py demo_info` prints (contract)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.urls import reverse

from accounts.models import AuthorizedAddress, Membership, Pair, Permission, Seller, User
from accounts.queries.pairs import alias_of
from accounts.roles import roles_of
from messages_app.models import Thread
from messaging_center.demo_world.people import PASSWORD
from orders.models import Order


def world() -> dict[str, Any]:
    """People, sellers, pairs, orders and threads with the keys of the contract."""
    return {
        "web": settings.PUBLIC_URL,
        "smtp": f"127.0.0.1:{settings.SMTP_PORT}",
        "people": [_person(user) for user in User.objects.order_by("pk")],
        "sellers": [_seller(seller) for seller in _sellers()],
        "pairs": [_pair(pair) for pair in _pairs()],
        "orders": [_order(order) for order in _orders()],
        "threads": [_thread(thread) for thread in _threads()],
    }


def _person(user: User) -> dict[str, Any]:
    roles = ["buyer" if role.seller is None else f"member:{role.seller.slug}" for role in roles_of(user)]
    if user.is_staff:
        roles.append("admin" if user.is_superuser else "moderator")
    return {
        "email": user.email,
        "password": PASSWORD,
        "name": user.full_name,
        "language": user.language,
        "roles": roles,
    }


def _sellers() -> list[Seller]:
    confirmed = AuthorizedAddress.objects.filter(state=AuthorizedAddress.State.CONFIRMED)
    return list(
        Seller.objects.select_related("marketplace")
        .prefetch_related(
            Prefetch("authorized_addresses", confirmed.order_by("pk")),
            Prefetch("memberships", Membership.objects.select_related("user").order_by("pk")),
        )
        .order_by("pk")
    )


def _seller(seller: Seller) -> dict[str, Any]:
    return {
        "slug": seller.slug,
        "trade_name": seller.trade_name,
        "marketplace": seller.marketplace.code,
        "authorized": [row.address for row in seller.authorized_addresses.all()],
        "buyer_messages_to": seller.buyer_messages_to,
        "messaging_enabled": seller.messaging_enabled,
        "members": [
            {
                "email": member.user.email,
                "owner": member.is_owner,
                "permissions": [
                    permission.name.lower() for permission in Permission if member.may(permission)
                ],
            }
            for member in seller.memberships.all()
        ],
    }


def _pairs() -> list[Pair]:
    return list(
        Pair.objects.select_related("buyer__user", "seller").prefetch_related("aliases").order_by("pk")
    )


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "buyer": pair.buyer.user.email,
        "seller": pair.seller.slug,
        "buyer_alias": alias_of(pair, "buyer"),
        "seller_alias": alias_of(pair, "seller"),
        "opted_out": bool(pair.opted_out_at or pair.buyer.opted_out_at),
        "blocked_by_buyer": pair.blocked_by_buyer_at is not None,
        "blocked_by_seller": pair.blocked_by_seller_at is not None,
    }


def _orders() -> list[Order]:
    return list(
        Order.objects.select_related("buyer__user", "seller", "marketplace")
        .prefetch_related("lines__product")
        .order_by("pk")
    )


def _order(order: Order) -> dict[str, Any]:
    traits = set[str]().union(*(line.product.traits for line in order.lines.all()))
    return {
        "number": order.number,
        "seller": order.seller.slug,
        "buyer": order.buyer.user.email,
        "marketplace": order.marketplace.code,
        "status": order.status,
        "traits": sorted(traits),
        "delivered_at": order.delivered_at.isoformat() if order.delivered_at else None,
    }


def _threads() -> list[Thread]:
    return list(
        Thread.objects.filter(kind=Thread.Kind.CONVERSATION)
        .select_related("seller", "buyer__user", "order")
        .order_by("created_at", "pk")
    )


def _thread(thread: Thread) -> dict[str, Any]:
    return {
        "id": str(thread.id),
        "seller": thread.seller.slug if thread.seller else None,
        "buyer": thread.buyer.user.email,
        "order": thread.order.number if thread.order else None,
        "started_by": thread.started_by,
        "url": f"{settings.PUBLIC_URL}{reverse('thread', args=[thread.id])}",
    }
