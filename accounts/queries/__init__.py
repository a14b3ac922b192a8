"""Reads, each named for what it returns."""
