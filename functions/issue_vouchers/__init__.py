"""Issues batches of vouchers."""
