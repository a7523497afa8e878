"""The job that moves old entries to the archive."""
