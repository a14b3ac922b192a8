"""What people talk about: products and orders."""

from orders.models.order import Order, OrderEvent, OrderLine
from orders.models.product import Product

__all__ = ["Order", "OrderEvent", "OrderLine", "Product"]
