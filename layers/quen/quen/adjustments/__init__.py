"""Adjustments: points that staff give or take, with a reason."""
