"""Perks: what members have that is no points."""
