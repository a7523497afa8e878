"""The job that gives holiday gifts."""
