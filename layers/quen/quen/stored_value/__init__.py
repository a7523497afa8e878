"""Stored value: money that members keep with the shop."""
