"""Vouchers: codes that are worth something once, the batches they are issued in, and what becomes of each use."""
