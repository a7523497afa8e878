"""An earlier version's data under today's code."""
