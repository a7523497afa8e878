"""Transfers: points that members give each other."""
