"""The job that wins members back."""
