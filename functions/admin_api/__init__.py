"""The admin API: what staff do, by their role."""
