"""The mobile API: what members do for themselves."""
