"""Segments: which groups of members somebody is in."""
