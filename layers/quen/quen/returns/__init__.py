"""Returns: goods that come back, and what their purchase no longer earns."""
