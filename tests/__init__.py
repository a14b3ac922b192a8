"""The tests, laid out like the rooms that they are about."""
