"""The job that proves every history of the ledger, and keeps the day's root."""
