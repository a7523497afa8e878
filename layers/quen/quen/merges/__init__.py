"""Merges: two members who are one person become one, and can become two again."""
