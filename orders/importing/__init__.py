"""Orders from a file (ORD-4): read rows, clean them, store them."""
