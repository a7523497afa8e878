"""Gifts for occasions: birthdays, holidays, and members who have lapsed."""
