"""Occasions: what members do that is no purchase, as partners report it."""
