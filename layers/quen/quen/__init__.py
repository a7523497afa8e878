"""Quen, a loyalty backend: everything that is not an entry point."""
