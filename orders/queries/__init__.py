"""Reads: days of a marketplace, averages of a seller, lists of orders."""

from orders.queries.days import average_daily_orders, day_bounds, local_day

__all__ = ["average_daily_orders", "day_bounds", "local_day"]
