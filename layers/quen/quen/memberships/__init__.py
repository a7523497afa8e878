"""Paid memberships."""
