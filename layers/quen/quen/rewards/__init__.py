"""Rewards: what points buy, and the redemptions that hold, spend or give them back."""
