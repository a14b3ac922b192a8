"""Reads: days of a marketplace, averages of a seller, lists of orders."""

from orders.queries.days import average_daily_orders, average_daily_orders_of, day_bounds, local_day

__all__ = ["average_daily_orders", "average_daily_orders_of", "day_bounds", "local_day"]
