"""Webhooks: what partners are told of, over HTTPS, signed, at least once (Standard Webhooks 1.0)."""
