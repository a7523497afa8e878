"""The admin API's part about partners and members' cards, for staff."""
