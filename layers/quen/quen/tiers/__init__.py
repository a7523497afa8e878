"""Tiers: the levels of a program, and who has which."""
