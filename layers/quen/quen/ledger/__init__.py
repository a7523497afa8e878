"""The ledger: what a member has, and every fact that made it so."""
