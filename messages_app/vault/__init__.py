"""Keys and sealed values: from rows to bytes one can read, and back (PRV-1)."""
