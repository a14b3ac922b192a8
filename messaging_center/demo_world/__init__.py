"""The sample marketplace of `manage.py seed_demo`: the same people, orders and conversations each time,
entered through the product's own services."""
