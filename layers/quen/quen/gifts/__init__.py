"""Gifts for occasions: birthdays and holidays."""
