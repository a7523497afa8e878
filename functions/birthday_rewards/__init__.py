"""The job that gives birthday gifts."""
