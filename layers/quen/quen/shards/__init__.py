"""Shards: what only so much is left of, counted in parts so that a rush does not queue at one item."""
