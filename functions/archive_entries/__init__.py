"""The job that closes the statements of partners that settle."""
