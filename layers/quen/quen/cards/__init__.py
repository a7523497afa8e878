"""Punch cards: stamps, and what they bring."""
