"""Scheduled jobs: which business days need a run, who is worked in it, and the record that every run leaves."""
