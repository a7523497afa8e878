"""The proof of the ledger: that every history is whole, and every account its fold."""
