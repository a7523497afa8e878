"""Books that settle: what each partner owes for points, month by month, from the ledger's own lines."""
