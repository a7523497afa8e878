"""The admin API's part about partners, for staff."""
