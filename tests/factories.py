# The library types its results, not its declarations.
# mypy: disable-error-code="attr-defined,no-untyped-call,untyped-decorator"
"""People, pairs and orders to start from. `XFactory.create(...)` writes rows as the product would.

Passwords are `demo`. A seller comes with its owner (`seller_owner(seller)`) and its customer-service
address confirmed; a pair comes with both aliases, made by the product's own service.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import factory
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from accounts.models import AuthorizedAddress, Buyer, Marketplace, Membership, Pair, Seller, User
from accounts.name_keys import name_key
from accounts.services.pairs import pair_for
from orders.models import Order, OrderLine, Product

LONG_AGO = datetime(2025, 1, 1, 8, 0, tzinfo=UTC)
PASSWORD = "demo"


class MarketplaceFactory(DjangoModelFactory[Marketplace]):
    """One row a code: asking again for "UK" gives the same marketplace."""

    class Meta:
        model = Marketplace
        django_get_or_create = ("code",)

    code = "UK"
    name = factory.LazyAttribute(lambda row: f"Marketplace {row.code}")
    language = "en"
    time_zone = "Europe/London"


class UserFactory(DjangoModelFactory[User]):
    """A claimed person; `unclaimed=True` is one that the marketplace brought."""

    class Meta:
        model = User

    class Params:
        unclaimed = factory.Trait(claimed_at=None, password="!")

    email = factory.Sequence(lambda n: f"person{n}@people.example")
    full_name = factory.Sequence(lambda n: f"Hannah Winter{n}")
    language = "en"
    password = factory.LazyFunction(lambda: make_password(PASSWORD))
    claimed_at = LONG_AGO
    created_at = LONG_AGO


class BuyerFactory(DjangoModelFactory[Buyer]):
    class Meta:
        model = Buyer

    user = factory.SubFactory(UserFactory)
    marketplace = factory.SubFactory(MarketplaceFactory)
    external_id = factory.Sequence(lambda n: f"buyer-{n}")
    display_name = "Hannah W."
    name_key = factory.LazyAttribute(lambda buyer: name_key(buyer.display_name))


class MembershipFactory(DjangoModelFactory[Membership]):
    """A member who may read; name further permissions, or `owner=True`."""

    class Meta:
        model = Membership

    class Params:
        owner = factory.Trait(is_owner=True)

    user = factory.SubFactory(UserFactory)
    seller = factory.SubFactory("tests.factories.SellerFactory")


class AuthorizedAddressFactory(DjangoModelFactory[AuthorizedAddress]):
    """A confirmed address; give `state` for another."""

    class Meta:
        model = AuthorizedAddress

    seller = factory.SubFactory("tests.factories.SellerFactory")
    address = factory.Sequence(lambda n: f"desk{n}@shop.example")
    state = AuthorizedAddress.State.CONFIRMED
    confirmed_at = factory.LazyAttribute(
        lambda row: LONG_AGO if row.state == AuthorizedAddress.State.CONFIRMED else None
    )


class SellerFactory(DjangoModelFactory[Seller]):
    """A seller with an owner (`owner=<User>` to name one) and a confirmed customer-service address."""

    class Meta:
        model = Seller
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"shop-{n}")
    external_id = factory.Sequence(lambda n: f"seller-{n}")
    trade_name = factory.Sequence(lambda n: f"Alder and Pine {n}")
    name_key = factory.LazyAttribute(lambda row: name_key(row.trade_name))
    marketplace = factory.SubFactory(MarketplaceFactory)
    customer_service_address = factory.LazyAttribute(lambda row: f"service@{row.slug}.example")
    selling_since = date(2025, 1, 1)

    @factory.post_generation
    def owner(self, create: bool, extracted: User | None, **_kwargs: Any) -> None:
        MembershipFactory.create(seller=self, user=extracted or UserFactory.create(), owner=True)

    @factory.post_generation
    def authorized(self, create: bool, extracted: Any, **_kwargs: Any) -> None:
        AuthorizedAddressFactory.create(seller=self, address=self.customer_service_address)


class PairFactory(DjangoModelFactory[Pair]):
    """A pair with both aliases; further fields (`opted_out_at` ...) are set on it."""

    class Meta:
        model = Pair

    buyer = factory.SubFactory(BuyerFactory)
    seller = factory.SubFactory(SellerFactory)

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Pair:
        pair = pair_for(kwargs.pop("buyer"), kwargs.pop("seller"))
        for name, value in kwargs.items():
            setattr(pair, name, value)
        if kwargs:
            pair.save(update_fields=list(kwargs))
        return pair


class ProductFactory(DjangoModelFactory[Product]):
    class Meta:
        model = Product

    seller = factory.SubFactory(SellerFactory)
    sku = factory.Sequence(lambda n: f"SKU-{n}")
    title = "Enamel casserole, 24 cm"


class OrderLineFactory(DjangoModelFactory[OrderLine]):
    class Meta:
        model = OrderLine

    order = factory.SubFactory("tests.factories.OrderFactory")
    product = factory.SubFactory(ProductFactory, seller=factory.SelfAttribute("..order.seller"))


class OrderFactory(DjangoModelFactory[Order]):
    """A shipped order with one line; `lines=[{"digital": True}, {}]` names the lines' products,
    `pair=<Pair>` its parties."""

    class Meta:
        model = Order
        skip_postgeneration_save = True

    class Params:
        pair = None

    number = factory.Sequence(lambda n: f"304-{n // 10**7:07d}-{n % 10**7:07d}")
    buyer = factory.Maybe("pair", factory.SelfAttribute("pair.buyer"), factory.SubFactory(BuyerFactory))
    seller = factory.Maybe("pair", factory.SelfAttribute("pair.seller"), factory.SubFactory(SellerFactory))
    marketplace = factory.SelfAttribute("seller.marketplace")
    status = Order.Status.SHIPPED
    placed_at = LONG_AGO

    @factory.post_generation
    def lines(self, create: bool, extracted: list[dict[str, Any]] | None, **_kwargs: Any) -> None:
        for product in [{}] if extracted is None else extracted:
            OrderLineFactory.create(
                order=self, **{f"product__{name}": value for name, value in product.items()}
            )


def seller_owner(seller: Seller) -> User:
    """The person who owns this seller account."""
    return seller.memberships.select_related("user").get(is_owner=True).user
