"""Partners: the brands and tills that act through signed requests."""
