"""The deployed local stack, spoken to over HTTP."""
