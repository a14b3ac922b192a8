"""Writes: one function a change, each in its own transaction."""
