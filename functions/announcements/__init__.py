"""The job that asks for announcements."""
