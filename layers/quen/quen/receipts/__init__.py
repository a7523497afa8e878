"""Receipts without a member: bought first, claimed later, once, by the code that is printed on them."""
